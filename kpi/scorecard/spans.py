"""The scorecard of a week or a month: the closed days of it added up, as they count now."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse

from kpi.models import Correction, Figure, Norm, PersonDay
from kpi.norms import NormTable, expected
from kpi.results import Result, Settled, results_of, settled
from kpi.rules import expected_of
from kpi.scorecard.asked import Asked
from kpi.scorecard.days import frozen_column, put_names
from kpi.scorecard.sheet import Cell, Column, Line, Section, Sheet
from people.models import Team

_ZERO = Decimal(0)
_JUDGED = ~Q(verdict=Figure.Verdict.NONE)
_MET = Q(verdict=Figure.Verdict.MET)
_HAS_LOW = Q(rule__direction__in=[Norm.Direction.AT_LEAST, Norm.Direction.BETWEEN])


@dataclass
class Sums:
    """An indicator's closed days of one person, added up."""

    value: Decimal = _ZERO
    base: Decimal | None = None
    met: int = 0
    judged: int = 0
    norms: Decimal | None = None


_Key = tuple[int, int, int]  # team, person, indicator


def sheet_of_span(asked: Asked) -> Sheet:
    """The closed days from `asked.first` to `asked.last`. A fixed number of queries.

    Flows are added up, stocks stand as on the last closed day, ratios are sum over sum. A norm of the very week or
    month is judged where that is over; before, the value so far stands beside it.
    """
    rows = PersonDay.objects.filter(
        closing__team__in=asked.teams, day__gte=asked.first, day__lte=asked.last
    ).select_related("closing")
    results = results_of(rows.order_by("day"))
    of_person: dict[tuple[int, int], list[Result]] = defaultdict(list)
    for result in results:
        of_person[result.day.closing.team_id, result.day.person_id].append(result)
    last = {key: mine[-1].day for key, mine in of_person.items()}
    at_end = settled([day.pk for day in last.values()])
    sums = _sums(results)
    columns: dict[int, Column] = {}
    sections = {team.pk: Section(team) for team in asked.teams}
    norms = NormTable.at(asked.moment, asked.running) if asked.is_running else None
    for (team, person), mine in of_person.items():
        line = Line(person, "", {})
        line.points = sum(result.points for result in mine)
        line.waits = any(result.waits for result in mine)
        line.days = len(mine)
        line.days_scored = sum(result.scored for result in mine)
        for one in at_end[last[team, person].pk]:
            _put(line, one, columns, asked, sums, team, norms)
        sections[team].lines.append(line)
    put_names(sections.values())
    shown = [section for section in sections.values() if section.lines or len(asked.teams) == 1]
    return Sheet(sorted(columns.values(), key=lambda column: (column.position, column.key)), shown)


def _put(
    line: Line,
    one: Settled,
    columns: dict[int, Column],
    asked: Asked,
    sums: dict[_Key, Sums],
    team: int,
    norms: NormTable | None,
) -> None:
    """One figure of the last day: the column's cell, or the verdict of the whole week or month."""
    figure = one.figure
    key = figure.indicator_id
    if not figure.indicator.on_scorecard or figure.period not in (Norm.Period.DAY, asked.view):
        return
    column = columns.setdefault(key, frozen_column(figure))
    cell = line.cells.get(key)
    if cell is None:
        cell = line.cells[key] = Cell(column, url=span_url(line.person_id, key, asked))
    if figure.period == asked.view:
        cell.value, cell.base, cell.verdict, cell.points = one.value, one.base, one.verdict, one.points
        cell.expected, cell.figure_id = expected_of(figure.rule), figure.pk
        cell.norms = None
        return
    total = sums.get((team, line.person_id, key), Sums())
    if cell.figure_id is None:
        cell.value, cell.base = (total.value, total.base) if column.is_flow else (one.value, one.base)
        row = norms and norms.norm_of(key, asked.view, person_id=line.person_id, team_id=team)
        if row:
            cell.expected = expected(row)
        elif column.is_flow and not column.is_ratio:
            cell.norms = total.norms
    cell.days_met, cell.days_judged = total.met, total.judged


def span_url(person: int, indicator: int, asked: Asked) -> str:
    """The days a sum is made of."""
    return reverse("kpi:figure-days", args=[person, indicator, asked.view, asked.day.isoformat()])


def _sums(results: list[Result]) -> dict[_Key, Sums]:
    """The frozen days added up in the database, put right by corrections and by days excused later."""
    found: dict[_Key, Sums] = defaultdict(Sums)
    teams = {result.day.pk: (result.day.closing.team_id, result.day.person_id) for result in results}
    figures = Figure.objects.filter(person_day__in=list(teams), period=Norm.Period.DAY)
    grouped = (
        figures.order_by()
        .values_list("person_day__closing__team", "person_day__person", "indicator")
        .annotate(
            Sum("value"),
            Sum("base"),
            met=Count("pk", filter=_MET),
            judged=Count("pk", filter=_JUDGED),
            norms=Sum("rule__low", filter=_JUDGED & _HAS_LOW),
        )
    )
    for team, person, indicator, *said in grouped:
        found[team, person, indicator] = Sums(said[0] or _ZERO, *said[1:])
    excused = [result.day.pk for result in results if result.day.scored and not result.scored]
    for figure in _of_days(excused):
        _judge_no_more(found[(*teams[figure.person_day_id], figure.indicator_id)], figure)
    for result in results:
        for row in {row.figure_id: row for row in result.corrections if row.figure_id}.values():
            assert row.figure is not None
            if row.figure.period == Norm.Period.DAY:
                key = (*teams[result.day.pk], row.figure.indicator_id)
                _correct(found[key], row, row.figure, is_judged=result.scored)
    return found


def _of_days(days: list[int]) -> Iterable[Figure]:
    if not days:
        return ()
    return Figure.objects.light().filter(person_day__in=days, period=Norm.Period.DAY).select_related("rule")


def _judge_no_more(sums: Sums, figure: Figure) -> None:
    if not figure.verdict:
        return
    sums.judged -= 1
    sums.met -= figure.verdict == Figure.Verdict.MET
    if sums.norms is not None and figure.rule.direction != Norm.Direction.AT_MOST:
        sums.norms -= figure.rule.low or _ZERO


def _correct(sums: Sums, said: Correction, figure: Any, *, is_judged: bool) -> None:
    sums.value += (said.value or _ZERO) - (figure.value or _ZERO)
    if sums.base is not None:
        sums.base += (said.base or _ZERO) - (figure.base or _ZERO)
    if is_judged:
        met = Figure.Verdict.MET
        sums.met += (said.verdict == met) - (figure.verdict == met)


def days_of(person_id: int, teams: Iterable[Team] | None, first: dt.date, last: dt.date) -> list[PersonDay]:
    """The person's closed days, of these teams only unless None."""
    rows = PersonDay.objects.filter(person=person_id, day__gte=first, day__lte=last)
    if teams is not None:
        rows = rows.filter(closing__team__in=list(teams))
    return list(rows.select_related("closing__team", "person").order_by("day"))
