"""Addresses of orders, shipments and terms."""

from django.urls import URLPattern

orders_urls: list[URLPattern] = []
