"""When something is sent by itself: every working day, on a day of the week, on a day of the month; at a full hour.

Days and hours are those of the company's zone. A day has one moment at most, whatever its clocks do: an hour that the
clocks leave out comes one later, of an hour that comes twice the first one counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import periods
from people import calendar

# As long as its day lasts, and at least so long, a moment that was slept through is made up for.
_PATIENCE = dt.timedelta(hours=3)
# A working day comes within so many days, a day of the month too.
_FAR = dt.timedelta(days=40)


class Every(models.TextChoices):
    WORKING_DAY = "working-day", gettext_lazy("Every working day")
    WEEK = "week", gettext_lazy("Every week")
    MONTH = "month", gettext_lazy("Every month")


@dataclass(frozen=True)
class Schedule:
    """`weekday` (Monday is 0) is asked of weeks, `day` of months: the last one where a month has no such day."""

    every: str
    weekday: int
    day: int
    hour: int

    def _is_on(self, day: dt.date) -> bool:
        if self.every == Every.WORKING_DAY:
            return calendar.is_working(day)
        if self.every == Every.WEEK:
            return day.weekday() == self.weekday
        last = periods.add_months(day.replace(day=1), 1) - dt.timedelta(1)
        return day.day == min(self.day, last.day)

    def moments(self, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
        """The moments later than `after` and not later than `until`, in their order."""
        # A day more at both ends: about a change of clocks a moment may lie beyond its day.
        day, last = periods.day_of(after) - dt.timedelta(1), periods.day_of(until) + dt.timedelta(1)
        while day <= last:
            moment = periods.local(day, dt.time(self.hour))
            # The calendar is asked last: mostly there is nothing to ask it.
            if after < moment <= until and self._is_on(day):
                yield moment
            day += dt.timedelta(1)

    def next(self, after: dt.datetime) -> dt.datetime | None:
        """The first moment later than `after`; None where there is no working day for weeks."""
        return next(self.moments(after, after + _FAR), None)

    @property
    def words(self) -> str:
        """«по понедельникам в 09:00»."""
        told = {"time": f"{self.hour:02}:00", "day": self.day}
        if self.every == Every.WORKING_DAY:
            return _("every working day at %(time)s") % told
        if self.every == Every.WEEK:
            return _("%(weekdays)s at %(time)s") % {**told, "weekdays": _on_weekdays()[self.weekday]}
        if self.day == 31:
            return _("on the last day of the month at %(time)s") % told
        return _("on day %(day)s of the month at %(time)s") % told


def is_too_late(due: dt.datetime, now: dt.datetime) -> bool:
    """Whether what was due is not made up for any more."""
    return now > max(due + _PATIENCE, periods.Period.of_days(periods.day_of(due), periods.day_of(due)).end)


def weekday_names() -> tuple[str, ...]:
    """From Monday on."""
    monday = dt.date(2024, 1, 1)
    return tuple(date_format(monday + dt.timedelta(number), "l") for number in range(7))


def _on_weekdays() -> tuple[str, ...]:
    return (
        pgettext("every week", "on Mondays"),
        pgettext("every week", "on Tuesdays"),
        pgettext("every week", "on Wednesdays"),
        pgettext("every week", "on Thursdays"),
        pgettext("every week", "on Fridays"),
        pgettext("every week", "on Saturdays"),
        pgettext("every week", "on Sundays"),
    )
