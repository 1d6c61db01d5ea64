"""What points are worth, and the sheet for the payroll."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from core.money import MoneyField
from people.models import Team, User


class Rate(Tracked):
    """Roubles for a point, from a month on (`since` is its first day), of the company or of one team."""

    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    since = models.DateField(_("from the month"))
    plus_rate = MoneyField(_("for a point above zero, ₽"))
    minus_rate = MoneyField(_("for a point below zero, ₽"))
    plus_cap = MoneyField(_("addition at most, ₽"), null=True, blank=True)
    minus_cap = MoneyField(_("reduction at most, ₽"), null=True, blank=True)

    objects = alive_manager(TrackedQuerySet["Rate"])
    all_objects = TrackedQuerySet["Rate"].as_manager()

    class Meta:
        verbose_name = _("rate of a point")
        verbose_name_plural = _("rates of a point")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["since"],
                condition=Q(deleted_at__isnull=True, team__isnull=True),
                name="kpi_rate_once",
            ),
            models.UniqueConstraint(
                fields=["since", "team"],
                condition=Q(deleted_at__isnull=True, team__isnull=False),
                name="kpi_rate_of_team_once",
            ),
            models.CheckConstraint(
                condition=Q(plus_rate__gte=0, minus_rate__gte=0)
                & (Q(plus_cap__isnull=True) | Q(plus_cap__gte=0))
                & (Q(minus_cap__isnull=True) | Q(minus_cap__gte=0)),
                name="kpi_rate_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%m.%Y}: {self.plus_rate} / {self.minus_rate}"


class Bonus(Tracked):
    """A person's monthly bonus before points, from a month on: a reduction never takes it below zero."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("person"))
    since = models.DateField(_("from the month"))
    amount = MoneyField(_("bonus, ₽"))

    objects = alive_manager(TrackedQuerySet["Bonus"])
    all_objects = TrackedQuerySet["Bonus"].as_manager()

    class Meta:
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "since"], condition=Q(deleted_at__isnull=True), name="kpi_bonus_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="kpi_bonus_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.amount}"


class Payroll(models.Model):
    """A team's month, approved by its head: written once, changed by nobody (`kpi.guard`)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="payrolls", verbose_name=_("team"))
    month = models.DateField(_("month"))
    total = MoneyField(_("total"))
    checksum = models.CharField(_("checksum"), max_length=64)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("approved month")
        verbose_name_plural = _("approved months")
        ordering = ["-month", "team"]
        constraints = [models.UniqueConstraint(fields=["team", "month"], name="kpi_payroll_once")]

    def __str__(self) -> str:
        return f"{self.team}: {self.month:%m.%Y}"


class PayrollLine(models.Model):
    """One person in an approved month: the points of its days, or what a later correction changes of an earlier one."""

    class Kind(models.TextChoices):
        POINTS = "points", _("points of the month")
        RECALCULATION = "again", _("recalculation of an earlier month")

    payroll = models.ForeignKey(Payroll, models.PROTECT, related_name="lines")
    person = models.ForeignKey(User, models.PROTECT, related_name="payroll_lines")
    kind = models.CharField(max_length=6, choices=Kind)
    # The month the points are of: the payroll's own, or the earlier one.
    month = models.DateField()
    days = models.PositiveSmallIntegerField()
    points = models.IntegerField()
    plus_rate = MoneyField()
    minus_rate = MoneyField()
    plus_cap = MoneyField(null=True)
    minus_cap = MoneyField(null=True)
    bonus = MoneyField()
    # What is added to the bonus; below zero: what it is reduced by.
    amount = MoneyField()

    class Meta:
        verbose_name = _("line of an approved month")
        verbose_name_plural = _("lines of approved months")
        constraints = [
            models.UniqueConstraint(
                fields=["payroll", "person", "kind", "month"], name="kpi_payroll_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.amount}"


class RulesRead(models.Model):
    """A manager has read the rules of the game in this version (`digest` of what the page said), then."""

    user = models.ForeignKey(User, models.PROTECT, related_name="rules_read")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("confirmation of the rules")
        verbose_name_plural = _("confirmations of the rules")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="kpi_rules_read_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.at:%d.%m.%Y}"
