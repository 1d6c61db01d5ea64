"""core's part in the background: the one Celery task there is, letters, and cleaning up."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.db import transaction

from core import once, outbox, periods
from core.exports import making
from core.imports import jobs, runs  # noqa: F401  jobs registers its handlers
from core.indexes import refresh_statistics
from core.letters import letter
from core.outbox import Job, handler

# Jobs that are done are kept this long for whoever asks what happened. Those with a key stay: the key is for ever.
_KEPT = dt.timedelta(days=30)


@shared_task(name="core.tick", ignore_result=True)
def tick(way: str = "beat") -> int:
    """Runs what is due: sent by the beat every minute, at a worker's start ("start"), after commits with new jobs."""
    return outbox.tick(way=way)


@handler("core.mail", resumable=True)  # no transaction is held open while a mail server thinks
def send(job: Job) -> None:
    letter(job.payload["to"], job.payload["subject"], job.payload["body"]).send()


@handler("core.clean", daily=True)
def clean(job: Job) -> None:
    once.forget_old_keys()
    runs.forget_old_runs()
    making.forget_old_files()
    Job.objects.finished_before(periods.now() - _KEPT).filter(key=None).delete()


@handler("core.statistics", daily=True, resumable=True)  # who writes meanwhile waits for one table at most
def count_for_the_planner(job: Job) -> None:
    refresh_statistics()
    with transaction.atomic():
        job.finish()
