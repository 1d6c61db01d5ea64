"""Closed months with points chosen by a test, and the sheet of a team."""

import datetime as dt
import itertools
from collections.abc import Iterable
from decimal import Decimal

from core.periods import local
from kpi.models import Closing, Figure, Norm, PersonDay, Rule
from kpi.pay import month_at
from kpi.payroll import Sheet, sheet_of
from people.models import Team, User
from tests.kpi.factories import indicator

NOVEMBER = dt.date(2026, 11, 1)
DECEMBER = dt.date(2026, 12, 1)
JANUARY = dt.date(2027, 1, 1)

_numbers = itertools.count(1)


def moscow(year: int, month: int, day: int, hour: int = 12) -> dt.datetime:
    return local(dt.date(year, month, day), dt.time(hour))


def closed_day(
    team: Team, day: dt.date, points: dict[User, int], *, system_down: bool = False
) -> list[PersonDay]:
    """A closed day of the team, written as the closing writes it: each person with one figure worth the points, of one
    conversation where one was expected."""
    cutoff = local(day, dt.time(18))
    closing = Closing.objects.create(
        team=team,
        day=day,
        starts=cutoff - dt.timedelta(1),
        ends=cutoff,
        closed_at=cutoff,
        way=Closing.Way.BEAT,
        system_down=system_down,
        checksum=f"{next(_numbers):064d}",
    )
    made = []
    for person, worth in points.items():
        row = PersonDay.objects.create(
            closing=closing,
            person=person,
            day=day,
            starts=closing.starts,
            ends=cutoff,
            seconds_present=32400,
            seconds_of_day=32400,
            points=worth,
            met=worth >= 0,
            missed=worth < 0,
        )
        Figure.objects.create(
            person_day=row,
            rule=_rule(worth),
            indicator=indicator("conversations_held"),
            period=Norm.Period.DAY,
            value=1 if worth >= 0 else 0,
            verdict=Figure.Verdict.MET if worth >= 0 else Figure.Verdict.MISSED,
            points=worth,
        )
        made.append(row)
    return made


def _rule(worth: int) -> Rule:
    """At least one: `worth` when met or missed, whichever the figure is; corrected to the other it is worth 1 or 0."""
    rule: Rule = Rule.objects.create(
        digest=f"{next(_numbers):064d}",
        indicator=indicator("conversations_held"),
        code="conversations_held",
        texts={
            "ru": {"name": "Разговоры", "formula": "Сколько разговоров"},
            "en": {"name": "Conversations", "formula": "How many"},
        },
        unit=Rule.Unit.COUNT,
        is_flow=True,
        period=Norm.Period.DAY,
        direction=Norm.Direction.AT_LEAST,
        low=1,
        points_met=worth if worth >= 0 else 1,
        points_missed=worth if worth < 0 else 0,
    )
    return rule


def closed_month(
    team: Team, month: dt.date, points: dict[User, Iterable[int]]
) -> dict[User, list[PersonDay]]:
    """Closed days of the month, one after the other from its second day on, with these points a day."""
    found: dict[User, list[PersonDay]] = {person: [] for person in points}
    rows = itertools.zip_longest(*points.values())
    for number, worths in enumerate(rows):
        given = {person: worth for person, worth in zip(points, worths, strict=True) if worth is not None}
        for row in closed_day(team, month + dt.timedelta(1 + number), given):
            found[row.person].append(row)
    return found


def rest_of_month(team: Team, month: dt.date) -> None:
    """The month's later days are closed too, with nobody there, so that nothing is due any more."""
    from people import calendar

    last = Closing.objects.filter(team=team).order_by("-day").values_list("day", flat=True).first()
    day = calendar.next_working_day(last or month - dt.timedelta(1), team)
    while month_at(day) == month:
        closed_day(team, day, {})
        day = calendar.next_working_day(day, team)


def row_of(sheet: Sheet, person: User, *, again: bool = False) -> tuple[int, Decimal]:
    """(points, amount) of the person's line."""
    return next(
        (row.points, row.amount) for row in sheet.rows if row.person == person and row.is_again == again
    )


def sheet(team: Team, month: dt.date = NOVEMBER) -> Sheet:
    return sheet_of(team, month)
