"""Which former states of a payment must not come back: less than is matched of it, another client than its orders."""

from typing import Any

from django.utils.translation import gettext as _

from core.history.rollback import Plan
from orders.models import Allocation, Order, Payment


def objection(plan: Plan) -> str:
    """For `core.history.rollback`: why not, "" where nothing speaks against it. Undoing a merge takes payments and
    their orders back together, and is none of that."""
    back = {row.record_id: {**row.restore, **row.conflicting} for row in plan.rows if row.model is Payment}
    owners = {row.record_id: row.restore for row in plan.rows if row.model is Order}
    touched = [pk for pk, values in back.items() if values.keys() & {"amount", "client_id"}]
    parts = Allocation.objects.filter(payment__in=touched).select_related("payment", "order")
    for part in parts.order_by("pk"):
        values: dict[str, Any] = back[part.payment_id]
        if values.get("amount", part.payment.amount) < part.payment.allocated:
            return _("The payment is matched for more than it was then: take it off its orders first.")
        owner = owners.get(part.order_id, {}).get("client_id", part.order.client_id)
        if values.get("client_id", owner) != owner:
            return _("The payment is matched to orders of its present client: take it off them first.")
    return ""
