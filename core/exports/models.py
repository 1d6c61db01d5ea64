"""The table of files made in the background. None of it is tracked: a file is a copy of what a page shows."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.outbox.models import Job


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, user: models.Model) -> ExportQuerySet:
        """The user's own: what stands in a file is what its reader may see."""
        return self.filter(by=user.pk)

    def in_work(self) -> ExportQuerySet:
        return self.filter(file="", note="", job__state__in=[Job.State.WAITING, Job.State.RUNNING])

    def over(self, moment: dt.datetime) -> ExportQuerySet:
        """Those whose time is over."""
        return self.filter(expires_at__lt=moment)


class Export(models.Model):
    """A file somebody asked for: of which page, in which language, how far it is, where it lies.

    `address`: the page with all that it is asked, as the reader's browser sent it. `key`: what the file is called where
    it lies. `name`: what it is called where it arrives. `note`: why there will be none.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.TextField()
    back = models.TextField()  # the page itself
    title = models.CharField(_("list or report"), max_length=200)
    form = models.CharField(max_length=4)
    language = models.CharField(max_length=5)
    rows = models.PositiveIntegerField(_("rows"))
    key = models.CharField(max_length=32)
    file = models.FileField(max_length=200, blank=True)
    name = models.CharField(max_length=240, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    note = models.TextField(blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("kept until"))

    objects: ClassVar[models.Manager[Export]] = models.Manager.from_queryset(ExportQuerySet)()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["by", "-asked_at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(file="") | Q(made_at__isnull=False), name="core_export_made")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        return bool(self.file)

    @property
    def is_stuck(self) -> bool:
        """Its job was given up: nobody works on it any more."""
        return not self.file and not self.note and (self.job is None or self.job.state == Job.State.FAILED)

    @property
    def is_in_work(self) -> bool:
        return not self.file and not self.note and not self.is_stuck

    @property
    def state_words(self) -> str:
        if self.is_ready:
            return str(_("ready"))
        if self.is_in_work:
            return str(_("is being made"))
        return str(_("not made"))
