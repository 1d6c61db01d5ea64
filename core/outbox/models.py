"""The outbox's one table: what is to be done, how far it is, and who is doing it until when."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import periods

# How long a claimed job stays its worker's without a sign of life. `Job.progress` counts as one.
LEASE = dt.timedelta(minutes=5)


class LeaseLost(Exception):
    """The job was taken over by another worker meanwhile: this one must leave off without another trace."""


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, moment: dt.datetime) -> JobQuerySet:
        """Jobs a worker may take now: waiting ones whose time has come, and those whose worker went silent."""
        return self.filter(
            Q(state=Job.State.WAITING, run_at__lte=moment)
            | Q(state=Job.State.RUNNING, lease_until__lt=moment)
        )

    def finished_before(self, moment: dt.datetime) -> JobQuerySet:
        return self.filter(state=Job.State.DONE, finished_at__lt=moment)


class Job(models.Model):
    """One piece of background work, written in the transaction of what caused it.

    `attempts` grows with every claim and so names the claim: a worker that comes back after its lease has ended finds
    another number and can mark nothing. `key` makes a job unique for ever: the same key is the same job.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=160, blank=True)  # see workers.own_name
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_note = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Job]] = models.Manager.from_queryset(JobQuerySet)()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["run_at"], name="core_job_open", condition=Q(state__in=["waiting", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"

    @property
    def percent(self) -> int:
        """How far the job is, 0…100; 0 while the total is unknown."""
        return min(100, self.progress_done * 100 // self.progress_total) if self.progress_total else 0

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    def progress(self, done: int, total: int = 0, note: str = "") -> None:
        """Says how far a resumable handler is and keeps the job for another lease.

        Raises `LeaseLost` when another worker has the job by now. Inside a transaction it is seen only after commit.
        """
        self._change(
            progress_done=done,
            progress_total=total,
            progress_note=note[:200],
            lease_until=periods.now() + LEASE,
        )

    def finish(self) -> None:
        """Marks the job done: called in the transaction of its effect, the effect happens once or not at all.

        Atomic handlers have this done for them. A resumable one calls it first thing in its last transaction, if its
        effect must not be repeated. Raises `LeaseLost` when another worker has the job by now.
        """
        self._change(state=self.State.DONE, finished_at=periods.now(), lease_until=None, error="")

    def _change(self, **values: Any) -> None:
        mine = Job.objects.filter(pk=self.pk, state=self.State.RUNNING, attempts=self.attempts)
        if not mine.update(**values):
            raise LeaseLost(str(self))
        for name, value in values.items():
            setattr(self, name, value)
