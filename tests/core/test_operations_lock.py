"""Operations and the closing of the day share a lock: on PostgreSQL in words, on SQLite by its one writer."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from core.history.operations import OPERATIONS_LOCK, operation

ON_POSTGRESQL = "Shared and exclusive locks are PostgreSQL's; on SQLite there is one writer at a time."


@pytest.fixture(autouse=True)
def postgresql(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip(ON_POSTGRESQL)


class Operating(threading.Thread):
    """Somebody at work in a connection of their own; `at` is the stamp they got."""

    at: dt.datetime | None = None

    def run(self) -> None:
        try:
            with operation(by=None) as op:
                self.at = op.at
        finally:
            connections.close_all()


def wait_for_somebody_waiting() -> None:
    """Until another connection stands before the lock; asks the database, which takes its time."""
    with connection.cursor() as cursor:
        for _attempt in range(20_000):
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted",
                [OPERATIONS_LOCK],
            )
            if cursor.fetchone():
                return
    raise AssertionError("Nobody waits for the lock.")


def test_an_operation_takes_its_stamp_only_after_the_closing_has_let_it_in():
    """Else what was stamped before the cut-off could be written after the day was closed without it."""
    somebody = Operating()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OPERATIONS_LOCK])
        somebody.start()
        wait_for_somebody_waiting()
        assert somebody.at is None
        cursor.execute("SELECT clock_timestamp()")
        closed_at = cursor.fetchone()[0]
    somebody.join(10)
    assert somebody.at is not None
    assert somebody.at > closed_at


def test_operations_do_not_wait_for_each_other():
    somebody = Operating()
    with operation(by=None):
        somebody.start()
        somebody.join(10)
        assert somebody.at is not None
