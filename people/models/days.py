"""On which days and at which hours people work: absences, dated hours, exceptions of the calendar."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import show
from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from people.models.places import Team
from people.models.users import User


class Absence(Tracked):
    """Days (both included) on which a person does not work and is not scored.

    One day may be absent in part: between `from_time` and `until_time`; one of them empty: from the start of the day,
    or to its end. On such a day the person is scored, against norms made smaller.
    """

    class Kind(models.TextChoices):
        VACATION = "vacation", _("vacation")
        SICK = "sick", _("sick leave")
        TRIP = "trip", _("business trip")
        OTHER = "other", _("other")

    user = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    from_time = models.TimeField(_("away from"), null=True, blank=True)
    until_time = models.TimeField(_("away until"), null=True, blank=True)
    substitute = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("substitute")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = alive_manager(TrackedQuerySet["Absence"])
    all_objects = TrackedQuerySet["Absence"].as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-since"]
        indexes = [models.Index(fields=["user", "since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="people_absence_since_before_until"
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, until_time__isnull=True) | Q(until=F("since")),
                name="people_absence_times_of_one_day",
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True)
                | Q(until_time__isnull=True)
                | Q(until_time__gt=F("from_time")),
                name="people_absence_from_before_until_time",
            ),
        ]

    def clean(self) -> None:
        """What the constraints hold, in sentences; absences of one person share no day."""
        if self.since is None or self.until is None:
            return  # said of the fields themselves
        if self.until < self.since:
            raise ValidationError({"until": _("The last day lies before the first one.")})
        if self.is_partial and self.since != self.until:
            field = "from_time" if self.from_time else "until_time"
            raise ValidationError(
                {field: _("Times are said of one day: first and last day must be the same.")}
            )
        if self.from_time and self.until_time and self.until_time <= self.from_time:
            raise ValidationError({"until_time": _("The person would be back before they left.")})
        if self.substitute_id and self.substitute_id == self.user_id:
            sentence = _("Choose somebody else: a person does not stand in for themselves.")
            raise ValidationError({"substitute": sentence})
        others = Absence.objects.filter(user=self.user_id, since__lte=self.until, until__gte=self.since)
        if others.exclude(pk=self.pk).exists():
            raise ValidationError({"since": _("This person is away on some of these days already.")})

    @property
    def is_partial(self) -> bool:
        """Whether the person is away for a part of the day only."""
        return self.from_time is not None or self.until_time is not None

    @property
    def times(self) -> str:
        """«до 14:00», «с 14:00», «11:00–14:00»; empty for whole days."""
        away, back = (show.clock_time(time) for time in (self.from_time, self.until_time))
        if self.from_time and self.until_time:
            return f"{away}–{back}"
        if self.from_time:
            return gettext("from %(time)s") % {"time": away}
        return gettext("until %(time)s") % {"time": back} if self.until_time else ""


# The hours that have always held begin here: long before anything the program could count.
ALWAYS = dt.date(2000, 1, 1)


class WorkingHours(Tracked):
    """The hours of the working day from a date on, for the company or for one team.

    In force on a day is the team's latest row that has begun by then, else the company's. So what a past day was
    judged by stays as it was: a change is a new row. A row of a team says all three; a row of the company has no zone
    (the company's is a setting of the installation).
    """

    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    since = models.DateField(_("in force from"))
    starts = models.TimeField(_("start of the working day"), default=dt.time(9))
    cutoff = models.TimeField(_("cut-off of the working day"), default=dt.time(18))
    zone = models.CharField(_("time zone"), max_length=40, blank=True)

    objects = alive_manager(TrackedQuerySet["WorkingHours"])
    all_objects = TrackedQuerySet["WorkingHours"].as_manager()

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__lt=F("cutoff")), name="people_hours_starts_before_cutoff"
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=False) | Q(zone=""), name="people_hours_zone_of_a_team"
            ),
            models.UniqueConstraint(
                fields=["since"],
                condition=Q(deleted_at__isnull=True, team__isnull=True),
                name="people_hours_once",
                violation_error_code="unique",  # beside the field
                violation_error_message=_("Other hours begin on this day already."),
            ),
            models.UniqueConstraint(
                fields=["since", "team"],
                condition=Q(deleted_at__isnull=True, team__isnull=False),
                name="people_hours_of_a_team_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%d.%m.%Y}: {self.starts:%H:%M}–{self.cutoff:%H:%M}"

    def clean(self) -> None:
        if self.starts and self.cutoff and self.starts >= self.cutoff:
            raise ValidationError({"cutoff": _("The day ends before it starts.")})
        same = WorkingHours.objects.filter(team=self.team, since=self.since).exclude(pk=self.pk)
        if self.team_id and same.exists():
            raise ValidationError({"since": _("Other hours begin on this day already.")})


class CalendarDay(Tracked):
    """An exception above the built-in production calendar, for the company or for one team."""

    day = models.DateField(_("day"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    is_working = models.BooleanField(_("working day"))
    cutoff = models.TimeField(_("cut-off on this day"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = alive_manager(TrackedQuerySet["CalendarDay"])
    all_objects = TrackedQuerySet["CalendarDay"].as_manager()

    class Meta:
        verbose_name = _("calendar exception")
        verbose_name_plural = _("calendar exceptions")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(deleted_at__isnull=True, team__isnull=True),
                name="people_calendar_day_once",
            ),
            models.UniqueConstraint(
                fields=["day", "team"],
                condition=Q(deleted_at__isnull=True, team__isnull=False),
                name="people_calendar_team_day_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}"
