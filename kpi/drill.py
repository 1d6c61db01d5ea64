"""Why this number? The records a figure counted and those that nearly did, each with the reason; live and frozen alike.

A frozen figure shows its records as they stood at the cut-off, by their frozen ids, and what has become of them since.
Whoever may see the person sees the figure; of records they may not see they learn no more than that there is one.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from core import show
from core.periods import Window
from kpi import drill_records, indicators
from kpi.actions.later import may_have_word_on, may_watch
from kpi.days import TeamDay, team_day
from kpi.drill_records import Record
from kpi.indicators.base import Definition
from kpi.measuring import DayOf, Judged, Measured, Measuring, ratio
from kpi.models import Closing, Correction, Figure, Indicator, Norm, Objection, PersonDay
from kpi.results import Settled, settled
from kpi.rules import expected_of
from kpi.scorecard.around import usual_of
from kpi.scorecard.days import column_of, frozen_column
from kpi.scorecard.sheet import Cell, Column, in_words
from kpi.scorecard.spans import days_of
from kpi.totals import first_day
from people import access, calendar
from people.models import Appointment, User

_ZERO = Decimal(0)


@dataclass
class Part:
    """What a ratio divides, or one day of a week or month."""

    name: str
    cell: Cell


@dataclass
class Why:
    """A figure with everything that explains it."""

    person: User
    day: dt.date
    column: Column
    cell: Cell
    window: Window
    period: str = Norm.Period.DAY
    counted: list[Record] = field(default_factory=list)
    nearly: list[Record] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    # How many counted records are not listed.
    left_out: int = 0
    usual: Decimal | None = None
    is_running: bool = False
    # Of a sum of days: the first date.
    first: dt.date | None = None
    # Of a frozen one.
    figure: Figure | None = None
    person_day: PersonDay | None = None
    corrections: list[Correction] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    # What the value would be with the records as they stand now; None where that is what it was.
    value_now: Decimal | None = None
    may_correct: bool = False
    may_object: bool = False

    @property
    def counted_count(self) -> int:
        return len(self.counted) + self.left_out

    @property
    def value_words(self) -> str:
        return in_words(self.cell.exact, self.column.unit, full=True)

    @property
    def frozen_words(self) -> str:
        return in_words(self.cell.frozen, self.column.unit, full=True)

    @property
    def value_now_words(self) -> str:
        return in_words(self.value_now, self.column.unit, full=True)

    @property
    def usual_words(self) -> str:
        return in_words(self.usual, self.column.unit, full=True)

    @property
    def verdict_words(self) -> str:
        return str(Figure.Verdict(self.cell.verdict).label)

    @property
    def waits_since_cutoff(self) -> bool:
        """The cut-off has passed and the day is not closed yet."""
        return self.figure is None and not self.is_running and self.first is None


# --- Frozen ---------------------------------------------------------------------------------------------------------


def may_see(user: User, day: PersonDay) -> bool:
    """Whoever sees the person's records, and the head of the team the day was closed with."""
    owners = access.owners_visible_to(user)
    return owners is None or day.person_id in owners or may_watch(user, day.closing.team_id)


def figure_or_404(user: User, pk: int) -> Figure:
    """The frozen figure the user may see; Http404 for another one exactly as for none."""
    rows = Figure.objects.select_related(
        "rule", "indicator", "person_day__closing__team", "person_day__person"
    )
    figure = rows.filter(pk=pk).first()
    if figure is None or not may_see(user, figure.person_day):
        raise Http404
    return figure


def person_day_or_404(user: User, pk: int) -> PersonDay:
    """The closed day of a person the user may see."""
    day = PersonDay.objects.select_related("closing__team", "person").filter(pk=pk).first()
    if day is None or not may_see(user, day):
        raise Http404
    return day


def why_frozen(figure: Figure, user: User) -> Why:
    """What explains a frozen figure."""
    day = figure.person_day
    column = frozen_column(figure)
    corrections: list[Any] = list(
        Correction.objects.filter(figure=figure).select_related("operation__by").order_by("pk")
    )
    for row in corrections:
        row.words = _("now %(value)s") % {
            "value": in_words(
                ratio(row.value, row.base, is_percent=column.is_percent), column.unit, full=True
            )
        }
    one = Settled(figure, corrections[-1] if corrections else None)
    found = Why(
        person=day.person,
        day=day.day,
        column=column,
        cell=_cell(one, column),
        window=Window(day.starts, day.ends),
        period=figure.period,
        figure=figure,
        person_day=day,
        corrections=corrections,
        objections=list(
            Objection.objects.filter(figure=figure).select_related("decided_by", "manager").order_by("pk")
        ),
    )
    may_correct = may_have_word_on(user, day)
    found.may_object = user.pk == day.person_id and not any(
        row.state == Objection.State.OPEN for row in found.objections
    )
    if figure.period != Norm.Period.DAY:
        _explain_period(found)
        return found
    if column.is_flow and not column.is_ratio:
        found.usual = usual_of([day.person_id], day.day, [column.key]).get((day.person_id, column.key))
    of = TeamDay(day.closing.team, day.day, Window(day.closing.starts, day.closing.ends))
    measuring = Measuring([of], [day.person_id])
    row = _indicator_of(measuring, figure.indicator_id) or figure.indicator
    if column.is_ratio:
        _explain_ratio_frozen(found, row)
        return found
    found.may_correct = may_correct
    ids = figure.record_ids
    definition = indicators.definition_of(row)
    _list_records(found, definition, ids, measuring, user)
    return found


def _cell(one: Settled, column: Column) -> Cell:
    figure = one.figure
    return Cell(
        column,
        one.value,
        one.base,
        expected_of(figure.rule),
        one.verdict,
        one.points,
        figure_id=figure.pk,
        url=reverse("kpi:figure", args=[figure.pk]),
        frozen=figure.value,
        correction=one.correction,
    )


def _indicator_of(measuring: Measuring, pk: int) -> Any:
    return next((row for row in measuring.indicators if row.record_id == pk), None)


def _explain_ratio_frozen(found: Why, row: Any) -> None:
    assert found.person_day is not None
    settled_figures = settled([found.person_day.pk])[found.person_day.pk]
    for one in settled_figures:
        figure = one.figure
        if figure.period == Norm.Period.DAY and figure.indicator_id in (row.numerator_id, row.denominator_id):
            column = frozen_column(figure)
            found.parts.append(Part(column.name, _cell(one, column)))
    found.parts.sort(key=lambda part: part.cell.column.key != row.numerator_id)


def _explain_period(found: Why) -> None:
    """A week or month is made of its days: each leads to its own figure."""
    days = days_of(found.person.pk, None, first_day(found.period, found.day), found.day)
    found.parts = _parts_of_days(days, found.column.key)


def _parts_of_days(days: list[PersonDay], indicator_id: int) -> list[Part]:
    figures = settled([day.pk for day in days])
    return [
        Part(show.day(day.day), _cell(one, frozen_column(one.figure)))
        for day in days
        for one in figures[day.pk]
        if one.figure.indicator_id == indicator_id and one.figure.period == Norm.Period.DAY
    ]


def why_days(user: User, person_id: int, indicator_id: int, first: dt.date, last: dt.date) -> Why:
    """The closed days from `first` to `last` that a sum of the scorecard is made of."""
    days = [day for day in days_of(person_id, None, first, last) if may_see(user, day)]
    parts = _parts_of_days(days, indicator_id)
    if not parts:
        raise Http404
    column = parts[-1].cell.column
    cell = Cell(column, sum((part.cell.value or _ZERO for part in parts), _ZERO))
    if column.is_ratio:
        cell.base = sum((part.cell.base or _ZERO for part in parts), _ZERO)
    elif not column.is_flow:
        cell.value = parts[-1].cell.value
    cell.points = sum(part.cell.points for part in parts)
    found = Why(
        person=days[0].person,
        day=last,
        column=column,
        cell=cell,
        window=Window(days[0].starts, days[-1].ends),
        period=Norm.Period.WEEK if (last - first).days < 7 else Norm.Period.MONTH,
        parts=parts,
        is_running=False,
    )
    found.first = first
    return found


# --- Live -----------------------------------------------------------------------------------------------------------


def why_live(user: User, person_id: int, indicator_id: int, day: dt.date, moment: dt.datetime) -> Why | None:
    """What explains the figure of a day that is not closed, as of the moment; Http404 for what may not be seen, None
    for who, or what, is not measured on that day."""
    person = User.objects.filter(pk=person_id).first()
    owners = access.owners_visible_to(user)
    if person is None or (owners is not None and person_id not in owners):
        raise Http404
    of = _open_day_of(person, day, moment)
    if of is None:
        raise Http404
    measuring = Measuring([of], [person_id])
    judged = measuring.judged()
    row = _indicator_of(measuring, indicator_id)
    if row is None and not Indicator.all_objects.filter(pk=indicator_id).exists():
        raise Http404
    if row is None or not judged:
        return None
    column = column_of(row)
    figure = _figure_of(judged[0], indicator_id)
    found = Why(
        person=person,
        day=day,
        column=column,
        cell=_live_cell(figure, column, person_id, day),
        window=judged[0].seat.window,
        is_running=of.is_running,
    )
    if column.is_ratio:
        for part_id in (row.numerator_id, row.denominator_id):
            part = _figure_of(judged[0], part_id)
            of_part = column_of(part.indicator)
            found.parts.append(Part(of_part.name, _live_cell(part, of_part, person_id, day)))
        return found
    if column.is_flow:
        found.usual = usual_of([person_id], day, [indicator_id]).get((person_id, indicator_id))
    definition = indicators.definition_of(row)
    _list_records(found, definition, figure.measured.ids, measuring, user)
    return found


def _open_day_of(person: User, day: dt.date, moment: dt.datetime) -> TeamDay | None:
    """The person's team's day as of the moment, unless it is closed or has not begun."""
    appointment = Appointment.objects.in_force(day).filter(user=person).select_related("team").first()
    if appointment is None or appointment.team is None:
        return None
    team = appointment.team
    begun = day <= calendar.working_day_of(moment, team) and calendar.is_working(day, team)
    if not begun or Closing.objects.filter(team=team, day=day).exists():
        return None
    return team_day(team, day, moment)


def _figure_of(day: DayOf, indicator_id: int) -> Judged:
    for figure in day.figures:
        if figure.indicator.record_id == indicator_id and figure.period == Norm.Period.DAY:
            return figure
    raise Http404


def live_url(person_id: int, indicator_id: int, day: dt.date) -> str:
    """The address of the figure of a day that is not closed."""
    return reverse("kpi:figure-now", args=[person_id, indicator_id, day.isoformat()])


def _live_cell(figure: Judged, column: Column, person_id: int, day: dt.date) -> Cell:
    measured: Measured = figure.measured
    return Cell(
        column,
        measured.value,
        measured.base,
        figure.expected,
        figure.verdict,
        figure.points,
        url=live_url(person_id, column.key, day),
    )


# --- Both -----------------------------------------------------------------------------------------------------------


def _list_records(
    found: Why, definition: Definition, ids: Collection[int], measuring: Measuring, user: User
) -> None:
    """Puts the records on the list, and what the value would be with them as they stand now."""
    counted = drill_records.counted(
        definition, ids, found.window.end, found.day, user, is_frozen=found.figure is not None
    )
    found.counted, found.left_out = counted.records, counted.left_out
    if counted.value_now != found.cell.value:
        found.value_now = counted.value_now
    found.nearly = drill_records.nearly(definition, measuring, ids, user)
