"""What closed days are worth after all: frozen figures with the corrections and decisions that came later.

Every total (scorecard, my day, payroll, report) is summed from here, so that they cannot disagree.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from kpi.models import Correction, Decision, Figure, Indicator, Norm, PersonDay, Rule


@dataclass(frozen=True)
class Settled:
    """A frozen figure as it counts: corrected where there is a correction."""

    figure: Figure
    correction: Correction | None = None

    @property
    def _said(self) -> Figure | Correction:
        return self.correction or self.figure

    @property
    def value(self) -> Decimal | None:
        return self._said.value

    @property
    def base(self) -> Decimal | None:
        return self._said.base

    @property
    def verdict(self) -> str:
        return self._said.verdict

    @property
    def points(self) -> int:
        return self._said.points


@dataclass
class Result:
    """One person's closed day as it counts now.

    `scored` is False for an absence and for a day excused later; `waits` while the head has not decided about a day
    without system, whose points then are 0.
    """

    day: PersonDay
    points: int
    scored: bool
    waits: bool = False
    # Decided: the points of a day without system do not count.
    dropped: bool = False
    corrections: list[Correction] = field(default_factory=list)


def results(people: Collection[int], first: dt.date, last: dt.date) -> dict[tuple[int, dt.date], Result]:
    """{(person, day): result} of the closed days from `first` to `last`. Four queries for any number."""
    days = PersonDay.objects.filter(person__in=people, day__gte=first, day__lte=last).select_related(
        "closing"
    )
    return {(result.day.person_id, result.day.day): result for result in results_of(days)}


def changed_later(days: QuerySet[PersonDay]) -> Q:
    """The condition on these days that they may be worth something else than was frozen: few of thousands."""
    corrected = Correction.objects.filter(person_day__in=days).order_by().values("person_day")
    return Q(pk__in=corrected) | Q(closing__system_down=True)


def results_of(days: Iterable[PersonDay], *, recalculated: bool = True) -> list[Result]:
    """The results of the person's days (read with their closings), in their order.

    Without `recalculated` a day of an approved month is worth what it was when that was approved.
    """
    days = list(days)
    ids = [day.pk for day in days]
    corrections: dict[int, list[Correction]] = defaultdict(list)
    said_later = Correction.objects.filter(person_day__among=ids).order_by("pk")
    if not recalculated:
        said_later = said_later.filter(is_recalculation=False)
    for row in said_later.select_related("figure", "operation__by"):
        corrections[row.person_day_id].append(row)
    down = {day.closing_id for day in days if day.closing.system_down}
    decided = dict(Decision.objects.filter(closing__in=down).values_list("closing", "counts")) if down else {}
    excused = [pk for pk, rows in corrections.items() if not _is_scored(True, rows)]
    beyond_the_day = _points_of_periods(excused)
    found = []
    for day in days:
        rows = corrections[day.pk]
        result = Result(day, day.points, _is_scored(day.scored, rows), corrections=rows)
        for said in {row.figure_id: row for row in rows if row.figure_id}.values():
            if said.figure is not None and (result.scored or said.figure.period != Norm.Period.DAY):
                result.points += said.points - said.figure.points
        if day.scored and not result.scored:
            # Excused: what a week or month that ends with the day is worth stays.
            result.points += beyond_the_day.get(day.pk, 0) - day.points
        if day.closing_id in down:
            result.waits = day.closing_id not in decided
            result.dropped = decided.get(day.closing_id) is False
            if result.waits or result.dropped:
                result.points = 0
        found.append(result)
    return found


def _is_scored(frozen: bool, rows: list[Correction]) -> bool:
    """The latest word on the whole day; an absence that was frozen stays one."""
    said = [row.scored for row in rows if row.scored is not None]
    return frozen and (said[-1] if said else True)


def _points_of_periods(days: list[int]) -> dict[int, int]:
    """{person's day: frozen points of the weeks and months that end with it}."""
    if not days:
        return {}
    rows = Figure.objects.filter(~Q(period=Norm.Period.DAY), person_day__in=days).order_by()
    return dict(rows.values_list("person_day").annotate(Sum("points")))


def settled(days: Collection[PersonDay | int], *, recalculated: bool = True) -> dict[int, list[Settled]]:
    """{person's day: its figures as they count, in the order of the indicators}, without records' ids. Four queries.

    `recalculated` as for `results_of`.
    """
    found: dict[int, list[Settled]] = defaultdict(list)
    ids = [day if isinstance(day, int) else day.pk for day in days]
    figures = _with_their_own(Figure.objects.light().filter(person_day__among=ids))
    said_later = Correction.objects.filter(figure__person_day__among=ids).order_by("pk")
    if not recalculated:
        said_later = said_later.filter(is_recalculation=False)
    latest = {row.figure_id: row for row in said_later}
    for figure in sorted(figures, key=lambda one: (one.indicator.position, one.indicator_id, one.period)):
        found[figure.person_day_id].append(Settled(figure, latest.get(figure.pk)))
    return found


def _with_their_own(figures: Iterable[Figure]) -> list[Figure]:
    """The figures with their rules and indicators: hundreds of figures have few of either, so each is made once."""
    rows = list(figures)
    rules = Rule.objects.in_bulk({row.rule_id for row in rows})
    indicators = Indicator.all_objects.in_bulk({row.indicator_id for row in rows})
    for row in rows:
        row.rule, row.indicator = rules[row.rule_id], indicators[row.indicator_id]
    return rows


def settled_figure(figure: Figure) -> Settled:
    """The one figure as it counts now."""
    return Settled(figure, Correction.objects.filter(figure=figure).order_by("pk").last())
