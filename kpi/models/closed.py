"""What a closed day said. These rows are written once by the closing and are changed and deleted by nobody: the
database refuses it (`kpi.guard`). What people decide later stands in rows of its own (`kpi.models.later`)."""

import json
from typing import ClassVar, Self

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kpi.models.fields import NumberField
from kpi.models.settings import Indicator
from people.models import Team, User


class Closing(models.Model):
    """One team's working day, closed: the moments between which things counted, and how it came about."""

    class Way(models.TextChoices):
        BEAT = "beat", _("every minute's task")
        START = "start", _("start of the program")
        PAGE = "page", _("a page that was opened")
        COMMAND = "command", _("the command")

    team = models.ForeignKey(Team, models.PROTECT, related_name="closings", verbose_name=_("team"))
    day = models.DateField(_("day"))
    starts = models.DateTimeField(_("window from"))
    ends = models.DateTimeField(_("cut-off"))
    closed_at = models.DateTimeField(_("closed at"))
    way = models.CharField(_("closed by"), max_length=8, choices=Way)
    # Nobody could enter anything around the cut-off: points wait for a `Decision`.
    system_down = models.BooleanField(_("the system was unavailable"), default=False)
    # SHA-256 over the day's figures: two closings of one day are equal where these are.
    checksum = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["-day", "team"]
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="kpi_closing_once")]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.team}: {self.day:%d.%m.%Y}"


class PersonDay(models.Model):
    """One person's closed day. `points` is the sum over its figures; a day that is not scored has none of its own."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="people")
    person = models.ForeignKey(User, models.PROTECT, related_name="closed_days", verbose_name=_("person"))
    day = models.DateField(_("day"))
    # The person's own window: it starts where their last closed day ended.
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    scored = models.BooleanField(_("scored"), default=True)
    # `Absence.kind` where the day is not scored for it.
    absence = models.CharField(_("absence"), max_length=10, blank=True)
    # The working time of the day, and how much of it the person was there.
    seconds_present = models.PositiveIntegerField()
    seconds_of_day = models.PositiveIntegerField()
    points = models.SmallIntegerField(_("points"), default=0)
    met = models.PositiveSmallIntegerField(default=0)
    within = models.PositiveSmallIntegerField(default=0)
    missed = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("closed day of a person")
        verbose_name_plural = _("closed days of people")
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="kpi_person_day_once")]
        indexes = [
            models.Index(fields=["closing", "person"]),
            # Where somebody's last closed day ended.
            models.Index(fields=["person", "-ends", "day"], name="kpi_person_day_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.day:%d.%m.%Y}"


class Rule(models.Model):
    """By what a figure was judged, word for word: one row for all figures with the same content (`digest`)."""

    class Unit(models.TextChoices):
        COUNT = "count", _("count")
        MONEY = "money", _("roubles")
        QUANTITY = "quantity", _("quantity")
        PERCENT = "percent", _("%")
        NUMBER = "number", _("number")

    digest = models.CharField(max_length=64, unique=True)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    # {"ru": {"name": …, "formula": …}, "en": {…}}: the texts as they stood.
    texts = models.JSONField()
    unit = models.CharField(max_length=8, choices=Unit)
    is_flow = models.BooleanField()
    period = models.CharField(max_length=5)
    # The norm as it applied: for a person who was there half the day, half of it. Empty direction: no norm.
    norm_id = models.BigIntegerField(null=True)
    direction = models.CharField(max_length=8, blank=True)
    low = NumberField(null=True)
    high = NumberField(null=True)
    tolerance = models.PositiveSmallIntegerField(default=0)
    points_met = models.SmallIntegerField(default=0)
    points_within = models.SmallIntegerField(default=0)
    points_missed = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("rule of a figure")
        verbose_name_plural = _("rules of figures")

    def __str__(self) -> str:
        return f"{self.code} {self.direction} {self.low or ''} {self.high or ''}"


class FigureQuerySet(QuerySet["Figure"]):
    def light(self) -> Self:
        """Without the ids of the records, of which there may be thousands."""
        return self.defer("records")


class Figure(models.Model):
    """One indicator of one person's day (or of the week or month that ends with it), its verdict and points.

    A ratio keeps both of its parts, `value` over `base`, so that totals of a team are right. `records` are the ids of
    what was counted, of the model the rule's indicator names.
    """

    class Verdict(models.TextChoices):
        NONE = "", _("not scored")
        MET = "met", _("met")
        WITHIN = "within", _("within tolerance")
        MISSED = "missed", _("missed")

    # Integrity of these two is the closing's, which wrote both a moment ago and never deletes: the check row by row
    # would cost more than the closing.
    person_day = models.ForeignKey(
        PersonDay, models.PROTECT, related_name="figures", db_constraint=False, db_index=False
    )
    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="figures", db_constraint=False, db_index=False
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="figures", db_constraint=False, db_index=False
    )
    period = models.CharField(max_length=5)
    value = NumberField(null=True)
    base = NumberField(null=True)
    verdict = models.CharField(max_length=6, choices=Verdict, blank=True)
    points = models.SmallIntegerField(default=0)
    records = models.TextField(default="[]")

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person_day", "indicator", "period"], name="kpi_figure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_day}: {self.rule.code}"

    @property
    def record_ids(self) -> list[int]:
        """The ids of the records that were counted, in order."""
        return list(json.loads(self.records))


class Counted(models.Model):
    """This record has been counted by this closing, and counts for no other day, ever.

    `source` says what of it: a deal is won once and lost once (`kpi.indicators.base.Definition.source`).
    """

    source = models.CharField(max_length=16)
    record_id = models.BigIntegerField()
    closing = models.ForeignKey(
        Closing, models.PROTECT, related_name="counted", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("counted record")
        verbose_name_plural = _("counted records")
        constraints = [models.UniqueConstraint(fields=["source", "record_id"], name="kpi_counted_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.record_id}"


class Heartbeat(models.Model):
    """The program was there in this minute: written by whatever looks for days to close. Cleaned after a while."""

    minute = models.DateTimeField(unique=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.minute:%d.%m.%Y %H:%M}"
