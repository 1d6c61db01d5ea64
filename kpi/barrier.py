"""What stands between the cut-off and the figures: nothing stamped before the cut-off is still on its way.

Operations share a lock from before their stamp to their end. The closing takes it alone for an instant; from then on
versions say the same for ever, and nobody is kept waiting while they are counted. On SQLite an operation holds the only
write lock meanwhile, and the closing's transaction begins with that very lock: nothing else is needed.
"""

import time

from django.db import OperationalError, connection, transaction

from core.history.operations import OPERATIONS_LOCK

# Closings take it one after the other (PostgreSQL).
CLOSING_LOCK = OPERATIONS_LOCK + 1
# How long one looks for a moment without a running operation, asking again and again so that nobody waits behind …
PATIENCE = 20.0
_PAUSE = 0.05
# … and how long one then queues up, which makes everybody who comes later wait, too. A session that hangs in the
# middle of an operation must not stop the company: the day waits for the next minute, and the alarm tells of it.
QUEUE_SECONDS = 10
# One closing takes a second; who waits for it this long waits for something else.
_TURN_SECONDS = 60


class StillRunning(Exception):
    """An operation that may have been stamped before the cut-off has been running all the time."""


def pass_barrier() -> None:
    """Returns when no operation that was stamped before this call is still running; `StillRunning` if one stays."""
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + PATIENCE
    with transaction.atomic(), connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [OPERATIONS_LOCK])
            if cursor.fetchone()[0]:
                return
            time.sleep(_PAUSE)
        _wait_at_most(QUEUE_SECONDS)
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OPERATIONS_LOCK])
        except OperationalError as error:
            raise StillRunning(
                "An operation has been running for a long time: the day waits for it."
            ) from error


def one_at_a_time() -> None:
    """Closings wait for each other; to be called first in their transaction."""
    if connection.vendor == "postgresql":
        _wait_at_most(_TURN_SECONDS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSING_LOCK])


def _wait_at_most(seconds: int) -> None:
    """For locks, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{int(seconds)}s'")
