"""Closed days added up by person and indicator (R10), as `kpi.results` says they count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kpi.indicators import name_of
from kpi.measuring import ratio
from kpi.models import Figure, Norm, Rule
from kpi.results import Settled, results_of, settled
from people.models import User
from reports.asking import Asked
from reports.facts.discipline import CLOSED_DAYS

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
    """The closed days the reader may see, of the period and narrowed as asked. Eight queries for any number of days."""

    def __init__(self, asked: Asked) -> None:
        days = list(CLOSED_DAYS.records(asked).select_related("closing").order_by("day"))
        self.results = results_of(days)
        self.sums: dict[tuple[int, int], Sums] = defaultdict(Sums)
        # {(person, indicator): {day, week or month: [norms, values]}}
        self._wanted: dict[tuple[int, int], dict[str, list[Decimal]]] = defaultdict(dict)
        self.positions: dict[int, tuple[int, str]] = {}
        figures = settled([day.pk for day in days])
        self.unscored = [result.day.pk for result in self.results if not result.scored]
        for result in self.results:
            drops_points = result.waits or result.dropped
            for one in figures[result.day.pk]:
                self._take(result.day.person_id, one, is_scored=result.scored, drops_points=drops_points)
        for pair, by_period in self._wanted.items():
            period = next(period for period in Norm.Period.values if period in by_period)
            self.sums[pair].wanted, self.sums[pair].of_wanted = by_period[period]
        self.people = User.all_objects.in_bulk({person for person, _indicator in self.sums})

    def _take(self, person: int, one: Settled, *, is_scored: bool, drops_points: bool) -> None:
        figure = one.figure
        sums = self.sums[person, figure.indicator_id]
        self.positions[figure.indicator_id] = (figure.indicator.position, name_of(figure.indicator))
        is_day = figure.period == Norm.Period.DAY
        is_judged = bool(one.verdict) and (is_scored or not is_day)
        if is_day:
            self._add_value(sums, one)
        if is_judged and figure.rule.is_flow and figure.rule.direction in _HAS_LOW:
            wanted = self._wanted[person, figure.indicator_id].setdefault(figure.period, [_ZERO, _ZERO])
            wanted[0] += figure.rule.low or _ZERO
            wanted[1] += one.value or _ZERO
        if not is_judged:
            return
        sums.judged += 1
        sums.met += one.verdict == Figure.Verdict.MET
        sums.within += one.verdict == Figure.Verdict.WITHIN
        sums.missed += one.verdict == Figure.Verdict.MISSED
        sums.points += 0 if drops_points else one.points

    @staticmethod
    def _add_value(sums: Sums, one: Settled) -> None:
        rule, value = one.figure.rule, one.value or _ZERO
        sums.is_percent = rule.unit == Rule.Unit.PERCENT
        if one.base is not None:
            sums.value += value
            sums.base = (sums.base or _ZERO) + one.base
        else:
            sums.value = sums.value + value if rule.is_flow else value
