"""One function for everybody who may close days: the minute's task, a start, a page that was opened, the command.

None of them is relied upon. The worker sweeps every minute and when it starts; a web process when it starts and, once
a minute, after a page has been answered; `manage.py close_days` when somebody asks. Whoever comes first closes.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections, connection, connections

from core import periods
from kpi import alarms, heartbeat
from kpi.closing import close_due
from kpi.models import Closing

log = logging.getLogger(__name__)

_guard = threading.Lock()
_swept: dt.datetime | None = None  # the minute of the last sweep by task or page of this process
_in_background = threading.Lock()  # held while this process's thread sweeps
_looking = threading.Lock()  # held while another one only looks


def sweep(way: str) -> list[Closing]:
    """Leaves a sign of life, closes whatever is due and raises the alarm for what could not be closed; the days it
    closed. `way` is one of `Closing.Way`.

    Each part is done whatever becomes of the others; what went wrong is raised at the end.
    """
    if not connection.in_atomic_block:  # a connection that the database has dropped is replaced
        close_old_connections()
    trouble: list[Exception] = []
    closed: list[Closing] = []
    parts: tuple[Callable[[], object], ...] = (
        heartbeat.beat,
        lambda: closed.extend(close_due(way)),
        alarms.look,
    )
    for part in parts:
        try:
            part()
        except Exception as error:
            trouble.append(error)
    if trouble:
        raise trouble[0]
    return closed


def every_minute(way: str) -> None:
    """For `core.outbox.every_minute`, which is asked more often: sweeps once in each minute of the clock."""
    if way != Closing.Way.BEAT or _is_first_of_its_minute():
        _quietly(lambda: sweep(way))


def in_background(way: str) -> None:
    """Sweeps in a thread of its own, so that nobody waits for it. While the one before is still at it, whatever keeps
    it, a second thread looks for the alarm alone."""
    _start(_in_background, lambda: sweep(way)) or _start(_looking, alarms.look)


def _start(lock: threading.Lock, work: Callable[[], object]) -> bool:
    """Starts a thread for the work; False if the one before holds the lock still."""
    if not lock.acquire(blocking=False):
        return False
    try:
        threading.Thread(target=_alone, args=(lock, work), name="sweep", daemon=True).start()
    except RuntimeError:  # no thread to be had: the next minute's page tries again
        lock.release()
        log.exception("No thread could be started to look for days to close.")
    return True


def _alone(lock: threading.Lock, work: Callable[[], object]) -> None:
    try:
        _quietly(work)
    finally:
        connections.close_all()
        lock.release()


def watch_pages() -> None:
    """From now on this process sweeps after pages it has answered: called where pages are served, nowhere else."""
    alarms.watching = True
    request_finished.connect(after_page, dispatch_uid="kpi.sweep")


def after_page(**_signal: Any) -> None:
    """The answer has been sent: costs a look at the clock, and once a minute a thread."""
    if _is_first_of_its_minute():
        in_background(Closing.Way.PAGE)


def _is_first_of_its_minute() -> bool:
    global _swept
    minute = periods.now().replace(second=0, microsecond=0)
    with _guard:
        first, _swept = minute != _swept, minute
    return first


def forget() -> None:
    """The next minute is the first one: for tests, whose clocks stand."""
    global _swept
    _swept = None


def _quietly(work: Callable[[], object]) -> None:
    """What goes wrong is in the log; the next minute tries again."""
    try:
        work()
    except Exception:
        log.warning("The sweep for days to close ended with an error.", exc_info=True)
