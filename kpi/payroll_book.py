"""The sheet for the payroll as tables of a workbook: the sheet itself, and day by day what it is the sum of."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.tables.columns import Column
from core.tables.table import Row as TableRow
from core.tables.table import Table
from kpi.measuring import ratio
from kpi.models import Norm, Rule
from kpi.norms import words_of
from kpi.payroll import Row, Sheet
from kpi.rules import expected_of
from kpi.scorecard.days import frozen_column
from kpi.tracing import TracedDay, points_of, traced

COLUMNS = (
    Column("person", gettext_lazy("Person"), "person", value="person.name"),
    Column("what", gettext_lazy("For what"), value=lambda row: what_for(row)),
    Column("days", gettext_lazy("Days"), "int"),
    Column("points", gettext_lazy("Points"), "int"),
    Column("plus_rate", gettext_lazy("For a point above zero, ₽"), "money", value="worth.plus_rate"),
    Column("minus_rate", gettext_lazy("For a point below zero, ₽"), "money", value="worth.minus_rate"),
    Column("plus_cap", gettext_lazy("Addition at most, ₽"), "money", value="worth.plus_cap"),
    Column("minus_cap", gettext_lazy("Reduction at most, ₽"), "money", value="worth.minus_cap"),
    Column("bonus", gettext_lazy("Bonus before points, ₽"), "money"),
    Column("addition", gettext_lazy("Addition, ₽"), "money"),
    Column("reduction", gettext_lazy("Reduction of the bonus, ₽"), "money"),
    Column("amount", gettext_lazy("Total, ₽"), "money"),
)

DAY_COLUMNS = (
    Column("person", gettext_lazy("Person"), "person"),
    Column("day", gettext_lazy("Day"), "date"),
    Column("indicator", gettext_lazy("Indicator")),
    Column("period", gettext_lazy("For")),
    Column("value", gettext_lazy("Value"), "quantity"),
    Column("norm", gettext_lazy("Norm")),
    Column("verdict", gettext_lazy("Verdict")),
    Column("points", gettext_lazy("Points"), "int"),
    Column("note", gettext_lazy("Note")),
)


def what_for(row: Row) -> str:
    """«Ноябрь 2026», or «Перерасчёт: октябрь 2026»."""
    month = show.month(row.month)
    return _("Recalculation: %(month)s") % {"month": month} if row.is_again else month


def caption_of(sheet: Sheet) -> list[str]:
    """Whose sheet it is, and how final."""
    return [_("Team: %(team)s") % {"team": sheet.team}, state_of(sheet)]


def state_of(sheet: Sheet) -> str:
    """«Утверждено: …», or that it is a preview."""
    if sheet.payroll is None:
        return _("Preliminary: the month is not approved.")
    op = sheet.payroll.operation
    return _("Approved: %(who)s, %(when)s") % {"who": op.by, "when": show.whole_moment(op.at)}


def tables_of(sheet: Sheet) -> tuple[Table, Table]:
    """The two sheets of the workbook."""
    moment = periods.now()
    main = Table(
        _("Bonuses, %(month)s") % {"month": show.month(sheet.month).lower()},
        COLUMNS,
        _rows(sheet.rows, COLUMNS),
        moment,
        caption_of(sheet),
        {
            "points": sheet.points,
            "addition": sheet.addition,
            "reduction": sheet.reduction,
            "amount": sheet.total,
        },
    )
    lines = _day_lines(sheet)
    by_day = Table(
        _("Day by day"),
        DAY_COLUMNS,
        _rows(lines, DAY_COLUMNS),
        moment,
        [main.title, *caption_of(sheet)],
        {"points": sum(line["points"] for line in lines)},
    )
    return main, by_day


def _rows(records: Iterable[Any], columns: tuple[Column, ...]) -> list[TableRow]:
    def value(column: Column, record: Any) -> Any:
        return record[column.key] if isinstance(record, dict) else column.value_of(record)

    return [TableRow(record, tuple(value(each, record) for each in columns), columns) for record in records]


def _day_lines(sheet: Sheet) -> list[dict[str, Any]]:
    """One line per figure; what is recalculated of an earlier month is one line in words, its days stand there."""
    shares = [row.share for row in sheet.rows if row.share is not None]
    names = {share.person.pk: share.person.name for share in shares}
    days = traced(result for share in shares for result in share.days)
    found = [line for day in days for line in _lines_of(day, names[day.result.day.person_id])]
    for row in sheet.rows:
        if row.is_again:
            found.append(_line(row.person.name, row.month, what_for(row), points=row.points))
    return found


def _lines_of(day: TracedDay, person: str) -> list[dict[str, Any]]:
    date = day.result.day.day
    if not day.figures:
        return [_line(person, date, "", points=day.result.points, note=day.why)]
    found = []
    for said in day.figures:
        rule = said.figure.rule
        expected = expected_of(rule)
        value = ratio(said.value, said.base, is_percent=rule.unit == Rule.Unit.PERCENT)
        corrected = _("corrected: %(reason)s") % {"reason": said.correction.reason} if said.correction else ""
        found.append(
            _line(
                person,
                date,
                frozen_column(said.figure).name,
                period=str(Norm.Period(said.figure.period).label),
                value=None if value is None else round(Decimal(value.numerator) / value.denominator, 2),
                norm=words_of(expected) if expected else "",
                verdict=str(said.figure.Verdict(said.verdict).label) if said.verdict else "",
                points=points_of(day.result, said),
                note=day.why or corrected,
            )
        )
    return found


def _line(person: str, day: Any, indicator: str, **values: Any) -> dict[str, Any]:
    empty = {"period": "", "value": None, "norm": "", "verdict": "", "points": 0, "note": ""}
    return {**empty, "person": person, "day": day, "indicator": indicator, **values}
