"""Sales by month, kept in the transaction that writes their documents: `SalesByProduct` and `SalesByClient`.

A document adds what it says to the rows of its month by one statement a table, and its client is one that was in touch
(`leads.base`). Rows are written in the order of their
keys, so two that ship the same products at one moment wait for each other and never for both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from leads import base
from orders.models import SalesByClient, SalesByProduct, Shipment, ShipmentLine
from orders.models.sales import Sales

_AT_ONCE = 400
_MONEY = ("amount", "net", "cost")

Key = tuple[Any, ...]
Values = Sequence[Any]


def add(shipments: Sequence[Shipment]) -> None:
    """Adds documents that have just been written, lines and all, to the sales of their months."""
    written = Shipment.objects.filter(pk__in=[one.pk for one in shipments])
    _add(SalesByProduct, _of_products(written))
    _add(SalesByClient, _of_clients(written))
    base.refresh(one.client_id for one in shipments)


def move(shipments: QuerySet[Shipment], *, to_client: int) -> None:
    """Makes the documents another client's, in the months they stand in: two cards became one, or come apart."""
    before = _of_clients(shipments)
    taken: dict[Key, Values] = {key: [-value for value in values] for key, values in before.items()}
    given: dict[Key, list[Any]] = {}
    for (month, manager, _client), values in before.items():
        sums = given.get((month, manager, to_client))
        added = [one + other for one, other in zip(sums, values, strict=True)] if sums else list(values)
        given[month, manager, to_client] = added
    shipments.update(client=to_client)
    _add(SalesByClient, _together(taken, given))
    base.refresh({to_client, *(client for _month, _manager, client in before)})


def rebuild() -> tuple[int, int]:
    """Makes both tables anew from the documents; how many rows each has then. In a transaction of the caller's, until
    whose end nobody ships."""
    if connection.vendor == "postgresql":
        tables = ", ".join(model._meta.db_table for model in (Shipment, SalesByProduct, SalesByClient))
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    everything = Shipment.objects.all()
    return _fill(SalesByProduct, _by_product(everything)), _fill(SalesByClient, _by_client(everything))


def _fill(model: type[Sales], rows: QuerySet[Any]) -> int:
    """The table with nothing but these rows, added up by the database: a million documents do not pass through here."""
    model._base_manager.all().delete()
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _fields(model))
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {sql}", params)
    return model._base_manager.count()


def _of_products(shipments: QuerySet[Shipment]) -> dict[Key, Values]:
    return {tuple(row[:3]): row[3:] for row in _by_product(shipments)}


def _of_clients(shipments: QuerySet[Shipment]) -> dict[Key, Values]:
    return {tuple(row[:3]): row[3:] for row in _by_client(shipments)}


def _by_product(shipments: QuerySet[Shipment]) -> QuerySet[Any]:
    """Rows of (month, seller, product, gross, net, cost, quantity)."""
    return (
        ShipmentLine.objects.filter(shipment__in=shipments)
        .order_by()
        .values_list("shipment__month", "shipment__manager", "product")
        .annotate(**_sums(), count=Sum("quantity"))
    )


def _by_client(shipments: QuerySet[Shipment]) -> QuerySet[Any]:
    """Rows of (month, seller, client, gross, net, cost, shipments)."""
    return (
        shipments.order_by()
        .values_list("month", "manager", "client")
        .annotate(**_sums(), count=Count("pk", filter=Q(kind=Shipment.Kind.SHIPMENT)))
    )


def _sums() -> dict[str, Sum]:
    return {f"sum_{name}": Sum(name) for name in _MONEY}


def _together(*parts: Mapping[Key, Values]) -> dict[Key, Values]:
    added: dict[Key, Values] = {}
    for part in parts:
        for key, values in part.items():
            known = added.get(key)
            added[key] = [a + b for a, b in zip(known, values, strict=True)] if known else values
    return added


def _add(model: type[Sales], rows: Mapping[Key, Values]) -> None:
    """Adds to the rows of these keys, making those that are not there yet. Rows that say nothing are left out."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields = _fields(model)
    columns = [quote(str(field.column)) for field in fields]
    adds = ", ".join(f"{column} = {table}.{column} + EXCLUDED.{column}" for column in columns[3:])
    wanted = sorted((key, values) for key, values in rows.items() if any(values))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        params = [
            field.get_db_prep_save(value, connection)
            for key, values in some
            for field, value in zip(fields, (*key, *values), strict=True)
        ]
        places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(  # of the models' own names alone
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places} "  # noqa: S608
                f"ON CONFLICT ({', '.join(columns[:3])}) DO UPDATE SET {adds}",
                params,
            )


def _fields(model: type[Sales]) -> list[Any]:
    """The columns in the order of the rows above."""
    third, count = ("product", "quantity") if model is SalesByProduct else ("client", "shipments")
    return [model._meta.get_field(name) for name in ("month", "manager", third, *_MONEY, count)]
