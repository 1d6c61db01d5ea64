"""Filling tables by the million: rows as plain values, in batches."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.db import connection, models


@dataclass
class Table:
    """One table being filled: rows as {column: database value}; what is not named takes the field's default."""

    model: type[models.Model]

    def __post_init__(self) -> None:
        self.defaults = {
            f.column: _plain(f.get_default()) for f in self.model._meta.concrete_fields if f.column
        }
        self.columns = list(self.defaults)

    def fill(self, rows: Iterable[dict[str, Any]]) -> None:
        """Writes the rows in batches: COPY on PostgreSQL, executemany on SQLite."""
        for batch in batches(rows, 20_000):
            values = [tuple((self.defaults | row).values()) for row in batch]
            (_copy if connection.vendor == "postgresql" else _executemany)(self, values)

    @property
    def quoted(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value) if connection.vendor == "sqlite" else value
    return value


def batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists of `size`."""
    rows = iter(rows)
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _executemany(table: Table, values: list[tuple[Any, ...]]) -> None:
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    places = ", ".join(["%s"] * len(table.columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table.quoted} ({names}) VALUES ({places})", values)


def _copy(table: Table, values: list[tuple[Any, ...]]) -> None:
    def cell(value: Any) -> str:
        if value is None:
            return "\\N"
        text = str(value)
        return (
            text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            if isinstance(value, str)
            else text
        )

    text = StringIO("".join("\t".join(map(cell, row)) + "\n" for row in values))
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table.quoted} ({names}) FROM STDIN", text)


def go_on_counting(filled: Iterable[type[models.Model]]) -> None:
    """The next record gets the next number on PostgreSQL too."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in filled:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT MAX(id) FROM \"{table}\"))"
            )
