"""The scorecard of one day: frozen where the team's day is closed, else the same figures as of now or its cut-off."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation

from core.periods import Window
from kpi import indicators
from kpi.days import TeamDay, team_day
from kpi.measuring import DayOf, Measuring
from kpi.models import Closing, Decision, Figure, Norm, Objection, PersonDay
from kpi.results import Result, Settled, results_of, settled
from kpi.rules import expected_of
from kpi.scorecard.sheet import Cell, Column, Line, Section, Sheet
from people import calendar
from people.models import Team, User


def sheet_of_day(teams: Sequence[Team], day: dt.date, moment: dt.datetime) -> Sheet:
    """The teams' day. A number of queries that depends neither on the teams nor on their people.

    Teams whose day has not begun at the moment have no lines: their clocks are behind those of the others.
    """
    closings = {row.team_id: row for row in Closing.objects.filter(team__in=teams, day=day)}
    sections = {team.pk: Section(team, closing=closings.get(team.pk)) for team in teams}
    for closing in closings.values():
        sections[closing.team_id].window = Window(closing.starts, closing.ends)
    columns: dict[int, Column] = {}
    _fill_frozen(sections, list(closings.values()), columns)
    open_days = [team_day(team, day, moment) for team in teams if team.pk not in closings]
    by_moment: dict[dt.datetime, list[TeamDay]] = defaultdict(list)
    for of in open_days:
        sections[of.team.pk].cutoff, sections[of.team.pk].window = of.cutoff, of.window
        sections[of.team.pk].is_running = of.is_running
        sections[of.team.pk].left = of.cutoff - moment if of.is_running else None
        if calendar.is_working(day, of.team) and of.window.start < of.window.end:
            by_moment[of.window.end].append(of)
    for together in by_moment.values():
        _fill_live(sections, Measuring(together), columns)
    put_names(sections.values())
    shown = [sections[team.pk] for team in teams if sections[team.pk].lines or len(teams) == 1]
    return Sheet(sorted(columns.values(), key=lambda column: (column.position, column.key)), shown)


def put_names(sections: Iterable[Section]) -> None:
    """Puts people's names on their lines and the lines in their order."""
    lines = [line for section in sections for line in section.lines]
    people = User.all_objects.filter(pk__in=[line.person_id for line in lines])
    names = dict(people.values_list("pk", "name"))
    for line in lines:
        line.name = names[line.person_id]
    for section in sections:
        section.lines.sort(key=lambda line: line.name)


# --- Live -----------------------------------------------------------------------------------------------------------


def _fill_live(sections: dict[int, Section], measuring: Measuring, columns: dict[int, Column]) -> None:
    for row in measuring.indicators:
        if row.on_scorecard and row.record_id not in columns:
            columns[row.record_id] = column_of(row)
    address = reverse("kpi:figure-now", args=[0, 0, measuring.of.day.isoformat()])
    for day in measuring.judged():
        sections[day.seat.of.team.pk].lines.append(_live_line(day, columns, address))


def column_of(row: Any) -> Column:
    """The column of an indicator, or of a version of one."""
    return Column(
        getattr(row, "record_id", None) or row.pk,
        indicators.name_of(row),
        indicators.unit_of(row),
        indicators.is_flow(row),
        row.position,
        indicators.formula_of(row),
    )


def _live_line(day: DayOf, columns: dict[int, Column], address: str) -> Line:
    seat = day.seat
    line = Line(seat.person_id, "", {}, absence=seat.absence, share=seat.share)
    line.points = day.points if seat.is_scored or day.points else None
    for figure in day.figures:
        key = figure.indicator.record_id
        if figure.period != Norm.Period.DAY:
            line.beyond += figure.points
        elif key in columns:
            line.cells[key] = Cell(
                columns[key],
                figure.measured.value,
                figure.measured.base,
                figure.expected,
                figure.verdict,
                figure.points,
                url=address.replace("/0/0/", f"/{seat.person_id}/{key}/"),
            )
    return line


# --- Frozen ---------------------------------------------------------------------------------------------------------


def _fill_frozen(sections: dict[int, Section], closings: list[Closing], columns: dict[int, Column]) -> None:
    if not closings:
        return
    down = [closing.pk for closing in closings if closing.system_down]
    if down:
        decisions = Decision.objects.filter(closing__in=down).select_related("operation__by", "closing")
        for decision in decisions:
            sections[decision.closing.team_id].decision = decision
    days = list(PersonDay.objects.filter(closing__in=closings).select_related("closing"))
    figures = settled([day.pk for day in days])
    asked = objections_of([day.pk for day in days])
    for result in results_of(days):
        line = frozen_line(result, figures[result.day.pk], columns)
        line.objection = asked.get((result.day.pk, None))
        for cell in line.cells.values():
            cell.objection = asked.get((result.day.pk, cell.figure_id))
        sections[result.day.closing.team_id].lines.append(line)


def objections_of(days: list[int]) -> dict[tuple[int, int | None], Objection]:
    """{(person's day, figure): the objection that waits for an answer}; of the whole day under None."""
    waiting = Objection.objects.filter(person_day__in=days, state=Objection.State.OPEN)
    return {(row.person_day_id, row.figure_id): row for row in waiting}


def line_of_day(day: PersonDay) -> Line:
    """One closed day with all of its figures, those that are no columns and those of a week or month among them."""
    figures = settled([day.pk])[day.pk]
    line = frozen_line(results_of([day])[0], figures, {}, every=True)
    asked = objections_of([day.pk])
    line.name, line.objection = day.person.name, asked.get((day.pk, None))
    for cell in (*line.cells.values(), *line.of_periods):
        cell.objection = asked.get((day.pk, cell.figure_id))
    return line


def frozen_line(
    result: Result, figures: list[Settled], columns: dict[int, Column], *, every: bool = False
) -> Line:
    """A person's closed day as it counts now; columns it brings are added to `columns`. `every`: also figures that are
    no columns of the scorecard."""
    day = result.day
    address = reverse("kpi:figure", args=[0])
    line = Line(day.person_id, "", {}, day_id=day.pk, absence=day.absence, waits=result.waits)
    line.dropped = result.dropped
    line.points = result.points if result.scored or result.points else None
    line.words = [row for row in result.corrections if row.scored is not None]
    line.excuse = line.words[-1] if line.words else None
    latest = {row.figure_id: row for row in result.corrections if row.figure_id}
    for one in figures:
        figure = one.figure
        is_of_day = figure.period == Norm.Period.DAY
        if not is_of_day:
            line.beyond += one.points
        if not every and not (is_of_day and figure.indicator.on_scorecard):
            continue
        column = columns.get(figure.indicator_id)
        if column is None:
            column = columns[figure.indicator_id] = frozen_column(figure)
        counts = result.scored or not is_of_day
        cell = Cell(
            column,
            one.value,
            one.base,
            expected_of(figure.rule),
            one.verdict if counts else "",
            one.points if counts else 0,
            url=address.replace("/0/", f"/{figure.pk}/"),
            figure_id=figure.pk,
            frozen=figure.value,
            correction=latest.get(figure.pk),
            period=figure.period,
        )
        if is_of_day:
            line.cells[column.key] = cell
        else:
            line.of_periods.append(cell)
    return line


def frozen_column(figure: Figure) -> Column:
    """The column as the closing wrote it down."""
    rule = figure.rule
    texts = rule.texts.get(translation.get_language() or "", {}) or next(iter(rule.texts.values()))
    return Column(
        figure.indicator_id,
        texts["name"],
        rule.unit,
        rule.is_flow,
        figure.indicator.position,
        texts["formula"],
    )
