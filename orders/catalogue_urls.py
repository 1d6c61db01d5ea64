"""Addresses of the catalogue."""

from django.urls import URLPattern

catalogue_urls: list[URLPattern] = []
