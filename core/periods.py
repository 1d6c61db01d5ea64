"""Time: the only place that asks the clock.

Everything else takes a moment, a `Period` or a `Window` as an argument. Moments are aware and kept in UTC; what people
call a day is made here from wall-clock instants in the company's (or a team's) zone.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings


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


def local(day: dt.date, time: dt.time = dt.time(), zone: ZoneInfo | None = None) -> dt.datetime:
    """The moment (UTC) at which the clocks of the zone show this day and time."""
    return dt.datetime.combine(day, time, tzinfo=zone or company_zone()).astimezone(dt.UTC)


@dataclass(frozen=True)
class Period:
    """The moments from `start` (included) to `end` (not included)."""

    start: dt.datetime
    end: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Window:
    """The moments from `start` (not included) to `end` (included): how working days follow each other."""

    start: dt.datetime
    end: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start < moment <= self.end
