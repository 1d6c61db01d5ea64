"""Frozen rows are protected by the database itself: an update or deletion is refused by a trigger, whoever asks.

Installed after every `migrate`: SQLite drops a table's triggers when a migration rebuilds it. On PostgreSQL a table
cannot be truncated either, not even with the one it refers to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from kpi.models import (
    Closing,
    Correction,
    Counted,
    Decision,
    Figure,
    Payroll,
    PayrollLine,
    PersonDay,
    Rule,
    RulesRead,
)

FROZEN: tuple[type[models.Model], ...] = (
    Closing,
    PersonDay,
    Rule,
    Figure,
    Counted,
    Correction,
    Decision,
    Payroll,
    PayrollLine,
    RulesRead,
)
MESSAGE = "What is closed is changed by nobody: make a correction."
_FUNCTION = "kpi_frozen"


def install(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Puts the triggers on every frozen table that exists; again and again without harm."""
    if using != DEFAULT_DB_ALIAS:
        return
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for table, event, name in _triggers():
            if table not in tables:
                continue
            if connection.vendor == "postgresql":
                each = "STATEMENT" if event == "TRUNCATE" else "ROW"
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION {_FUNCTION}()"
                )
            else:
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )


def remove() -> None:
    """Takes the triggers away: for a migration that must rewrite frozen rows, and for emptying a test's database."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table, _event, name in _triggers():
            if table in tables:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing() -> list[str]:
    """The tables whose rows are not protected as they should be: none, unless somebody took the triggers away."""
    names = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else ("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    )
    with connection.cursor() as cursor:
        cursor.execute(names)
        there = {row[0] for row in cursor.fetchall()}
    return sorted({table for table, _event, name in _triggers() if name not in there})


@contextmanager
def lifted() -> Iterator[None]:
    """Without the triggers within the block."""
    remove()
    try:
        yield
    finally:
        install()


def _triggers() -> Iterator[tuple[str, str, str]]:
    """(table, event, name of the trigger) of all."""
    events = ("UPDATE", "DELETE", "TRUNCATE") if connection.vendor == "postgresql" else ("UPDATE", "DELETE")
    for model in FROZEN:
        table = model._meta.db_table
        for event in events:
            yield table, event, f"{table}_frozen_{event.lower()}"
