"""The working calendar: the production calendar of Russia below the exceptions of the company and of its teams, and the
hours of the working day as they are in force on a date.

An exception of a team goes over one of the company, and that over the production calendar with its moved days. Hours
are dated (`WorkingHours`): the team's latest that have begun, else the company's. Both are read once per request (and
once within `kept()`, for jobs that ask for thousands of days); elsewhere at each question, so that another process's
change is never missed. A day is the local date of whoever counts it.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays
from django.core.signals import request_finished, request_started
from django.db import models
from django.db.models import Value
from django.db.models.signals import post_save

from core import periods
from core.periods import Window
from people.models import CalendarDay, Team, WorkingHours

_MICROSECOND = dt.timedelta.resolution


def is_working(day: dt.date, team: Team | None = None) -> bool:
    """Whether the team (the company, without one) works on the day."""
    year = _exceptions().working_days(day.year, team)
    position = bisect_left(year, day)
    return position < len(year) and year[position] == day


def next_working_day(day: dt.date, team: Team | None = None) -> dt.date:
    """The first working day after the day."""
    return add_working_days(day, 1, team)


def add_working_days(day: dt.date, count: int, team: Team | None = None) -> dt.date:
    """The working day that lies `count` working days after the day (before it, for a negative count).

    From a day off one step leads to the nearest working day. `count` 0 gives the day itself, working or not.
    """
    exceptions = _exceptions()
    year = day.year
    while count > 0:
        days = exceptions.working_days(year, team)
        after = bisect_right(days, day)
        if after + count <= len(days):
            return days[after + count - 1]
        count -= len(days) - after
        year += 1
    while count < 0:
        days = exceptions.working_days(year, team)
        before = bisect_left(days, day)
        if before + count >= 0:
            return days[before + count]
        count += before
        year -= 1
    return day


def working_days_between(start: dt.date, end: dt.date, team: Team | None = None) -> int:
    """How many working days lie after `start` up to `end`, which counts; negative where `end` is the earlier one.

    So something that began on Thursday has lasted one working day on Friday, and still one on Sunday.
    """
    if end < start:
        return -working_days_between(end, start, team)
    exceptions = _exceptions()
    return sum(
        bisect_right(days, end) - bisect_right(days, start)
        for days in (exceptions.working_days(year, team) for year in range(start.year, end.year + 1))
    )


def hours(day: dt.date, team: Team | None = None) -> "Hours":
    """The hours in force on the day by the rows alone: a shortened day is left out."""
    return _exceptions().hours(day, team)


def cutoff(day: dt.date, team: Team | None = None) -> dt.datetime:
    """The moment (UTC) by which everything of the day must be entered, in the team's zone; a day off has one too."""
    exceptions = _exceptions()
    return periods.local(day, exceptions.cutoff(day, team), exceptions.zone(day, team))


def starts(day: dt.date, team: Team | None = None) -> dt.datetime:
    """The moment (UTC) at which the working time of the day begins, in the team's zone."""
    exceptions = _exceptions()
    return periods.local(day, exceptions.hours(day, team).starts, exceptions.zone(day, team))


def zone_of(team: Team | None, day: dt.date | None = None) -> ZoneInfo:
    """The zone in which the team's days are counted on the day (today by default): its own, else the company's."""
    return _exceptions().zone(day or periods.today(), team)


def window(day: dt.date, team: Team | None = None) -> Window:
    """The window of the team's working day: from the cut-off of its previous working day (not included) to its own."""
    with kept():
        return Window(cutoff(add_working_days(day, -1, team), team), cutoff(day, team))


def working_day_of(moment: dt.datetime, team: Team | None = None) -> dt.date:
    """The working day in whose window the moment lies: what happens then counts for it, if it is entered by its end."""
    with kept():
        day = periods.day_of(moment, zone_of(team, periods.day_of(moment)))
        if not is_working(day, team):
            day = next_working_day(day, team)
        while moment > cutoff(day, team):
            day = next_working_day(day, team)
        # About a change of zone the local date may be one off.
        while moment <= cutoff(before := add_working_days(day, -1, team), team):
            day = before
        return day


def share_of_day(
    absent_from: dt.time | None, absent_until: dt.time | None, day: dt.date, team: Team | None = None
) -> Fraction:
    """The share of the day's working time, from its start to its cut-off, during which the person is there.

    Absent from the one time until the other; an empty one is the start of the day, or its end. Both empty: nothing is
    left. 09:00–18:00 and absent until 14:00 gives 4/9.
    """
    with kept():
        begins, ends, zone = starts(day, team), cutoff(day, team), zone_of(team, day)
    if ends <= begins:  # a day shortened to nothing
        return Fraction(0)
    gone = begins if absent_from is None else periods.local(day, absent_from, zone)
    back = ends if absent_until is None else periods.local(day, absent_until, zone)
    away = max(min(back, ends) - max(gone, begins), dt.timedelta())
    return 1 - Fraction(away // _MICROSECOND, (ends - begins) // _MICROSECOND)


# --- The production calendar ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _production_days(year: int) -> tuple[dt.date, ...]:
    """The working days of the year by the production calendar."""
    calendar = holidays.country_holidays("RU", years=year)
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    days = (first + dt.timedelta(n) for n in range((after - first).days))
    return tuple(day for day in days if calendar.is_working_day(day))


class Hours(NamedTuple):
    """When a working day begins and by when everything must be entered; the zone is empty for the company's."""

    starts: dt.time
    cutoff: dt.time
    zone: str = ""


# What holds on days before the first row.
_BEFORE_ALL = Hours(dt.time(9), dt.time(18))


class _Exceptions:
    """The exceptions and the hours as they stood when they were first asked for, or as recorded at a moment."""

    def __init__(self, moment: dt.datetime | None = None) -> None:
        self._moment = moment
        self.forget()

    def forget(self) -> None:
        self._rows: dict[tuple[int | None, dt.date], tuple[bool, dt.time | None]] | None = None
        self._hours: dict[int | None, tuple[list[dt.date], list[Hours]]] = {}
        self._years: dict[tuple[int, int | None], list[dt.date]] = {}

    def working_days(self, year: int, team: Team | None) -> list[dt.date]:
        """The working days of the year in order."""
        team_id = team.pk if team else None
        key = (year, team_id)
        if key not in self._years:
            days = set(_production_days(year))
            for owner in (None, team_id) if team_id else (None,):
                for (of, day), (works, _cutoff) in self._read().items():
                    if of == owner and day.year == year:
                        (days.add if works else days.discard)(day)
            self._years[key] = sorted(days)
        return self._years[key]

    def cutoff(self, day: dt.date, team: Team | None) -> dt.time:
        """By the clocks of the team; of a single day's exceptions the team's goes over the company's."""
        rows = self._read()
        for owner in (team.pk if team else None, None):
            said = rows.get((owner, day))
            if said and said[1]:
                return said[1]
        return self.hours(day, team).cutoff

    def zone(self, day: dt.date, team: Team | None) -> ZoneInfo:
        zone = self.hours(day, team).zone if team else ""  # the company's rows have none: no need to ask
        return ZoneInfo(zone) if zone else periods.company_zone()

    def hours(self, day: dt.date, team: Team | None) -> Hours:
        self._read()
        for owner in (team.pk if team else None, None):
            since, said = self._hours.get(owner, ((), ()))
            if position := bisect_right(since, day):
                return said[position - 1]
        return _BEFORE_ALL

    def _rows_of(self, model: type[CalendarDay] | type[WorkingHours]) -> models.QuerySet[Any]:
        if self._moment is None:
            return model.objects.order_by()
        found: models.QuerySet[Any] = model.versions.at(self._moment).filter(deleted_at__isnull=True)
        return found.order_by()

    def _read(self) -> dict[tuple[int | None, dt.date], tuple[bool, dt.time | None]]:
        """The exceptions of single days; hours are read with them, in the same question."""
        if self._rows is None:
            self._rows, self._hours = {}, {}
            exceptions = self._rows_of(CalendarDay).values_list(
                "team_id",
                "day",
                Value(None, models.TimeField()),
                "cutoff",
                Value("", models.CharField()),
                "is_working",
            )
            found = self._rows_of(WorkingHours).values_list(
                "team_id", "since", "starts", "cutoff", "zone", Value(None, models.BooleanField())
            )
            for team_id, day, begin, end, zone, works in sorted(
                found.union(exceptions, all=True), key=lambda row: row[1]
            ):
                if works is not None:
                    self._rows[team_id, day] = (works, end)
                    continue
                days, hours = self._hours.setdefault(team_id, ([], []))
                days.append(day)
                hours.append(Hours(begin, end, zone))
        return self._rows


_kept: ContextVar[_Exceptions | None] = ContextVar("takt_calendar", default=None)


def _exceptions() -> _Exceptions:
    return _kept.get() or _Exceptions()


@contextmanager
def kept() -> Iterator[None]:
    """Within the block exceptions and hours are read once: for jobs that ask for many days, and for the demo's past."""
    token = _kept.set(_kept.get() or _Exceptions())
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def as_known(moment: dt.datetime) -> Iterator[None]:
    """Within the block exceptions and hours are those that were recorded at the moment."""
    token = _kept.set(_Exceptions(moment))
    try:
        yield
    finally:
        _kept.reset(token)


def forget() -> None:
    """Exceptions and hours are read anew at the next question; for who writes them past the models' `save`."""
    if held := _kept.get():
        held.forget()


def _request_started(**_kwargs: Any) -> None:
    _kept.set(_Exceptions())


def leave_request(**_signal: Any) -> None:
    """What was read for the request is known no more; called when it is over."""
    _kept.set(None)


def _saved(**_kwargs: Any) -> None:
    forget()


request_started.connect(_request_started, dispatch_uid="people.calendar.started")
request_finished.connect(leave_request, dispatch_uid="people.calendar.finished")
for _model in (CalendarDay, WorkingHours):
    post_save.connect(_saved, sender=_model, dispatch_uid=f"people.calendar.{_model.__name__}")
