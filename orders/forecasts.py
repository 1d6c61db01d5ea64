"""Forecasts of the past, written down: what was to come in, as it was known when a month began.

What versions say of a moment that has passed stays, so it is reckoned once: for the first day of each month, by the
worker's tick after it, by `manage.py rebuild_sales` for months that are missing. A day that is not written down is
reckoned when it is asked for, and says the same.
"""

import datetime as dt
from collections.abc import Iterator

from django.db import connection, transaction

from core import periods
from core.history.operations import OPERATIONS_LOCK, Operation, stamping_clock
from orders.dues import books_then, left, ships_on
from orders.models import Forecast, PastDue
from orders.queries import DueQuerySet

# The first day of the month up to which nothing is missing, as this process knows.
_complete: dt.date | None = None


def written(*days: dt.date) -> tuple[DueQuerySet, set[dt.date]]:
    """The dues as they were known when these days began, and which of the days are written down."""
    known = set(Forecast.objects.filter(day__in=days).values_list("day", flat=True))
    return PastDue.objects.filter(day__in=known), known


def every_minute(_way: str) -> None:
    """For `core.outbox.every_minute`: writes the first month that is missing, if any is."""
    global _complete
    month = periods.first_of("month", periods.today())
    if _complete != month and _is_settled():
        day = next(missing(), None)
        if day is None:
            _complete = month
        else:
            write(day)


def write_missing() -> int:
    """Writes every month that is missing; how many they were."""
    days = list(missing())
    for day in days:
        write(day)
    return len(days)


def missing() -> Iterator[dt.date]:
    """The first days of the months since the company's first operation that are not written down, earliest first."""
    first = Operation.objects.order_by("at").values_list("at", flat=True).first()
    if first is None:
        return
    known = set(Forecast.objects.values_list("day", flat=True))
    day = periods.first_of("month", periods.day_of(first))
    while (day := periods.add_months(day, 1)) <= periods.today():
        if day not in known and stamping_clock() > periods.local(day):
            yield day


def write(day: dt.date) -> None:
    """Writes down the dues as they were known when the day began, once."""
    rows = list(reckoned(day))
    with transaction.atomic():
        _forecast, is_new = Forecast.objects.get_or_create(day=day)
        if is_new:
            PastDue.objects.bulk_create(rows, batch_size=1000)


def reckoned(day: dt.date) -> Iterator[PastDue]:
    """The dues of everybody as they were known when the day began, from the versions of that moment."""
    books = books_then(periods.local(day), day)
    for order, part in left(books):
        yield PastDue(
            day=day,
            order_id=order.pk,
            client_id=order.client,
            manager_id=order.manager,
            due_on=part.due_on,
            amount=part.amount,
            source=str(part.source),
            confidence=part.confidence,
            is_debt=part.is_out,
            ships_on=ships_on(order, part),
            form=books.forms.get(order.client, ""),
        )


def _is_settled() -> bool:
    """Whether no operation with a stamp of before now is still on its way. On SQLite it holds the only write lock."""
    if connection.vendor != "postgresql":
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [OPERATIONS_LOCK])
        is_free: bool = cursor.fetchone()[0]
        return is_free
