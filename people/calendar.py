"""The working calendar: the production calendar of Russia below the exceptions of the company and of its teams.

An exception of a team goes over one of the company, and that over the production calendar with its moved days. The
exceptions are read once per request (and once within `kept()`, for jobs that ask for thousands of days); elsewhere at
each question, so that another process's change is never missed. A day is the local date of whoever counts it.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_save

from core import periods
from people.models import CalendarDay, Company, Team

_ONE_DAY = dt.timedelta(1)


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


def cutoff(day: dt.date, team: Team | None = None) -> dt.datetime:
    """The moment (UTC) by which everything of the day must be entered, in the team's zone."""
    exceptions = _exceptions()
    return periods.local(day, exceptions.cutoff(day, team), zone_of(team))


def zone_of(team: Team | None) -> ZoneInfo:
    """The zone in which the team's days are counted: its own, else the company's."""
    return ZoneInfo(team.zone) if team and team.zone else periods.company_zone()


# --- The production calendar ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _production_days(year: int) -> tuple[dt.date, ...]:
    """The working days of the year by the production calendar."""
    calendar = holidays.country_holidays("RU", years=year)
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    days = (first + dt.timedelta(n) for n in range((after - first).days))
    return tuple(day for day in days if calendar.is_working_day(day))


class _Exceptions:
    """The exceptions and the company's cut-off as they stood when they were first asked for."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._rows: dict[tuple[int | None, dt.date], tuple[bool, dt.time | None]] | None = None
        self._cutoff: dt.time | None = None
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
        rows = self._read()
        for owner in (team.pk if team else None, None):
            said = rows.get((owner, day))
            if said and said[1]:
                return said[1]
        if self._cutoff is None:
            self._cutoff = Company.get().cutoff
        return self._cutoff

    def _read(self) -> dict[tuple[int | None, dt.date], tuple[bool, dt.time | None]]:
        if self._rows is None:
            found = CalendarDay.objects.values_list("team_id", "day", "is_working", "cutoff")
            self._rows = {(team, day): (works, time) for team, day, works, time in found.order_by()}
        return self._rows


_kept: ContextVar[_Exceptions | None] = ContextVar("takt_calendar", default=None)


def _exceptions() -> _Exceptions:
    return _kept.get() or _Exceptions()


@contextmanager
def kept() -> Iterator[None]:
    """Within the block the exceptions are read once: for jobs that ask for many days, and for the demo's past."""
    token = _kept.set(_kept.get() or _Exceptions())
    try:
        yield
    finally:
        _kept.reset(token)


def forget() -> None:
    """The exceptions are read anew at the next question; for who writes them past the models' `save`."""
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
for _model in (CalendarDay, Company):
    post_save.connect(_saved, sender=_model, dispatch_uid=f"people.calendar.{_model.__name__}")
