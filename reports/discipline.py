"""Closed days added up by person and indicator (R10), as `kpi.results` says they count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Sum

from kpi.indicators import name_of
from kpi.measuring import ratio
from kpi.models import Figure, Indicator, Norm, Rule
from kpi.results import Result, Settled, results_of, settled
from people.models import User
from reports.asking import Asked
from reports.facts.discipline import CLOSED_DAYS, FROZEN

_ZERO = Decimal(0)
_HAS_LOW = (Norm.Direction.AT_LEAST, Norm.Direction.BETWEEN)


@dataclass
class Sums:
    """One indicator of one person over the closed days; of several people these are added to each other.

    Flows add up; a stock stands as on the last closed day; a ratio is sum over sum. `wanted`: the norms of the days
    that were judged (of weeks and months, where no day is), if they say "at least"; `of_wanted`: the values they were
    judged by.
    """

    value: Decimal = _ZERO
    base: Decimal | None = None
    wanted: Decimal = _ZERO
    of_wanted: Decimal = _ZERO
    judged: int = 0
    met: int = 0
    within: int = 0
    missed: int = 0
    points: int = 0
    is_percent: bool = False

    def take(self, value: Decimal, base: Decimal | None, *, is_flow: bool, unit: str) -> None:
        """Adds values of days; stocks are none to add."""
        self.is_percent = unit == Rule.Unit.PERCENT
        if base is not None:
            self.base = (self.base or _ZERO) + base
        if is_flow:
            self.value += value

    def judge(self, verdict: str, points: int, count: int = 1) -> None:
        self.judged += count
        self.met += count if verdict == Figure.Verdict.MET else 0
        self.within += count if verdict == Figure.Verdict.WITHIN else 0
        self.missed += count if verdict == Figure.Verdict.MISSED else 0
        self.points += points

    def add(self, other: Sums) -> None:
        for name in ("value", "wanted", "of_wanted", "judged", "met", "within", "missed", "points"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.base is not None:
            self.base = (self.base or _ZERO) + other.base
        self.is_percent = self.is_percent or other.is_percent

    @property
    def number(self) -> Decimal | None:
        return as_decimal(ratio(self.value, self.base, is_percent=self.is_percent))

    @property
    def done(self) -> Decimal | None:
        """How much of the norms has been done; None for ratios, limits from above, and without a norm."""
        return self.of_wanted / self.wanted if self.wanted and self.base is None else None


def as_decimal(number: Fraction | None) -> Decimal | None:
    if number is None:
        return None
    return (Decimal(number.numerator) / number.denominator).quantize(Decimal("0.01"))


class Discipline:
    """The closed days the reader may see, of the period and narrowed as asked. A dozen queries for any number of days.

    Most days count as they were frozen, and the database adds them up; those of which something was said later, or that
    are not scored, are taken figure by figure as `kpi.results` settles them.
    """

    def __init__(self, asked: Asked) -> None:
        days = list(CLOSED_DAYS.records(asked).select_related("closing").order_by("day"))
        self.results = results_of(days)
        self.sums: dict[tuple[int, int], Sums] = defaultdict(Sums)
        # {(person, indicator): {day, week or month: [norms, values]}}
        self._wanted: dict[tuple[int, int], dict[str, list[Decimal]]] = defaultdict(dict)
        self.unscored = [result.day.pk for result in self.results if not result.scored]
        special = {
            result.day.pk: result
            for result in self.results
            if result.corrections or result.waits or result.dropped or not result.scored
        }
        self._take_frozen(asked, list(special))
        for pk, figures in settled(list(special)).items():
            for one in figures:
                self._take(special[pk], one)
        self._take_stocks({result.day.person_id: result.day.pk for result in self.results})
        for pair, by_period in self._wanted.items():
            period = next(period for period in Norm.Period.values if period in by_period)
            self.sums[pair].wanted, self.sums[pair].of_wanted = by_period[period]
        self.people = User.all_objects.in_bulk({person for person, _indicator in self.sums})
        indicators = Indicator.all_objects.in_bulk({indicator for _person, indicator in self.sums})
        self.positions = {pk: (one.position, name_of(one)) for pk, one in indicators.items()}

    def _take_frozen(self, asked: Asked, special: list[int]) -> None:
        """Days that count as they were frozen, added up by the database."""
        rows = FROZEN.records(asked).exclude(person_day__in=special).order_by()
        grouped = rows.values_list(
            *("person_day__person", "indicator", "period", "verdict"),
            *("rule__is_flow", "rule__unit", "rule__direction"),
        ).annotate(Count("pk"), Sum("value"), Sum("base"), Sum("points"), Sum("rule__low"))
        for person, indicator, period, verdict, *rule, count, value, base, points, low in grouped:
            is_flow, unit, direction = rule
            sums, value = self.sums[person, indicator], value or _ZERO
            if period == Norm.Period.DAY:
                sums.take(value, base, is_flow=is_flow, unit=unit)
            if verdict:
                sums.judge(verdict, points, count)
                if is_flow and direction in _HAS_LOW:
                    self._want(person, indicator, period, low, value)

    def _take(self, result: Result, one: Settled) -> None:
        """One figure of a day of which something was said later."""
        figure, person = one.figure, result.day.person_id
        rule, sums = figure.rule, self.sums[person, figure.indicator_id]
        is_day = figure.period == Norm.Period.DAY
        if is_day:
            sums.take(one.value or _ZERO, one.base, is_flow=rule.is_flow, unit=rule.unit)
        # A week or month that ends with a day that is not scored is judged all the same.
        if one.verdict and (result.scored or not is_day):
            sums.judge(one.verdict, 0 if result.waits or result.dropped else one.points)
            if rule.is_flow and rule.direction in _HAS_LOW:
                self._want(person, figure.indicator_id, figure.period, rule.low, one.value)

    def _take_stocks(self, last_days: dict[int, int]) -> None:
        """Stocks stand as on each person's last closed day."""
        person_of = {day: person for person, day in last_days.items()}
        for day, figures in settled(list(person_of)).items():
            for one in figures:
                if one.figure.period == Norm.Period.DAY and not one.figure.rule.is_flow:
                    self.sums[person_of[day], one.figure.indicator_id].value = one.value or _ZERO

    def _want(
        self, person: int, indicator: int, period: str, norm: Decimal | None, value: Decimal | None
    ) -> None:
        wanted = self._wanted[person, indicator].setdefault(period, [_ZERO, _ZERO])
        wanted[0] += norm or _ZERO
        wanted[1] += value or _ZERO
