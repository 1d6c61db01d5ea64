"""The dues a report asks for: what has still to be paid of the orders its reader sees, narrowed as asked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core import periods
from leads.models import Client
from orders import forecasts, receivables
from orders.models import OpenDue, Order
from orders.queries import DueQuerySet
from orders.receivables import Due, DueSum, PaidDue, by_confidence
from reports.asking import Asked
from reports.facts.base import narrowed
from reports.facts.orders import ORDER_PATHS

# What of each order is in a cell, by the order's id.
Parts = dict[int, Decimal]

_OF_CLIENT = ("region", "source", "segment")


def orders_of(asked: Asked) -> QuerySet[Any]:
    """The orders in force, of any day."""
    return narrowed(Order.objects.visible_to(asked.user).in_force(), ORDER_PATHS, asked.narrow)


def rows_now(asked: Asked) -> DueQuerySet:
    """The open dues of the orders asked for."""
    rows: DueQuerySet = narrowed(OpenDue.objects.visible_to(asked.user), ORDER_PATHS, asked.narrow)  # type: ignore[assignment]
    return rows


def dues_now(asked: Asked) -> list[Due]:
    return receivables.dues_of(rows_now(asked), asked.today)


def dues_then(asked: Asked, day: dt.date) -> list[Due]:
    """The dues as they were known when the day began: whose they were then, of clients as they are now."""
    rows, written = rows_then(asked, day)
    if written:
        return receivables.dues_of(rows, day)
    return _reckoned_then(asked, day)


def rows_then(asked: Asked, *days: dt.date) -> tuple[DueQuerySet, set[dt.date]]:
    """The same of several days as they are written down, and of which days they are."""
    rows, written = forecasts.written(*days)
    rows = rows.visible_to(asked.user)
    if (managers := _managers(asked)) is not None:
        rows = rows.filter(manager__in=managers)
    if (clients := _clients(asked)) is not None:
        rows = rows.filter(client__in=clients)
    return rows, written


def sums_then(asked: Asked, day: dt.date, *, weighed: bool = False) -> list[DueSum]:
    """`dues_then` added up."""
    rows, written = rows_then(asked, day)
    if written:
        return receivables.due_sums(rows, day, weighed=weighed)
    return receivables.sums_of(_reckoned_then(asked, day), weighed=weighed)


def sums_of_days(asked: Asked, days: Sequence[dt.date]) -> dict[dt.date, list[DueSum]]:
    """{day: the dues as they were known when it began, added up}."""
    rows, written = rows_then(asked, *days)
    found = receivables.sums_by_day(rows)
    return {
        day: found.get(day, []) if day in written else receivables.sums_of(_reckoned_then(asked, day))
        for day in days
    }


def _reckoned_then(asked: Asked, day: dt.date) -> list[Due]:
    found = receivables.expected_then(asked.user, day)
    if (managers := _managers(asked)) is not None:
        found = [due for due in found if due.manager_id in managers]
    if (clients := _clients(asked)) is not None:
        ids = set(clients)
        found = [due for due in found if due.client_id in ids]
    return found


def _managers(asked: Asked) -> set[int] | None:
    chosen = [set(asked.narrow[key]) for key in ("manager", "team") if key in asked.narrow]
    return set.intersection(*chosen) if chosen else None


def _clients(asked: Asked) -> QuerySet[Any, Any] | None:
    of_client = {key: values for key, values in asked.narrow.items() if key in _OF_CLIENT}
    if not of_client:
        return None
    return narrowed(Client.objects.all(), {key: key for key in _OF_CLIENT}, of_client).values_list(
        "pk", flat=True
    )


def usually_delayed(dues: list[Due], day: dt.date) -> list[Due]:
    """The dues as late as their clients usually pay."""
    return receivables.delayed(dues, receivables.usual_delay({due.client_id for due in dues}, day), day)


def parts_of(dues: Iterable[Due | PaidDue], *, weighed: bool = False) -> Parts:
    """`weighed`: by the seller's confidence, which a due that is paid has none of."""
    found: Parts = defaultdict(lambda: Decimal("0.00"))
    for due in dues:
        confidence = due.confidence if weighed and isinstance(due, Due) else 100
        found[due.order_id] += by_confidence(due.amount, confidence)
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
