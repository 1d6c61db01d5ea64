"""Weeks and months of frozen figures: the sums a period's norm is judged by, on the period's last working day."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from core.periods import first_of
from kpi.days import TeamDay
from kpi.models import Correction, Figure, Norm, PersonDay
from kpi.seats import Seat
from people import calendar
from people.models import Team

Sums = dict[tuple[int, int], tuple[Decimal, Decimal | None]]


@dataclass
class Earlier:
    """The closed days of a period before its last one: {(person, indicator): (value, base)} and the time present."""

    first: dt.date
    sums: Sums = field(default_factory=dict)
    # (person, indicator) that an earlier day of the period has been the last one for: the calendar was changed since.
    judged: set[tuple[int, int]] = field(default_factory=set)
    # {person: {day: seconds present, seconds of the working time}}
    times: dict[int, dict[dt.date, tuple[int, int]]] = field(default_factory=dict)
    _shares: dict[int, Fraction] = field(default_factory=dict)
    _lengths: dict[int, dict[dt.date, int]] = field(default_factory=dict)

    def share_with(self, seat: Seat) -> Fraction:
        """The share of the period's working time the person was there, the last day included; working days of the team
        on which they were no part of it, as of a newcomer, are days they were not there."""
        if seat.person_id not in self._shares:
            self._shares[seat.person_id] = self._share(seat)
        return self._shares[seat.person_id]

    def _share(self, seat: Seat) -> Fraction:
        times, lengths = self.times.get(seat.person_id, {}), self._lengths_of(seat.of)
        there = Fraction(sum(present for present, _whole in times.values()))
        if not seat.absence:
            there += seat.share * lengths[seat.of.day]
        whole = sum(whole for _present, whole in times.values())
        whole += sum(length for day, length in lengths.items() if day not in times)
        return there / whole if whole else Fraction(0)

    def _lengths_of(self, of: TeamDay) -> dict[dt.date, int]:
        """The length of each of the team's working days of the period, the last one included."""
        if of.team.pk not in self._lengths:
            day, found = of.day, {}
            while day >= self.first:
                found[day] = seconds_of(day, of.team)
                day = calendar.add_working_days(day, -1, of.team)
            self._lengths[of.team.pk] = found
        return self._lengths[of.team.pk]


def seconds_of(day: dt.date, team: Team) -> int:
    """The length of the team's working time on the day."""
    return int((calendar.cutoff(day, team) - calendar.starts(day, team)).total_seconds())


def is_last_day(period: str, day: dt.date, team: Team) -> bool:
    """Whether the working day is the team's last of its week or month."""
    following = calendar.next_working_day(day, team)
    return first_day(period, following) != first_day(period, day)


def first_day(period: str, day: dt.date) -> dt.date:
    """The first date of the week or month the day lies in."""
    return first_of("week" if period == Norm.Period.WEEK else "month", day)


def before(
    period: str, day: dt.date, people: list[int], indicators: set[int], moment: dt.datetime
) -> Earlier:
    """What the period's closed days before `day` say of the people and indicators, as corrected up to the moment. Four
    queries."""
    earlier = Earlier(first_day(period, day), times=defaultdict(dict))
    days = PersonDay.objects.filter(person__among=people, day__gte=earlier.first, day__lt=day)
    times = days.values_list("person", "day", "seconds_present", "seconds_of_day")
    for person, on, present, whole in times:
        earlier.times[person][on] = present, whole
    closed = Figure.objects.filter(
        person_day__person__among=people, person_day__day__gte=earlier.first, person_day__day__lt=day
    ).order_by()
    earlier.judged = set(closed.filter(period=period).values_list("person_day__person", "indicator"))
    figures = closed.filter(period=Norm.Period.DAY, indicator__in=indicators, rule__is_flow=True)
    summed = figures.values_list("person_day__person", "indicator").annotate(Sum("value"), Sum("base"))
    earlier.sums = {
        (person, indicator): (value or Decimal(0), base) for person, indicator, value, base in summed
    }
    corrections = Correction.objects.filter(figure__in=figures, operation__at__lte=moment).order_by("pk")
    latest = {row.figure_id: row for row in corrections.select_related("figure__person_day")}
    for said in latest.values():
        figure: Any = said.figure
        key = figure.person_day.person_id, figure.indicator_id
        value, base = earlier.sums[key]
        more = (said.base or Decimal(0)) - (figure.base or Decimal(0))
        earlier.sums[key] = (
            value + (said.value or Decimal(0)) - (figure.value or Decimal(0)),
            None if base is None else base + more,
        )
    return earlier
