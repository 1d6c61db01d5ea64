"""The dues a report asks for: what has still to be paid of the orders its reader sees, narrowed as asked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core import periods
from leads.models import Client
from orders import receivables
from orders.lines import rounded
from orders.models import Order
from orders.receivables import Due, PaidDue
from reports.asking import Asked
from reports.facts.base import narrowed
from reports.facts.orders import ORDER_PATHS

# What of each order is in a cell, by the order's id.
Parts = dict[int, Decimal]

_OF_CLIENT = ("region", "source", "segment")


def orders_of(asked: Asked) -> QuerySet[Any]:
    """The orders in force, of any day."""
    return narrowed(Order.objects.visible_to(asked.user).in_force(), ORDER_PATHS, asked.narrow)


def dues_now(asked: Asked) -> list[Due]:
    return receivables.expected(orders_of(asked), asked.today)  # type: ignore[arg-type]


def dues_then(asked: Asked, day: dt.date) -> list[Due]:
    """The dues as they were known when the day began: whose they were then, of clients as they are now."""
    found = receivables.expected_then(asked.user, day)
    for key in ("manager", "team"):
        if key in asked.narrow:
            managers = set(asked.narrow[key])
            found = [due for due in found if due.manager_id in managers]
    of_client = {key: values for key, values in asked.narrow.items() if key in _OF_CLIENT}
    if of_client:
        clients = set(
            narrowed(Client.objects.all(), {key: key for key in _OF_CLIENT}, of_client).values_list(
                "pk", flat=True
            )
        )
        found = [due for due in found if due.client_id in clients]
    return found


def usually_delayed(dues: list[Due], day: dt.date) -> list[Due]:
    """The dues as late as their clients usually pay."""
    return receivables.delayed(dues, receivables.usual_delay({due.client_id for due in dues}, day), day)


def by_confidence(amount: Decimal, confidence: int) -> Decimal:
    return rounded(amount * confidence / 100)


def parts_of(dues: Iterable[Due | PaidDue]) -> Parts:
    found: Parts = defaultdict(lambda: Decimal("0.00"))
    for due in dues:
        found[due.order_id] += due.amount
    return found


def spans(first: dt.date, last: dt.date, *, weeks: bool) -> Iterator[tuple[dt.date, dt.date]]:
    """The weeks (one that crosses months is split) or the months of these days, the outer ones cut."""
    one = dt.timedelta(1)
    while first <= last:
        end = periods.add_months(first.replace(day=1), 1) - one
        if weeks:
            end = min(end, first + dt.timedelta(6 - first.weekday()))
        end = min(end, last)
        yield first, end
        first = end + one
