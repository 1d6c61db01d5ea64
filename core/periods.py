"""Time: the only place that asks the clock.

Everything else takes a moment, a `Period` or a `Window` as an argument. Moments are aware and kept in UTC; what people
call a day is made here from wall-clock instants in the company's (or a team's) zone.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Clock:
    """A clock that stands where it was put. `move_to` sets it to another moment."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = _utc(moment)

    def move_to(self, moment: dt.datetime) -> None:
        self.moment = _utc(moment)

    def advance(self, **timedelta_parts: float) -> None:
        self.moment += dt.timedelta(**timedelta_parts)


# One for the process, not one a thread: the server's threads of a browser test live in the time of the test.
_fixed: Clock | None = None


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a zone means nothing here: make it with core.periods.local().")
    return moment.astimezone(dt.UTC)


@contextmanager
def clock(moment: dt.datetime) -> Iterator[Clock]:
    """Fixes the clock for the block (tests, the demo company's past); the clock it yields can be moved."""
    global _fixed
    before, _fixed = _fixed, Clock(moment)
    try:
        yield _fixed
    finally:
        _fixed = before


def fixed_clock() -> Clock | None:
    """The clock fixed by `clock()`, if there is one: an operation then takes its stamp from it."""
    return _fixed


def now() -> dt.datetime:
    """This moment, aware, in UTC."""
    return _fixed.moment if _fixed else dt.datetime.now(dt.UTC)


def company_zone() -> ZoneInfo:
    """The zone in which the company's days are counted (`TAKT_ZONE`)."""
    return ZoneInfo(settings.TIME_ZONE)


def today(zone: ZoneInfo | None = None) -> dt.date:
    """The local date of this moment in the zone (the company's by default)."""
    return day_of(now(), zone)


def day_of(moment: dt.datetime, zone: ZoneInfo | None = None) -> dt.date:
    """The local date of a moment in the zone (the company's by default)."""
    return moment.astimezone(zone or company_zone()).date()


def wall_clock(moment: dt.datetime, zone: ZoneInfo | None = None) -> dt.datetime:
    """The moment as the clocks of the zone (the company's by default) show it."""
    return moment.astimezone(zone or company_zone())


def local(day: dt.date, time: dt.time = dt.time(), zone: ZoneInfo | None = None) -> dt.datetime:
    """The moment (UTC) at which the clocks of the zone show this day and time."""
    return dt.datetime.combine(day, time, tzinfo=zone or company_zone()).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class _Span:
    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        object.__setattr__(self, "end", _utc(self.end))
        if self.end < self.start:
            raise ValueError("The end lies before the start.")


@dataclass(frozen=True, slots=True)
class Period(_Span):
    """The moments from `start` (included) to `end` (not included): how days, months and reports follow each other."""

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start <= moment < self.end

    @classmethod
    def of_days(cls, first: dt.date, last: dt.date, zone: ZoneInfo | None = None) -> Self:
        """The whole local days from `first` to `last`, both included."""
        return cls(local(first, zone=zone), local(last + dt.timedelta(1), zone=zone))

    def lookup(self, field: str) -> dict[str, dt.datetime]:
        """The conditions for `filter(**…)` that a column of moments lies in the period."""
        return {f"{field}__gte": self.start, f"{field}__lt": self.end}

    def first_day(self, zone: ZoneInfo | None = None) -> dt.date:
        """The local date on which the period begins."""
        return day_of(self.start, zone)

    def last_day(self, zone: ZoneInfo | None = None) -> dt.date:
        """The local date of the last moment of the period (of its start, if it is empty)."""
        return day_of(max(self.start, self.end - dt.timedelta.resolution), zone)


@dataclass(frozen=True, slots=True)
class Window(_Span):
    """The moments from `start` (not included) to `end` (included): how working days follow each other."""

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start < moment <= self.end

    def lookup(self, field: str) -> dict[str, dt.datetime]:
        """The conditions for `filter(**…)` that a column of moments lies in the window."""
        return {f"{field}__gt": self.start, f"{field}__lte": self.end}


# The periods that have a name, in the order in which they are offered; keys stand in addresses and saved filters.
PERIOD_NAMES: dict[str, Promise] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "this-week": _("This week"),
    "previous-week": _("Previous week"),
    "this-month": _("This month"),
    "previous-month": _("Previous month"),
    "this-quarter": _("This quarter"),
    "previous-quarter": _("Previous quarter"),
    "this-year": _("This year"),
    "previous-year": _("Previous year"),
}
_FROM_TO = ".."


def period_named(name: str, zone: ZoneInfo | None = None) -> Period:
    """The period that a name or an address means today in the zone (the company's by default).

    `name` is a key of `PERIOD_NAMES`, one day «2026-11-05», or two with «..» between, both included:
    «2026-11-01..2026-11-15». Raises ValueError for anything else.
    """
    if name in PERIOD_NAMES:
        return Period.of_days(*_named_days(name, today(zone)), zone)
    first, between, last = name.partition(_FROM_TO)
    try:
        first_day, last_day = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
        if last_day < first_day or (between and not last):
            raise ValueError
        return Period.of_days(first_day, last_day, zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{name!r} names no period.") from None


def period_address(period: Period, zone: ZoneInfo | None = None) -> str:
    """The inverse of `period_named`: the name the period bears today, else its days. The period is of whole days.

    A name in an address moves on with the days («this-month» is another month in December), as its reader expects.
    """
    for name in PERIOD_NAMES:
        if period_named(name, zone) == period:
            return name
    first, last = period.first_day(zone).isoformat(), period.last_day(zone).isoformat()
    return first if first == last else f"{first}{_FROM_TO}{last}"


Unit = Literal["week", "month", "quarter", "year"]
# The greatest number of days in each: that many after its first day, the next one has begun and is not yet over.
_LONGEST: dict[Unit, int] = {"week": 7, "month": 31, "quarter": 92, "year": 366}


def first_of(unit: Unit, day: dt.date) -> dt.date:
    """The first day of the week (Monday), month, quarter or year that `day` lies in."""
    if unit == "week":
        return day - dt.timedelta(day.weekday())
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}[unit]
    return day.replace(month=month, day=1)


def _named_days(name: str, day: dt.date) -> tuple[dt.date, dt.date]:
    one = dt.timedelta(1)
    if name == "today":
        return day, day
    if name == "yesterday":
        return day - one, day - one
    which, _dash, word = name.partition("-")
    unit = next(unit for unit in _LONGEST if unit == word)
    first = first_of(unit, day)
    if which == "previous":
        return first_of(unit, first - one), first - one
    return first, first_of(unit, first + dt.timedelta(_LONGEST[unit])) - one


def _whole_months(period: Period, zone: ZoneInfo | None) -> int:
    """How many calendar months the period consists of; 0 if it does not consist of whole ones."""
    first, after = period.first_day(zone), period.last_day(zone) + dt.timedelta(1)
    if first.day != 1 or after.day != 1:
        return 0
    return (after.year - first.year) * 12 + after.month - first.month


def is_whole_months(period: Period, zone: ZoneInfo | None = None) -> bool:
    """Whether the period begins and ends with calendar months."""
    return _whole_months(period, zone) > 0


def add_months(day: dt.date, count: int) -> dt.date:
    """The same day of the month so many months on (back, if below zero), or the last one of a shorter month."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    after = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(
        day.replace(day=1, year=year, month=month + 1) + dt.timedelta(day.day - 1), after - dt.timedelta(1)
    )


def previous_period(period: Period, zone: ZoneInfo | None = None) -> Period:
    """The period of the same length before it: as many months before whole months, else as many days."""
    first, last = period.first_day(zone), period.last_day(zone)
    if months := _whole_months(period, zone):
        return Period.of_days(add_months(first, -months), first - dt.timedelta(1), zone)
    return Period.of_days(first - (last - first) - dt.timedelta(1), first - dt.timedelta(1), zone)


def year_before(period: Period, zone: ZoneInfo | None = None) -> Period:
    """The same days a year earlier."""
    first, after = period.first_day(zone), period.last_day(zone) + dt.timedelta(1)
    return Period.of_days(add_months(first, -12), add_months(after, -12) - dt.timedelta(1), zone)
