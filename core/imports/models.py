"""The tables of imports: a run, its staged rows, and how somebody's columns were mapped before.

None of them is tracked: a run is no record of the company but the way by which records came. What it wrote is told by
its operation, which also undoes it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.outbox.models import Job


def _place(run: ImportRun, filename: str) -> str:
    """Where the upload is kept: a name of ours, so that nothing of the user's becomes a path."""
    return f"imports/{run.created_at:%Y/%m}/{get_random_string(24)}{PurePath(filename).suffix.lower()[:6]}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def of(self, user: models.Model) -> ImportRunQuerySet:
        """The user's own runs: what is in a file before it is loaded is nobody else's business."""
        return self.filter(by=user.pk)

    def last_touched_before(self, moment: dt.datetime) -> ImportRunQuerySet:
        return self.filter(changed_at__lt=moment)


class ImportRun(models.Model):
    """One uploaded file on its way into the company.

    `book`: what the file holds, as `book.describe` found it. `plan`: sheet by sheet what is on it and which column is
    which ([{"sheet", "kind", "header", "columns": {column key: index}}]). `words`: words of the file that name no
    record for certain, with what they are taken for. `answers`: what the user decided about words and duplicates.
    `counts`: per sheet, rows by what becomes of them.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("is being checked")
        CHECKED = "checked", _("checked")
        APPLYING = "applying", _("is being loaded")
        APPLIED = "applied", _("loaded")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    IN_WORK = (State.CHECKING, State.APPLYING, State.UNDOING)

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    importer = models.CharField(max_length=40)
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to=_place, max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    # What is to be said on the page: why it failed, why it was checked once more.
    note = models.TextField(blank=True)
    book = models.JSONField(default=list)
    plan = models.JSONField(default=list)
    words = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    counts = models.JSONField(default=list)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded at"))
    changed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[ImportRun]] = models.Manager.from_queryset(ImportRunQuerySet)()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["by", "-created_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_work(self) -> bool:
        """A worker has it or will have it."""
        return self.state in self.IN_WORK and not self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Its job was given up: nobody works on it any more, though the state says so."""
        return self.state in self.IN_WORK and (self.job is None or self.job.state == Job.State.FAILED)

    def total(self, what: str) -> int:
        """Rows over all sheets: of "rows", "create", "update", "skip", "error" or "duplicates"."""
        return sum(sheet.get(what, 0) for sheet in self.counts)

    @property
    def to_load(self) -> int:
        """Rows that would be written."""
        return self.total("create") + self.total("update")


class ImportRow(models.Model):
    """A row of a sheet as it was understood. `number`: as Excel shows it. `place`: the sheet's place in `run.plan`.

    `clean`: values by column key, fit for JSON, references as ids. `errors`: [[column key, sentence], …]. `raw`: all
    cells as texts, kept only where somebody has to look at them again. `same_as`: the record it seems to be a second
    one of: {"why": words, "record": id} or {"why", "row": key of an earlier row}.
    """

    class Action(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        SKIP = "skip"
        ERROR = "error"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    place = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=6, choices=Action)
    clean = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    raw = models.JSONField(default=list)
    same_as = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "place", "number"], name="core_import_row_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["run", "place", "number"],
                name="core_import_row_asks",
                condition=Q(action="error") | Q(same_as__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.place}:{self.number}"

    @property
    def key(self) -> str:
        """What other rows of the run call this one."""
        return f"{self.place}:{self.number}"


class RememberedMapping(models.Model):
    """How a user mapped the columns of a sheet with these headings: asked again, the same is offered."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)  # "" where the sheet was left out
    # {heading: column key}
    columns = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "signature"], name="core_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.signature[:8]}"


def count_rows(run: ImportRun) -> list[dict[str, Any]]:
    """`run.counts` of the staged rows: one entry for each sheet of the plan."""
    found = {
        (row["place"], row["action"]): row
        for row in run.rows.values("place", "action").annotate(n=Count("pk"), same=Count("same_as"))
    }
    counts = []
    for place, sheet in enumerate(run.plan):
        rows = {action: found.get((place, action), {"n": 0, "same": 0}) for action in ImportRow.Action.values}
        entry: dict[str, Any] = {action: row["n"] for action, row in rows.items()}
        entry |= {
            "sheet": sheet["sheet"],
            "kind": sheet["kind"],
            "rows": sum(row["n"] for row in rows.values()),
            "duplicates": sum(row["same"] for row in rows.values()),
        }
        counts.append(entry)
    return counts
