"""What is counted and what is expected: indicators and norms. People edit them, history keeps every state."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from kpi.models.fields import NumberField
from people.models import Team, User


class IndicatorQuerySet(TrackedQuerySet["Indicator"]):
    def in_use(self) -> Self:
        return self.filter(retired_at__isnull=True)


class Indicator(Tracked):
    """What is counted of a person's day. How is said by `kpi.indicators.definition_of`.

    A built-in one is declared in a file of `kpi/indicators/` and found there by `code`. An administrator adds others
    without programming: activities counted, their quantity summed, the ratio of two indicators.
    """

    class Kind(models.TextChoices):
        BUILT_IN = "built_in", _("built in")
        COUNT = "count", _("number of activities")
        QUANTITY = "quantity", _("sum of the quantity of activities")
        RATIO = "ratio", _("ratio of two indicators")

    class Held(models.TextChoices):
        ANY = "", _("whatever the outcome")
        HELD = "held", _("the client was spoken to")
        NO_ANSWER = "no_answer", _("no answer")

    code = models.CharField(_("code"), max_length=40)
    # Empty for a built-in one that keeps its own name, which is then said in the reader's language.
    name = models.CharField(_("name"), max_length=60, blank=True)
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    on_scorecard = models.BooleanField(_("a column of the scorecard"), default=True)
    counts_imports = models.BooleanField(_("imported records count"), default=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    # Of activities: which of them.
    activity_kind = models.ForeignKey(
        ActivityKind,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kind of contact"),
    )
    group = models.CharField(
        _("or all kinds counted as"), max_length=12, choices=ActivityKind.Group, blank=True
    )
    held = models.CharField(_("outcome"), max_length=10, choices=Held, blank=True, default=Held.ANY)
    direction = models.CharField(_("direction"), max_length=3, choices=Activity.Direction, blank=True)
    # Of a ratio: one over the other, in % or as it is.
    numerator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("what is divided")
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by what")
    )
    as_percent = models.BooleanField(_("in %"), default=True)

    objects = alive_manager(IndicatorQuerySet)
    all_objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(deleted_at__isnull=True), name="kpi_indicator_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="ratio") | Q(numerator__isnull=False, denominator__isnull=False),
                name="kpi_indicator_ratio_has_both",
            ),
        ]

    def __str__(self) -> str:
        from kpi.indicators import name_of

        return name_of(self)


class NormQuerySet(TrackedQuerySet["Norm"]):
    def in_force(self, day: dt.date) -> Self:
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)


class Norm(Tracked):
    """What is expected of an indicator, from a working day on, and what meeting and missing it is worth.

    Of the company (neither team nor person), a team, or one person: the narrower one holds; one for a weekday holds
    over one for every day. Norms of a week or a month are judged on its last working day.
    """

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")

    class Direction(models.TextChoices):
        AT_LEAST = "at_least", _("at least")
        AT_MOST = "at_most", _("at most")
        BETWEEN = "between", _("between")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="norms", verbose_name=_("indicator")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    period = models.CharField(_("for"), max_length=5, choices=Period, default=Period.DAY)
    # 0 is Monday; empty: every day.
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), null=True, blank=True, validators=[MaxValueValidator(6)]
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.AT_LEAST)
    low = NumberField(_("at least"), null=True, blank=True)
    high = NumberField(_("at most"), null=True, blank=True)
    tolerance = models.PositiveSmallIntegerField(
        _("tolerance, %"), default=0, validators=[MaxValueValidator(100)]
    )
    points_met = models.SmallIntegerField(_("points when met"), default=1)
    points_within = models.SmallIntegerField(_("points within tolerance"), default=0)
    points_missed = models.SmallIntegerField(_("points when missed"), default=-2)

    objects = alive_manager(NormQuerySet)
    all_objects = NormQuerySet.as_manager()

    class Meta:
        verbose_name = _("norm")
        verbose_name_plural = _("norms")
        ordering = ["indicator", "since", "id"]
        indexes = [models.Index(fields=["indicator", "since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="kpi_norm_since_before_until",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(user__isnull=True), name="kpi_norm_of_team_or_person"
            ),
            models.CheckConstraint(
                condition=Q(direction="at_least", low__gt=0, high__isnull=True)
                | Q(direction="at_most", low__isnull=True, high__gte=0)
                | Q(direction="between", low__gte=0, high__gte=F("low")),
                name="kpi_norm_has_its_numbers",
            ),
            models.CheckConstraint(condition=Q(tolerance__lte=100), name="kpi_norm_tolerance_up_to_100"),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(period="day"), name="kpi_norm_weekday_of_a_day"
            ),
        ]

    def __str__(self) -> str:
        from kpi.norms import words_of

        return f"{self.indicator}: {words_of(self)}"
