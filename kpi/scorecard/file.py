"""What the scorecard shows as a workbook: typed cells, verdicts in words and colour, the same totals; formulas."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from core.tables.columns import Column as FileColumn
from core.tables.columns import KindName
from core.tables.table import Row, Table
from kpi.models import Figure, Rule
from kpi.norms import words_of
from kpi.scorecard.asked import DAY
from kpi.scorecard.page import Page
from kpi.scorecard.sheet import Cell, Column, Line, Section, Total

_KINDS: dict[str, KindName] = {
    Rule.Unit.COUNT: "int",
    Rule.Unit.MONEY: "money",
    Rule.Unit.PERCENT: "percent",
}


def tables_of(page: Page) -> tuple[Table, Table]:
    """The sheet of the page; on a second one how each indicator is counted."""
    columns = list(_columns(page))
    sheet = page.sheet
    rows = []
    for section in sheet.sections:
        rows += [_row(line, section, columns) for line in section.lines]
        if len(sheet.sections) > 1:
            rows.append(_row(section, section, columns))
    whole = sheet.whole
    totals = {column.key: column.value_of((whole, whole)) for column in columns[1:]}
    table = Table(
        page.asked.title,
        columns,
        rows,
        page.asked.moment,
        caption=_caption(page),
        totals=totals if sheet.lines else {},
        is_sum=lambda row: isinstance(row.record[0], Section),
    )
    return table, _formulas(page)


def _row(of: Line | Section, section: Section, columns: list[FileColumn]) -> Row:
    return Row((of, section), tuple(column.value_of((of, section)) for column in columns), columns)


def _caption(page: Page) -> list[str]:
    teams = ", ".join(section.team.name for section in page.sheet.sections)
    if page.asked.view != DAY:
        return [teams, _("By the days that are closed.")]
    if page.sheet.is_preliminary:
        return [teams, _("Preliminary: the day is not closed.")]
    return [teams, _("The day is closed; with corrections.")]


def _columns(page: Page) -> Iterator[FileColumn]:
    yield FileColumn("name", _("Manager"), value=_name)
    if len(page.sheet.sections) > 1:
        yield FileColumn("team", _("Team"), value=lambda pair: pair[1].team.name)
    for column in page.sheet.columns:
        key = f"i{column.key}"
        kind = _KINDS.get(column.unit, "quantity")
        yield FileColumn(key, column.name, kind, value=_value_of(column), tone=_tone_of(column))
        yield FileColumn(f"{key}-norm", _("Norm"), value=_norm_of(column))
        if page.asked.view == DAY:
            yield FileColumn(f"{key}-verdict", _("Verdict"), value=_verdict_of(column), tone=_tone_of(column))
        else:
            yield FileColumn(f"{key}-met", _("Days met"), value=_days_of(column), tone=_tone_of(column))
    yield FileColumn("points", _("Points"), "int", value=lambda pair: pair[0].points)
    yield FileColumn("month", page.asked.month_name, "int", value=lambda pair: pair[0].month_points)
    if page.sheet.has_money:
        yield FileColumn("money", _("Bonus, ₽"), "money", value=lambda pair: pair[0].money)
    yield FileColumn("note", _("Remark"), value=_remark)


def _name(pair: tuple[Line | Section, Section]) -> str:
    of = pair[0]
    return of.name if isinstance(of, Line) else of.team.name


def _cell(pair: tuple[Line | Section, Section], column: Column) -> Cell | Total:
    of = pair[0]
    if isinstance(of, Line):
        return of.cells[column.key]
    return next(total for total in of.totals if total.column.key == column.key)


def _value_of(column: Column) -> Callable[[Any], Decimal | None]:
    def value(pair: tuple[Line | Section, Section]) -> Decimal | None:
        exact = _cell(pair, column).exact
        if exact is None:
            return None
        share = exact / 100 if column.is_percent else exact
        return _decimal(share)

    return value


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.0001")).normalize()


def _norm_of(column: Column) -> Callable[[Any], str]:
    def norm(pair: tuple[Line | Section, Section]) -> str:
        cell = _cell(pair, column)
        if isinstance(cell, Cell) and cell.expected is not None:
            return words_of(cell.expected)
        return "" if cell.norms is None else column.words(cell.norms)

    return norm


def _verdict_of(column: Column) -> Callable[[Any], str]:
    def verdict(pair: tuple[Line | Section, Section]) -> str:
        cell = _cell(pair, column)
        if not isinstance(cell, Cell) or not cell.verdict:
            return ""
        return str(Figure.Verdict(cell.verdict).label)

    return verdict


def _days_of(column: Column) -> Callable[[Any], str]:
    def days(pair: tuple[Line | Section, Section]) -> str:
        cell = _cell(pair, column)
        if not isinstance(cell, Cell) or not cell.days_judged:
            return ""
        return _("%(met)s of %(days)s days") % {"met": cell.days_met, "days": cell.days_judged}

    return days


def _tone_of(column: Column) -> Callable[[Any], str]:
    def tone(pair: tuple[Line | Section, Section]) -> str:
        cell = _cell(pair, column)
        return cell.tone if isinstance(cell, Cell) else ""

    return tone


def _remark(pair: tuple[Line | Section, Section]) -> str:
    """Why a line is not scored, and what was corrected in it."""
    line = pair[0]
    if isinstance(line, Section):
        return ""
    parts = []
    if line.absence:
        parts.append(f"{line.absence_name}, {_('not scored')}")
    elif not line.is_scored and line.excuse is not None:
        parts.append(f"{_('excused, not scored')}: {line.excuse.reason}")
    if line.waits:
        parts.append(_("the points wait for the head's word"))
    for cell in line.in_order:
        if cell.correction is not None:
            was = {"value": cell.column.words(cell.frozen)}
            words = _("corrected, was %(value)s") % was
            parts.append(f"{cell.column.name}: {words} ({cell.correction.reason})")
    return "; ".join(parts)


def _formulas(page: Page) -> Table:
    columns = [
        FileColumn("name", _("Indicator"), value="name"),
        FileColumn("formula", _("How it is counted"), "longtext", value="formula"),
    ]
    rows = [
        Row(column, tuple(each.value_of(column) for each in columns), columns)
        for column in page.sheet.columns
    ]
    return Table(_("Indicators"), columns, rows, page.asked.moment)
