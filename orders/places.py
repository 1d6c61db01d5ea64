"""What this room puts into the frame and on the cards of the rooms below, a part at a time."""

from orders import places_catalogue, places_orders, places_payments, places_plans


def fill() -> None:
    """Called once, when the program is ready."""
    places_orders.fill()
    places_catalogue.fill()
    places_payments.fill()
    places_plans.fill()
