"""Out of the outbox: claims what is due, does it, and marks what became of it.

A claim is one conditional UPDATE, alike on both databases: of two workers one changes the row. It gives the worker
the job for a lease; a job whose worker went silent is due again, at once where it can be seen that the worker has
died. Each claim counts as an attempt, so a job that kills its worker fails in the end like one that raises.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import close_old_connections, connection, transaction

from core import periods
from core.outbox import workers
from core.outbox.models import LEASE, Job, LeaseLost
from core.outbox.queue import GiveUp, Handler, enqueue, handlers, nudge

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# What passes after the first, second … failed attempt.
PAUSES = [dt.timedelta(seconds=30), dt.timedelta(minutes=2), dt.timedelta(minutes=10), dt.timedelta(hours=1)]
_PORTION = 20

# What rooms want done every minute whatever jobs there are, filled in their `AppConfig.ready()`. Called at every tick,
# so more often than once a minute, with the way of the tick: "beat", or "start" when a worker starts. A function that
# raises is in the log and keeps nobody from anything.
every_minute: list[Callable[[str], object]] = []


def tick(limit: int = 100, way: str = "beat") -> int:
    """What the beat does every minute and a worker when it starts: calls `every_minute`, takes over from the dead,
    enqueues what the day asks for and runs what is due; the number of jobs run."""
    for call in every_minute:
        try:
            call(way)
        except Exception:
            log.exception("What is wanted every minute failed.")
    _take_over_from_the_dead()
    _enqueue_daily()
    ran = run_due_jobs(limit)
    if ran >= limit:
        nudge()
    return ran


def run_due_jobs(limit: int = 100) -> int:
    """Runs jobs that are due, oldest first, at most `limit`; the number of them. Safe in any number of workers."""
    ran = 0
    while ran < limit:
        due = list(Job.objects.due(periods.now()).order_by("run_at", "pk")[: min(_PORTION, limit - ran)])
        if not due:
            break
        for job in due:
            if _claim(job):
                _run(job)
                ran += 1
        if not connection.in_atomic_block:  # a test's transaction keeps its connection
            close_old_connections()
    return ran


def _take_over_from_the_dead() -> None:
    """Jobs whose worker ended on this machine wait for nobody. A living one taken for dead by mistake would find its
    claim gone and leave off, as after a lease."""
    for job in Job.objects.filter(state=Job.State.RUNNING).exclude(worker=""):
        if workers.is_gone(job.worker):
            log.warning("The worker of job %s has died: another one takes it over.", job)
            claim = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
            claim.update(state=Job.State.WAITING, lease_until=None)


def _claim(job: Job) -> bool:
    """Takes the job for a lease; False if another worker was quicker."""
    moment = periods.now()
    attempt = job.attempts + 1
    taken = (
        Job.objects.due(moment)
        .filter(pk=job.pk, attempts=job.attempts)
        .update(
            state=Job.State.RUNNING,
            attempts=attempt,
            lease_until=moment + LEASE,
            worker=workers.own_name(),
        )
    )
    if taken:
        job.state, job.attempts, job.lease_until = Job.State.RUNNING, attempt, moment + LEASE
    return bool(taken)


def _run(job: Job) -> None:
    handler = handlers().get(job.kind)
    try:
        if job.attempts > MAX_ATTEMPTS:
            raise GiveUp("The worker died at every attempt.")
        if handler is None:
            raise LookupError(f"Nobody handles jobs of the kind {job.kind!r}.")
        _do(job, handler)
    except LeaseLost:
        log.warning("Job %s was taken over by another worker.", job)
    except Exception as error:
        _failed(job, error)


def _do(job: Job, handler: Handler) -> None:
    if handler.resumable:
        handler.work(job)
        if not job.is_over:
            job.finish()
        return
    with transaction.atomic():
        # The mark comes first: its row lock keeps a worker that takes the job over waiting for our end.
        job.finish()
        handler.work(job)


def _failed(job: Job, error: Exception) -> None:
    """Puts the job off, or gives it up with an error in the log that somebody must read."""
    last = job.attempts >= MAX_ATTEMPTS or isinstance(error, GiveUp)
    now = periods.now()
    values = {
        "error": str(error) if isinstance(error, GiveUp) else f"{type(error).__name__}: {error}",
        "lease_until": None,
        "state": Job.State.FAILED if last else Job.State.WAITING,
        "run_at": job.run_at if last else now + PAUSES[min(job.attempts, len(PAUSES)) - 1],
        "finished_at": now if last else None,
    }
    Job.objects.filter(pk=job.pk, attempts=job.attempts).exclude(state=Job.State.DONE).update(**values)
    if last:
        log.error("Job %s #%s failed for good.", job.kind, job.pk, exc_info=error)
    else:
        log.warning("Job %s #%s failed, attempt %s.", job.kind, job.pk, job.attempts, exc_info=error)


def _enqueue_daily() -> None:
    day = periods.today().isoformat()
    keys = {f"{kind}:{day}": kind for kind, handler in handlers().items() if handler.daily}
    known = set(Job.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - known:
        enqueue(keys[key], key=key)
