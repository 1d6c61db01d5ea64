"""Verbs of extra costs: what an order costs beside its goods."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from orders.actions.locks import lock_order
from orders.models import ExtraCost, Order
from orders.sums import refresh_orders
from people import access
from people.models import User

COST_FIELDS = frozenset({"kind", "amount", "accrued_on", "paid_on", "note"})


def add_cost(order: Order, *, by: User, **fields: Any) -> ExtraCost:
    """Transport, commission and the like beside the goods; `fields`: `COST_FIELDS`."""
    access.require_change(by, order)
    return _save_cost(ExtraCost(order=order), fields, by)


def update_cost(cost: ExtraCost, *, by: User, **fields: Any) -> ExtraCost:
    """`StaleRecord` if somebody saved it since it was read."""
    access.require_change(by, cost)
    return _save_cost(cost, fields, by)


def remove_cost(cost: ExtraCost, *, by: User) -> Operation:
    """A cost that never was; a rollback of the operation returned brings it back."""
    access.require_change(by, cost)
    with operation(by=by) as op:
        lock_order(cost.order_id)
        cost.soft_delete()
        refresh_orders([cost.order_id])
    return op


def _save_cost(cost: ExtraCost, fields: dict[str, Any], by: User) -> ExtraCost:
    if unknown := set(fields) - COST_FIELDS:
        raise TypeError(f"no fields of an extra cost: {', '.join(sorted(unknown))}")
    with operation(by=by):
        lock_order(cost.order_id)
        for name, value in fields.items():
            setattr(cost, name, value)
        cost.clean_fields(exclude=["order", *(name for name in COST_FIELDS if name not in fields)])
        if cost.amount is None or cost.amount <= 0:
            raise ValidationError({"amount": _("Say how much.")})
        if cost.paid_on and cost.paid_on < cost.accrued_on:
            raise ValidationError({"paid_on": _("It cannot be paid before it was accrued.")})
        cost.save()
        refresh_orders([cost.order_id])
    return cost
