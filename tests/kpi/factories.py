"""A team whose days are closed, and words to ask what a closed day said."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core import periods, starting
from kpi.closing import close_due
from kpi.models import Figure, Heartbeat, Indicator, Norm, PersonDay
from people.models import Role, Team, User
from tests.activities.factories import november
from tests.factories import by_system, make_team, make_user

# Thursday, before the tests begin: the first day that is closed is Friday, 30 October.
FOUNDED = dt.datetime(2026, 10, 29, 9, tzinfo=dt.UTC)


@dataclass
class Office:
    """One team with two managers and their head, and who configures; the clock stands where it was put."""

    clock: Any
    team: Team
    anna: User
    boris: User
    head: User
    admin: User
    # Whether the program runs while the clock is moved: it then leaves signs of life at every full hour.
    is_up: bool = True

    def at(self, day: int, time: str = "12:00") -> dt.datetime:
        """Moves the clock to a moment of November 2026, by Moscow's clocks."""
        moment = november(day, time)
        if self.is_up:
            self._live_until(moment)
        self.clock.move_to(moment)
        return moment

    def _live_until(self, moment: dt.datetime) -> None:
        hour = self.clock.moment.replace(minute=0, second=0, microsecond=0)
        hours = []
        while (hour := hour + dt.timedelta(hours=1)) <= moment:
            hours.append(Heartbeat(minute=hour))
        Heartbeat.objects.bulk_create(hours, ignore_conflicts=True)


@contextmanager
def office(moment: dt.datetime | None = None) -> Iterator[Office]:
    """The office on Friday, 30 October 2026, 18:30: the window of Monday, 2 November has begun."""
    with periods.clock(FOUNDED) as clock:
        starting.backdate(FOUNDED)
        team = make_team("Опт")
        made = Office(
            clock,
            team,
            make_user("Анна Белова", team=team),
            make_user("Борис Чернов", team=team),
            make_user("Галина Сизова", Role.HEAD, team=team),
            make_user("Алла Русакова", Role.ADMIN),
        )
        clock.move_to(moment or dt.datetime(2026, 10, 30, 15, 30, tzinfo=dt.UTC))
        yield made


def indicator(code: str) -> Indicator:
    found: Indicator = Indicator.objects.get(code=code)
    return found


def make_norm(code: str, low: int | str | None = None, high: int | str | None = None, **fields: Any) -> Norm:
    """A norm of the company from long ago: at least `low`, at most `high`, between where both are given."""
    direction = Norm.Direction.BETWEEN
    if low is None or high is None:
        direction = Norm.Direction.AT_MOST if low is None else Norm.Direction.AT_LEAST
    values = {"since": dt.date(2026, 1, 12), "direction": direction} | fields
    with by_system():
        norm: Norm = Norm.objects.create(indicator=indicator(code), low=low, high=high, **values)
    return norm


def close_all() -> None:
    """Closes what is due by the clock, as every minute's task does."""
    close_due("beat")


def november_day(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def person_day(person: User, day: int) -> PersonDay:
    """The closed day of November of the person; whatever is due is closed first."""
    close_all()
    found: PersonDay = PersonDay.objects.get(person=person, day=november_day(day))
    return found


def figure(person: User, day: int, code: str, period: str = "day") -> Figure:
    """The frozen figure; whatever is due is closed first."""
    found: Figure = person_day(person, day).figures.get(indicator__code=code, period=period)
    return found


def value(person: User, day: int, code: str) -> Decimal:
    """The frozen value."""
    return figure(person, day, code).value


def add_own(kind: str, code: str = "own", **fields: Any) -> Indicator:
    """An indicator that an administrator would add, there since long ago."""
    with periods.clock(FOUNDED), by_system():
        made: Indicator = Indicator.objects.create(kind=kind, code=code, name=code, **fields)
    return made
