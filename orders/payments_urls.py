"""Addresses of payments and what is due."""

from django.urls import URLPattern

payments_urls: list[URLPattern] = []
