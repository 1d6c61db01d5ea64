"""What stands beside the figures of a scorecard: the strip of days, what is usual."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F

from kpi.models import Closing, Correction, Figure, Norm, PersonDay
from kpi.models.fields import NumberField
from kpi.results import Result, changed_later, results_of
from kpi.scorecard.sheet import Mark, Sheet
from people import calendar

STRIP = 30  # working days
# How long one's own past is looked back on for what is usual.
LOOK_BACK = dt.timedelta(weeks=8)
# Fewer days than these make nothing usual.
_ENOUGH = 5


def add_strips(sheet: Sheet, last: dt.date) -> None:
    """Puts the strips of the closed days up to `last` on the lines.

    Thousands of days, of which few were corrected or without system: those alone are asked what they are worth after
    all, the others say it themselves.
    """
    first = calendar.add_working_days(last, -(STRIP - 1))
    days = PersonDay.objects.filter(person__in=sheet.people, day__gte=first, day__lte=last)
    special = days.filter(changed_later(days)).select_related("closing")
    settled_later = {result.day.pk: mark_of(result) for result in results_of(special)}
    strips: dict[int, list[Mark]] = defaultdict(list)
    columns = ("pk", "person", "day", "points", "scored", "met", "within", "missed")
    for pk, person, day, points, scored, met, within, missed in days.order_by("day").values_list(*columns):
        plain = Mark(day, _tone(points, missed) if scored and met + within + missed else "", points)
        strips[person].append(settled_later.get(pk, plain))
    for line in sheet.lines:
        line.strip = strips[line.person_id]


def _tone(points: int, missed: int) -> str:
    """Green: no norm missed. Yellow: some missed, the points not below zero. Red: points below zero."""
    if points < 0:
        return "missed"
    return "near" if missed > 0 else "met"


def mark_of(result: Result) -> Mark:
    """The day as it counts after corrections and decisions."""
    return Mark(result.day.day, tone_of(result), result.points)


def tone_of(result: Result) -> str:
    """met, near or missed; empty where the day is not scored, its points wait or do not count."""
    day = result.day
    if not result.scored or result.waits or result.dropped or not (day.met + day.within + day.missed):
        return ""
    return _tone(result.points, day.missed + sum(_missed_more(row) for row in _latest(result)))


def _latest(result: Result) -> Collection[Correction]:
    return {row.figure_id: row for row in result.corrections if row.figure_id}.values()


def _missed_more(row: Correction) -> int:
    assert row.figure is not None
    missed = Figure.Verdict.MISSED
    return (row.verdict == missed) - (row.figure.verdict == missed)


def add_usual(sheet: Sheet, before: dt.date) -> None:
    """Puts on the cells of flows what was usual for the person: the median of their closed days of the last weeks."""
    keys = [column.key for column in sheet.columns if column.is_flow and not column.is_ratio]
    usual = usual_of(sheet.people, before, keys)
    for line in sheet.lines:
        for key in keys:
            line.cells[key].usual = usual.get((line.person_id, key))


def usual_of(
    people: Collection[int], before: dt.date, indicators: Collection[int]
) -> dict[tuple[int, int], Decimal]:
    """{(person, indicator): the median value of the days before `before` on which they were there}.

    What was frozen stays, so an answer is kept as long as the same days are closed: of thousands of figures.
    """
    days = Closing.objects.filter(day__gte=before - LOOK_BACK, day__lt=before).order_by("pk")
    frozen = tuple(days.values_list("pk", "checksum"))
    return _usual(tuple(sorted(people)), before, tuple(sorted(indicators)), frozen)


@lru_cache(maxsize=64)
def _usual(
    people: tuple[int, ...],
    before: dt.date,
    indicators: tuple[int, ...],
    _frozen: tuple[tuple[int, str], ...],
) -> dict[tuple[int, int], Decimal]:
    whole = ExpressionWrapper(F("value"), BigIntegerField())  # as kept: of thousands few are the middle ones
    rows = (
        Figure.objects.filter(
            person_day__person__in=people,
            person_day__day__gte=before - LOOK_BACK,
            person_day__day__lt=before,
            person_day__absence="",
            period=Norm.Period.DAY,
            indicator__in=indicators,
            value__isnull=False,
        )
        .order_by()
        .values_list("person_day__person", "indicator", whole)
        .annotate(Count("pk"))
    )
    counts: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for person, indicator, value, count in rows:
        counts[person, indicator].append((value, count))
    return {
        key: Decimal(_median(values)).scaleb(-NumberField.places)
        for key, values in counts.items()
        if sum(count for _v, count in values) >= _ENOUGH
    }


def _median(values: list[tuple[int, int]]) -> int:
    """The middle one of values with their counts; of two middle ones the lower, so that it is a value there was."""
    values.sort()
    half = (sum(count for _value, count in values) + 1) // 2
    for value, count in values:
        half -= count
        if half <= 0:
            return value
    return values[-1][0]
