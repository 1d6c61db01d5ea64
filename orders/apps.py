from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Catalogue, orders, shipments, payments, sales plans."""

    name = "orders"

    def ready(self) -> None:
        from orders import places

        places.fill()
