from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Catalogue, orders, shipments, payments, sales plans."""

    name = "orders"
