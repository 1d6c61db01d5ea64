"""`OpenDue`, kept: whichever operation changes an order, an instalment or a payment reckons its clients' dues anew
before it ends, so no verb can forget it. Of a client and not of an order: an advance is taken off all their orders.

Two operations that come to one client at a moment wait for each other here, and hold nothing after it that anybody who
waits could need: these locks are the last ones.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from core.history.operations import Touched, ids_condition
from orders.dues import Books, OrderFacts, Paid, Part, books_now, left, paid_by, ships_on
from orders.models import Instalment, OpenDue, Order, Payment

# The first of the two numbers of their advisory locks (PostgreSQL); the second is one of so many.
_LOCKS, _BUCKETS = 7_283_010, 64
_AT_ONCE = 500
COLUMNS = (
    "order_id",
    "client_id",
    "manager_id",
    "due_on",
    "amount",
    "source",
    "confidence",
    "is_debt",
    "ships_on",
    "non_cash_on",
    "cash_on",
    "unstated_on",
)


def after_operation(touched: Touched) -> None:
    """For `core.history.operations.ending`."""
    if clients := _clients_of(touched):
        refresh(clients)


def refresh(clients: Iterable[int]) -> None:
    """Makes the open dues of the clients what they are by now; writes what differs."""
    every = sorted(set(clients))
    _lock({client % _BUCKETS for client in every})
    for some in _portions(every):
        known: dict[Any, list[int]] = {}
        for pk, *row in OpenDue.objects.filter(client__in=some).order_by().values_list("pk", *COLUMNS):
            known.setdefault(tuple(row), []).append(pk)
        wanted = Counter(_reckoned(some))
        gone = [pk for row, ids in known.items() for pk in ids[wanted[row] :]]
        if gone:
            OpenDue.objects.filter(pk__in=gone).delete()
        new = [row for row, count in wanted.items() for _ in range(count - len(known.get(row, ())))]
        if new:
            _write(new)


def rebuild() -> int:
    """Makes the table anew; how many rows it has then. In a transaction of the caller's."""
    _lock(range(_BUCKETS))
    OpenDue.objects.all().delete()
    count = 0
    clients = Order.objects.unpaid().order_by("client").values_list("client", flat=True).distinct()
    for some in _portions(list(clients)):
        rows = list(_reckoned(some))
        _write(rows)
        count += len(rows)
    return count


def _reckoned(clients: list[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of the table that these clients should have."""
    books = books_now(Order.objects.unpaid().filter(client__in=clients))
    paid = paid_by({order.client for order in books.orders}) if books.orders else {}
    books = Books(
        books.orders,
        books.instalments,
        books.shipments,
        {client: each.advance for client, each in paid.items()},
    )
    for order, part in left(books):
        yield _row(order, part, paid.get(order.client, Paid()))


def _row(order: OrderFacts, part: Part, paid: Paid) -> tuple[Any, ...]:
    return (
        order.pk,
        order.client,
        order.manager,
        part.due_on,
        part.amount,
        str(part.source),
        part.confidence,
        part.is_out,
        ships_on(order, part),
        *paid[1:],
    )


def _write(rows: Iterable[tuple[Any, ...]]) -> None:
    made = [OpenDue(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
    OpenDue.objects.bulk_create(made, batch_size=1000)


def _clients_of(touched: Touched) -> set[int]:
    """Whose dues may have changed: the clients of the rows now, and those the rows were of until now."""
    orders, instalments, payments = (sorted(touched.get(each, ())) for each in (Order, Instalment, Payment))
    selects, params = [], []
    for model, key, ids in (
        (Order, "id", orders),
        (OpenDue, "order_id", orders),
        (Instalment, "id", instalments),
        (Payment, "id", payments),
        (Payment.versions.model, "record_id", payments),
    ):
        if ids:
            condition, param = ids_condition(key, ids)
            selects.append(f"{_select(model)}{condition}")
            params.append(param)
    if not selects:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(selects), params)
        return {client for (client,) in cursor.fetchall() if client is not None}


@cache
def _select(model: type[Model]) -> str:
    """Of the models' own names alone."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    if model is Instalment:
        orders = quote(Order._meta.db_table)
        return f"SELECT client_id FROM {table} JOIN {orders} ON {orders}.id = order_id WHERE {table}."  # noqa: S608
    now = " valid_to IS NULL AND" if model is Payment.versions.model else ""
    return f"SELECT client_id FROM {table} WHERE{now} "  # noqa: S608


def _lock(buckets: Iterable[int]) -> None:
    """On SQLite an operation holds the only write lock already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket",
                [_LOCKS, sorted(buckets)],
            )


def _portions(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
