"""What a norm would have done: tried on closed days before it is switched on.

The values are the frozen ones as they count now (corrected); they are judged by the function that judges the closing.
The count of queries depends on neither people nor days.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from kpi import indicators, totals
from kpi.measuring import ratio
from kpi.models import Correction, Figure, Indicator, Norm, PersonDay
from kpi.norms import expected, is_for, rank
from kpi.results import Result, results_of
from kpi.verdicts import MET, MISSED, WITHIN, Expected, verdict_of
from people import calendar
from people.models import Team, User

# How far back a norm is tried, and values are looked at for a proposal.
TRIED = dt.timedelta(days=60)
LOOKED_AT = dt.timedelta(weeks=12)
_PERCENTILE = Fraction(80, 100)


@dataclass(frozen=True)
class Sample:
    """One figure that a norm of the period would judge: of a day, or of a week or month by its last day."""

    person_id: int
    team_id: int
    day: dt.date
    value: Fraction | None
    # How much of the working time the person was there; norms of flows are made smaller by it.
    share: Fraction
    # What it was judged and worth really.
    verdict: str
    points: int


@dataclass
class Tally:
    """Verdicts counted, points added."""

    met: int = 0
    within: int = 0
    missed: int = 0
    points: int = 0

    @property
    def judged(self) -> int:
        return self.met + self.within + self.missed

    def add(self, verdict: str, points: int) -> None:
        self.met += verdict == MET
        self.within += verdict == WITHIN
        self.missed += verdict == MISSED
        self.points += points


@dataclass
class OfPerson:
    """One person in a trial. `all_was`: their points of all indicators in the time."""

    person: User
    would: Tally = field(default_factory=Tally)
    was: Tally = field(default_factory=Tally)
    all_was: int = 0

    @property
    def all_would(self) -> int:
        return self.all_was - self.was.points + self.would.points


@dataclass
class Trial:
    """What the norm would have done. `left_out`: people it would not have touched, having a narrower one."""

    first: dt.date
    last: dt.date
    people: list[OfPerson]
    left_out: int = 0

    @property
    def below_zero(self) -> int:
        """How many would have ended with fewer than no points, of all indicators together."""
        return sum(one.all_would < 0 for one in self.people)

    @property
    def were_below_zero(self) -> int:
        return sum(one.all_was < 0 for one in self.people)

    @property
    def total(self) -> OfPerson:
        """Everybody together; its person is nobody."""
        found = OfPerson(User())
        for one in self.people:
            for name in ("met", "within", "missed", "points"):
                setattr(found.would, name, getattr(found.would, name) + getattr(one.would, name))
                setattr(found.was, name, getattr(found.was, name) + getattr(one.was, name))
            found.all_was += one.all_was
        return found


@dataclass(frozen=True)
class Proposal:
    """The 80th percentile of people's values: as many of them lie on the easier side. `days`: how many were looked at,
    on `met` of them the norm would have been met. No number where none can be said."""

    low: Decimal | None = None
    high: Decimal | None = None
    days: int = 0
    met: int = 0

    @property
    def has_number(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def share(self) -> Decimal:
        """Of one."""
        return Decimal(self.met) / self.days if self.days else Decimal(0)


class History:
    """The closed days of those a norm (saved or not) is for, up to the day `last`."""

    def __init__(self, norm: Norm, last: dt.date) -> None:
        self.norm, self.last = norm, last
        self.indicator: Indicator = norm.indicator
        self._first = last - LOOKED_AT
        if self._is_long:  # whole weeks and months
            self._first = totals.first_day(norm.period, self._first)
        self._results = results_of(self._days())
        self.samples = self._of_periods() if self._is_long else self._of_days()

    @property
    def _is_long(self) -> bool:
        return self.norm.period != Norm.Period.DAY

    def trial(self) -> Trial:
        """The norm on the days of the last `TRIED`."""
        first = self.last - TRIED
        narrower = self._narrower()
        people: dict[int, OfPerson] = {}
        others: set[int] = set()
        users = User.objects.in_bulk({sample.person_id for sample in self.samples})
        for sample in self.samples:
            if sample.day <= first:
                continue
            if any(self._goes_over(row, sample) for row in narrower):
                others.add(sample.person_id)
                continue
            one = people.setdefault(sample.person_id, OfPerson(users[sample.person_id]))
            one.was.add(sample.verdict, sample.points)
            norm = expected(self.norm, sample.share)
            verdict = verdict_of(sample.value, norm)
            one.would.add(verdict, norm.points(verdict) if norm else 0)
        for result in self._results:
            if result.day.person_id in people and result.day.day > first:
                people[result.day.person_id].all_was += result.points
        found = sorted(people.values(), key=lambda one: (one.all_would, one.person.name))
        days = [sample.day for sample in self.samples if sample.day > first]
        return Trial(
            min(days, default=self.last), max(days, default=self.last), found, len(others - people.keys())
        )

    def proposal(self) -> Proposal:
        """A number for the norm's direction, from whole days (weeks, months) without absence."""
        values = sorted(
            sample.value for sample in self.samples if sample.value is not None and sample.share == 1
        )
        if not values:
            return Proposal()
        whole = _percentile(values), _percentile(values[::-1])
        direction = self.norm.direction
        low = high = None
        if direction == Norm.Direction.AT_LEAST:
            low = _rounded(whole[0], ROUND_FLOOR)
        elif direction == Norm.Direction.AT_MOST:
            high = _rounded(whole[1], ROUND_CEILING)
        else:
            low, high = _rounded(whole[1], ROUND_FLOOR), _rounded(whole[0], ROUND_CEILING)
        if direction == Norm.Direction.AT_LEAST and not low:
            return Proposal(days=len(values))
        norm = Expected(direction, low, high)
        met = sum(verdict_of(value, norm) == MET for value in values)
        return Proposal(low, high, len(values), met)

    # --- What was frozen ---

    def _days(self) -> Any:
        days = PersonDay.objects.filter(day__gte=self._first, day__lte=self.last, person__is_active=True)
        if self.norm.user_id:
            days = days.filter(person=self.norm.user_id)
        if self.norm.team_id:
            days = days.filter(closing__team=self.norm.team_id)
        return days.select_related("closing").order_by("day", "pk")

    def _figures(self) -> dict[tuple[int, str], tuple[Decimal | None, Decimal | None, str, int]]:
        """{(person's day, period): value, base, verdict and points as they count}."""
        rows = Figure.objects.filter(
            person_day__in=self._days().order_by().values("pk"),
            indicator=self.indicator,
            period__in={Norm.Period.DAY.value, self.norm.period},
        ).order_by()
        columns = ("value", "base", "verdict", "points")
        said = {
            row[0]: row[1:]
            for row in Correction.objects.filter(figure__in=rows.values("pk"))
            .order_by("pk")
            .values_list("figure", *columns)
        }
        return {
            (day, period): said.get(pk, frozen)
            for pk, day, period, *frozen in rows.values_list("pk", "person_day", "period", *columns)
        }

    def _of_days(self) -> list[Sample]:
        figures, weekday = self._figures(), self.norm.weekday
        found = []
        for result in self._results:
            day = result.day
            if not _counts(result) or not result.scored or weekday not in (None, day.day.weekday()):
                continue
            if (figure := figures.get((day.pk, Norm.Period.DAY))) is None:
                continue  # the indicator is younger
            value, base, verdict, points = figure
            share = Fraction(day.seconds_present, day.seconds_of_day or 1)
            found.append(self._sample(result, [(value, base)], share, verdict, points))
        return found

    def _of_periods(self) -> list[Sample]:
        figures, teams = self._figures(), Team.objects.in_bulk()
        together: dict[tuple[int, dt.date], list[Result]] = defaultdict(list)
        for result in self._results:
            together[result.day.person_id, totals.first_day(self.norm.period, result.day.day)].append(result)
        found = []
        with calendar.kept():
            for results in together.values():
                last = results[-1]
                team = teams.get(last.day.closing.team_id)
                if team is None or not totals.is_last_day(self.norm.period, last.day.day, team):
                    continue
                daily = [
                    figure[:2]
                    for result in results
                    if (figure := figures.get((result.day.pk, Norm.Period.DAY))) is not None
                ]
                share = sum(map(_present, results), Fraction(0)) / len(results)
                if not daily or not share or not _counts(last):
                    continue
                *_value, verdict, points = figures.get((last.day.pk, self.norm.period), (None, None, "", 0))
                found.append(self._sample(last, daily, share, verdict, points))
        return found

    def _sample(
        self,
        result: Result,
        daily: Sequence[tuple[Decimal | None, Decimal | None]],
        share: Fraction,
        verdict: str,
        points: int,
    ) -> Sample:
        """Of a flow the days add up, of a stock the last one counts, and it is judged in full."""
        is_ratio = self.indicator.kind == Indicator.Kind.RATIO
        is_flow = indicators.is_flow(self.indicator)
        counted = daily if is_flow else daily[-1:]
        value = sum((one or Decimal(0) for one, _base in counted), Decimal(0))
        base = sum((one or Decimal(0) for _value, one in counted), Decimal(0)) if is_ratio else None
        return Sample(
            result.day.person_id,
            result.day.closing.team_id,
            result.day.day,
            ratio(value, base, is_percent=self.indicator.as_percent),
            share if is_flow and not is_ratio else Fraction(1),
            verdict,
            points,
        )

    # --- Beside which norms it would stand ---

    def _narrower(self) -> list[Norm]:
        """The norms that go over this one where both are for a person: as they stand after today."""
        rows = Norm.objects.filter(indicator=self.indicator, period=self.norm.period).exclude(
            until__lte=self.last
        )
        return [row for row in rows if rank(row) > rank(self.norm)]

    @staticmethod
    def _goes_over(row: Norm, sample: Sample) -> bool:
        return row.weekday in (None, sample.day.weekday()) and is_for(row, sample.person_id, sample.team_id)


def _counts(result: Result) -> bool:
    """Days without system whose points wait or were dropped say nothing about a norm."""
    return not result.waits and not result.dropped


def _present(result: Result) -> Fraction:
    day = result.day
    return Fraction(0) if day.absence else Fraction(day.seconds_present, day.seconds_of_day or 1)


def _percentile(values: Sequence[Fraction]) -> Fraction:
    """By the nearest rank: at least 80 % of the values do not come after it."""
    rank_of = _PERCENTILE * len(values)
    return values[-(-rank_of.numerator // rank_of.denominator) - 1]


def _rounded(value: Fraction, rounding: str) -> Decimal:
    """To a whole number: norms are said in whole ones."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).to_integral_value(rounding)
