"""One person's last days, a line each: how it has been going."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404

from core import show
from kpi.drill import may_see
from kpi.results import results_of, settled
from kpi.scorecard.days import frozen_line
from kpi.scorecard.sheet import Cell, Column, Line
from kpi.scorecard.spans import days_of
from people import calendar
from people.models import User

DAYS = 30  # working days


@dataclass
class Trend:
    """The person's closed days, the latest first."""

    person: User
    columns: list[Column]
    lines: list[Line]


def trend_or_404(user: User, person_id: int, last: dt.date) -> Trend:
    """The days up to `last` that the user may see; Http404 where there is none."""
    first = calendar.add_working_days(last, -(DAYS - 1))
    days = [day for day in days_of(person_id, None, first, last) if may_see(user, day)]
    if not days:
        raise Http404
    columns: dict[int, Column] = {}
    figures = settled([day.pk for day in days])
    lines = []
    for result in reversed(results_of(days)):
        line = frozen_line(result, figures[result.day.pk], columns)
        line.name = show.day(result.day.day)
        lines.append(line)
    for line in lines:
        for column in columns.values():
            line.cells.setdefault(column.key, Cell(column, None))
    in_order = sorted(columns.values(), key=lambda column: (column.position, column.key))
    return Trend(days[0].person, in_order, lines)
