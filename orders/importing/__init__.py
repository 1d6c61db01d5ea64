"""Bringing the catalogue in: products, prices, stock."""
