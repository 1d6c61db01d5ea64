"""Into the outbox: `enqueue`, and the registry of who does what."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from core import periods
from core.outbox.models import Job

log = logging.getLogger(__name__)

Work = Callable[[Job], None]


class GiveUp(Exception):
    """Raised by a handler: no further attempt will help. Its sentence becomes the job's error."""


@dataclass(frozen=True)
class Handler:
    work: Work
    resumable: bool = False
    daily: bool = False


_handlers: dict[str, Handler] = {}


def handler(kind: str, *, resumable: bool = False, daily: bool = False) -> Callable[[Work], Work]:
    """Registers the function that does the jobs of a kind; it stands in a room's tasks.py.

    An atomic handler (the default) runs in one transaction with its job's mark "done": its effect happens once or not
    at all. On SQLite it holds the only write lock meanwhile, so it is short and talks to nobody outside. What takes
    longer than a second is `resumable`: it has its own transactions, may be called again after any of them, and calls
    `job.progress` at least every few minutes and `job.finish` in the last one. `daily` makes the beat enqueue it once
    a day.
    """

    def register(work: Work) -> Work:
        known = _handlers.get(kind)
        if known and known.work.__qualname__ != work.__qualname__:
            raise ValueError(f"Two handlers for jobs of the kind {kind!r}.")
        _handlers[kind] = Handler(work, resumable, daily)
        return work

    return register


def handlers() -> Mapping[str, Handler]:
    """Every handler of every room, by kind."""
    autodiscover_modules("tasks")  # imported once, whatever process this is
    return _handlers


def enqueue(
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: dt.datetime | None = None,
) -> Job:
    """Writes a job in the transaction of the caller and, once that is committed, wakes a worker.

    With a `key` the job is made once for ever: asked for again, the first one is returned, done or not. `payload` is
    what JSON holds: ids, not objects. `run_at` is the earliest moment, now by default.
    """
    now = periods.now()
    values = {"kind": kind, "payload": dict(payload or {}), "run_at": run_at or now, "created_at": now}
    if key is None:
        job = Job.objects.create(**values)
    else:
        job, made = Job.objects.get_or_create(key=key, defaults=values)
        if not made:
            return job
    if job.run_at <= now:
        transaction.on_commit(nudge, robust=True)
    return job


def enqueue_mail(to: str | Sequence[str], subject: str, body: str) -> Job:
    """A plain letter, sent after commit. At least once: a worker that dies between sending and marking sends again.

    What is more than a few lines stands in no job: its handler makes it when it is sent (`core.letters.letter`).
    """
    addresses = [to] if isinstance(to, str) else list(to)
    return enqueue("core.mail", {"to": addresses, "subject": subject, "body": body})


def nudge() -> None:
    """Tells a worker that there is something to do. It need not arrive: the beat asks the database every minute."""
    from core.tasks import tick  # the roof's Celery application finds core.tasks, which imports us

    try:
        tick.apply_async(retry=False, ignore_result=True, expires=60)
    except Exception:  # whatever is wrong with the broker is no reason to fail a request that is committed
        log.warning("No worker could be woken; the next beat finds the work.", exc_info=True)
