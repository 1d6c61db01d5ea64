"""Who writes first: rows are locked in one order everywhere, so that no two verbs wait for each other.

Clients, then payments, then orders, then the series of numbers, then sales by month.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.models import Client
from orders.models import Order, Payment


def lock_client(client_id: int) -> None:
    """Nobody merges, deletes or orders for the client until the operation ends."""
    locked = Client.objects.select_for_update().filter(pk=client_id).values_list("pk", flat=True)
    if not list(locked):
        raise ValidationError(_("The client has been deleted."))


def lock_order(order_id: int, payments: Sequence[int] = ()) -> Order:
    """The order as it stands now; nobody else writes to it until the operation ends."""
    lock_client(Order.objects.values_list("client_id", flat=True).get(pk=order_id))
    if payments:
        list(Payment.objects.select_for_update().filter(pk__in=payments).order_by("pk").values_list("pk"))
    order: Order = Order.objects.select_for_update().get(pk=order_id)
    return order
