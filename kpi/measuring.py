"""The figures of people's days, judged: the one function behind the closing, the live scorecard, my day and the trial.

A pure function of what was recorded up to the moment asked about: nothing here asks the clock or today's columns.
The count of queries depends on the number of indicators, not on that of people.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Subquery

from activities.models import ActivityKind
from core.history.operations import Operation
from core.periods import Window
from kpi import indicators, totals
from kpi.days import TeamDay, as_begun, due_through, local_day
from kpi.indicators.base import Definition, Ids, Span
from kpi.models import Counted, Indicator, Norm
from kpi.norms import NormTable, expected
from kpi.seats import Seat, seats_of
from kpi.verdicts import Expected, Number, verdict_of
from people import calendar

CENT = Decimal("0.01")
# As texts: whatever is frozen is written thousands of times.
_DAY, _WEEK, _MONTH = Norm.Period.values


@dataclass(frozen=True)
class Measured:
    """What an indicator gives for a person: of a ratio both parts. `ids`: the records counted, in order."""

    value: Decimal | None
    base: Decimal | None = None
    ids: tuple[int, ...] = ()

    def exact(self, *, is_percent: bool = False) -> Fraction | None:
        """The number that is judged; None for a ratio of nothing."""
        return ratio(self.value, self.base, is_percent=is_percent)

    @cached_property
    def records(self) -> str:
        """The ids as they are frozen."""
        return f"[{','.join(map(str, self.ids))}]"


NOTHING = Measured(Decimal("0.00"))


def ratio(value: Decimal | None, base: Decimal | None, *, is_percent: bool = False) -> Fraction | None:
    """`value`, over `base` where there is one (in % if so said); None where the base is 0."""
    if value is None:
        return None
    if base is None:
        return Fraction(value)
    return Fraction(value) / Fraction(base) * (100 if is_percent else 1) if base else None


@dataclass(frozen=True)
class Judged:
    """One figure: of the day, or of the week or month that ends with it."""

    indicator: Any
    period: str
    measured: Measured
    expected: Expected | None
    verdict: str
    points: int


@dataclass
class DayOf:
    """One person's day with its figures, in the order of the indicators."""

    seat: Seat
    figures: list[Judged] = field(default_factory=list)

    @cached_property
    def points(self) -> int:
        """Of a day that is not scored only a week or month that ends with it gives some."""
        return sum(figure.points for figure in self.figures)


class Measuring:
    """The day of teams that end it at one moment: its settings, seats and figures.

    `days` have one date and one moment; they may be running ones. `people`: only these (everybody by default).
    `is_closed`: the days are closed and counted once more; only what days before them have counted is left out.
    """

    def __init__(
        self, days: Sequence[TeamDay], people: Collection[int] | None = None, *, is_closed: bool = False
    ) -> None:
        self.days = list(days)
        self.of = self.days[0]
        self.people = people
        self.is_closed = is_closed
        self._known: dict[tuple[int, int, int], Expected | None] = {}
        self._alike: dict[tuple[int, int, int, int], list[tuple[Any, Expected | None]]] = {}

    @cached_property
    def indicators(self) -> list[Any]:
        """The indicators of the day, versions of `Indicator`, in their order."""
        rows = [row for row in as_begun(Indicator, self.of).values() if row.retired_at is None]
        return sorted(rows, key=lambda row: (row.position, row.record_id))

    @cached_property
    def norms(self) -> NormTable:
        return NormTable.at(self.of.moment, self.of.day)

    @cached_property
    def seats(self) -> list[Seat]:
        seats = seats_of(self.days, self.norms)
        return [seat for seat in seats if self.people is None or seat.person_id in self.people]

    def spans(self) -> list[Span]:
        """The people grouped by their windows: mostly one group."""
        groups = {key: kind.group for key, kind in as_begun(ActivityKind, self.of).items()}
        dates = {
            each.team.pk: (local_day(each.moment, each.team), due_through(each.moment, each.team))
            for each in self.days
        }
        together: dict[tuple[Window, dt.date, dt.date], list[Seat]] = defaultdict(list)
        for seat in self.seats:
            together[seat.window, *dates[seat.of.team.pk]].append(seat)
        start = min((window.start for window, *_days in together), default=self.of.window.start)
        imports = tuple(
            Operation.objects.filter(
                kind=Operation.Kind.IMPORT, **Window(start, self.of.moment).lookup("at")
            ).values_list("pk", flat=True)
        )
        return [
            Span(
                people=tuple(seat.person_id for seat in seats),
                window=window,
                today=today,
                due_through=through,
                fell_due=_fell_due(window, seats[0].of),
                groups=groups,
                excuses=tuple(excuse for seat in seats for excuse in seat.excuses),
                imports=imports,
            )
            for (window, today, through), seats in together.items()
        ]

    @cached_property
    def measured(self) -> dict[tuple[int, int], Measured]:
        """{(person, indicator): what it gives}, without those that give nothing."""
        found: dict[tuple[int, int], Measured] = {}
        plain = [row for row in self.indicators if row.kind != Indicator.Kind.RATIO]
        for span in self.spans():
            for row in plain:
                for person, measured in measure(
                    indicators.definition_of(row), span, is_closed=self.is_closed
                ).items():
                    found[person, row.record_id] = measured
        return found

    def of_person(self, person_id: int, row: Any) -> Measured:
        """What the indicator gives for the person; a ratio from what it divides."""
        if row.kind != Indicator.Kind.RATIO:
            return self.measured.get((person_id, row.record_id), NOTHING)
        return Measured(
            self.measured.get((person_id, row.numerator_id), NOTHING).value,
            self.measured.get((person_id, row.denominator_id), NOTHING).value,
        )

    def judged(self) -> list[DayOf]:
        """Every seat's figures with verdicts and points; of weeks and months on their last working day, too."""
        found = [self._day_of(seat) for seat in self.seats]
        expected_of = [period for period in (_WEEK, _MONTH) if period in self.norms.periods]
        if expected_of:
            # What the calendar was told after the cut-off makes no other day the last one.
            with calendar.as_known(self.of.moment):
                ending = [
                    (period, {each.team.pk for each in self.days if self._ends(period, each)})
                    for period in expected_of
                ]
            for period, teams in ending:
                self._judge_period(period, [day for day in found if day.seat.of.team.pk in teams])
        return found

    @cached_property
    def _shared(self) -> list[tuple[Any, bool]]:
        """The indicators, and whether less is expected of one by who was there for less of the day."""
        return [
            (row, row.kind != Indicator.Kind.RATIO and indicators.is_flow(row)) for row in self.indicators
        ]

    def _expected(self, norm: Any | None, share: Fraction) -> Expected | None:
        """One object for all who are expected the same."""
        key = id(norm), share.numerator, share.denominator
        if key not in self._known:
            self._known[key] = expected(norm, share)
        return self._known[key]

    def _expected_of_day(self, seat: Seat) -> list[tuple[Any, Expected | None]]:
        """The indicators with what is expected of each: one list for all of a team who are there for the same share of
        the day, and one for each person with a norm of their own."""
        person_id, team_id, whole = seat.person_id, seat.of.team.pk, Fraction(1)
        own = person_id if person_id in self.norms.people else 0
        key = team_id, own, seat.share.numerator, seat.share.denominator
        if key not in self._alike:
            self._alike[key] = [
                (
                    row,
                    self._expected(
                        self.norms.norm_of(row.record_id, _DAY, person_id=person_id, team_id=team_id),
                        seat.share if is_shared else whole,
                    ),
                )
                for row, is_shared in self._shared
            ]
        return self._alike[key]

    def _day_of(self, seat: Seat) -> DayOf:
        return DayOf(
            seat,
            [
                _judge(row, _DAY, self.of_person(seat.person_id, row), said, seat)
                for row, said in self._expected_of_day(seat)
            ],
        )

    def _ends(self, period: str, of: TeamDay) -> bool:
        """Whether the day is the last working one of its week or month; only a whole day ends a period."""
        return not of.is_running and totals.is_last_day(period, of.day, of.team)

    def _judge_period(self, period: str, days: list[DayOf]) -> None:
        if not days:
            return
        people = [day.seat.person_id for day in days]
        expecting = self.norms.indicators_of(period)
        earlier = totals.before(period, self.of.day, people, expecting, self.of.moment)
        rows = [row for row in self.indicators if row.record_id in expecting]
        for day in days:
            seat = day.seat
            for row in rows:
                norm = self.norms.norm_of(
                    row.record_id, period, person_id=seat.person_id, team_id=seat.of.team.pk
                )
                if norm is None or (seat.person_id, row.record_id) in earlier.judged:
                    continue
                today = self.of_person(seat.person_id, row)
                is_flow = indicators.is_flow(row)
                whole, share = today, earlier.share_with(seat)
                if is_flow:
                    value, base = earlier.sums.get((seat.person_id, row.record_id), (Decimal(0), None))
                    whole = Measured(
                        (today.value or Decimal(0)) + value,
                        None if today.base is None else today.base + (base or Decimal(0)),
                    )
                if share:  # away for all of it: nothing is expected, of stocks neither
                    part = share if is_flow and row.kind != Indicator.Kind.RATIO else Fraction(1)
                    day.figures.append(_judge(row, period, whole, self._expected(norm, part), seat))


def _judge(row: Any, period: str, measured: Measured, norm: Expected | None, seat: Seat) -> Judged:
    """On a day the person is away nothing is judged; a week or month that ends then is."""
    if period == _DAY and not seat.is_scored:
        norm = None
    number: Number | None = measured.value
    if row.kind == Indicator.Kind.RATIO:
        number = measured.exact(is_percent=row.as_percent)
    verdict = verdict_of(number, norm)
    return Judged(row, period, measured, norm, verdict, norm.points(verdict) if norm else 0)


def measure(definition: Definition, span: Span, *, is_closed: bool = False) -> dict[int, Measured]:
    """{person: what the indicator gives}; one query. What an earlier day has counted is left out (K3)."""
    rows = not_counted_before(
        definition, definition.records(span), moment=span.window.end if is_closed else None
    )
    grouped = rows.order_by().values("person").annotate(measure=definition.measure(), ids=Ids(F("record_id")))
    return {
        person: Measured(_number(number), None, tuple(sorted(map(int, ids.split(",")))))
        for person, number, ids in grouped.values_list("person", "measure", "ids")
    }


def not_counted_before(definition: Definition, rows: Any, *, moment: dt.datetime | None = None) -> Any:
    """The rows without those that a closed day (one that ended before the moment) has counted for the same source."""
    if not definition.source:
        return rows
    counted = Counted.objects.filter(source=definition.source, record_id=OuterRef("record_id"))
    if moment is not None:
        counted = counted.filter(closing__ends__lt=moment)
    # A subquery each row is looked up by: of an "exists" PostgreSQL may make a join with all that was ever counted.
    return rows.alias(counted_by=Subquery(counted.values("record_id")[:1])).filter(counted_by__isnull=True)


def _number(value: Any) -> Decimal:
    return Decimal(value or 0).quantize(CENT)


def _fell_due(window: Window, of: TeamDay) -> tuple[tuple[dt.date, dt.datetime], ...]:
    """The days whose tasks without a time fell due by the window's start or within it, with the moments."""
    day = due_through(window.start, of.team)
    found = [(day, window.start)]
    while (moment := calendar.cutoff(day := day + dt.timedelta(1), of.team)) <= window.end:
        found.append((day, moment))
    return tuple(found)


def figures_of(days: Iterable[TeamDay], people: Collection[int] | None = None) -> list[DayOf]:
    """Everybody's figures (or those of `people`) of the days, which have one date and end at one moment."""
    return Measuring(list(days), people).judged()
