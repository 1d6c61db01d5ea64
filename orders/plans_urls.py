"""Addresses of sales plans."""

from django.urls import URLPattern

plans_urls: list[URLPattern] = []
