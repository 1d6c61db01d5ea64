"""A report with its answer: lines, totals, comparison, links to the records; what page, files and print are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import show
from core.tables.columns import Column
from core.tables.table import Row, Table
from reports.asking import AskingForm, words_of
from reports.drawing import figure
from reports.pictures import Picture
from reports.report import TOTAL, Line, Report, signed

# More lines than this make a page nobody reads; files hold all of them.
SHOWN = 200
_OTHER, _CHANGE = "__other", "__change"
# Stands for the line's key in an address.
_HERE = "__line__"
# Before the key of a line that only the other period has.
_GONE = "gone-"


class Sheet:
    """The answer of one report to what its form asks."""

    def __init__(self, report: Report, form: AskingForm) -> None:
        self.report = report
        self.form = form
        self.asked = report.asked

    # --- lines and totals, with those of the period it is compared with ---

    @cached_property
    def _other(self) -> Report | None:
        period = self.asked.other_period
        return type(self.report)(self.asked.at(period)) if period and self.report.compared else None

    @cached_property
    def lines(self) -> list[Line]:
        lines = list(self.report.found_lines)
        if self._other is None:
            return lines
        others = {line.place or line.key: line for line in self._other.found_lines}
        for line in lines:
            self._set_beside(line.values, others.pop(line.place or line.key, None))
        # What is there no more stands at the end, with nothing of its own.
        for line in others.values():
            gone = replace(line, key=_GONE + line.key, values={}, level=0, parent="", is_sum=False)
            self._set_beside(gone.values, line)
            lines.append(gone)
        return lines

    @cached_property
    def total(self) -> dict[str, Any]:
        total = dict(self.report.total(self.report.found_lines))
        if self._other is not None:
            other = self._other.total(self._other.found_lines)
            if total or other:
                self._set_beside(total, Line(TOTAL, "", dict(other)))
        return total

    def _set_beside(self, values: dict[str, Any], other: Line | None) -> None:
        for key in self.report.compared:
            before = other.values.get(key) if other else None
            values[key + _OTHER] = before
            if key in self._shares:
                continue
            now = values.get(key)
            values[key + _CHANGE] = None if now is None or not before else (now - before) / abs(before)

    # --- columns ---

    @cached_property
    def _shares(self) -> set[str]:
        """The columns of percent: how many percent a percentage has changed by says nothing."""
        return {column.key for column in self.report.columns() if column.kind == "percent"}

    @cached_property
    def columns(self) -> list[Column]:
        """All of them, the first one included."""
        first = Column("label", self.report.rows_are or _("What"), value="label", link="url")
        found = [first]
        other = self.asked.other_period if self._other is not None else None
        for column in self.report.columns():
            found.append(self._column(column))
            if other is not None and column.key in self.report.compared:
                before = replace(column, key=column.key + _OTHER, label=words_of(other), tone=None)
                found.append(self._column(before, opens=False))
                if column.key not in self._shares:
                    change = Column(
                        column.key + _CHANGE, _("change"), "percent", tone=signed(column.key + _CHANGE)
                    )
                    found.append(self._column(change, opens=False))
        return found

    def _column(self, column: Column, *, opens: bool = True) -> Column:
        key = column.key
        link = self._urls_of(column) if opens and column.link is None else column.link
        value = column.value or (lambda line: line.values.get(key))
        return replace(column, value=value, link=link)

    def url_of(self, line: Line, column: Column) -> str | None:
        """The address of the records behind a cell."""
        urls = self._urls_of(column)
        return urls(line) if urls else None

    def _urls_of(self, column: Column) -> Callable[[Line], str | None] | None:
        """What finds the addresses of the cells of a column; all but the line's key is made once."""
        report, key = self.report, column.key
        if type(report).records is Report.records:
            return None
        address = reverse("reports:records", args=[report.code])
        before, _here, after = self.asked.query(line=_HERE, column=key).rpartition(_HERE)

        def url_of(line: Line) -> str | None:
            if not line.values.get(key) or not report.opens(line, column):
                return None
            return f"{address}{before}{quote_plus(line.key)}{after}"

        return url_of

    # --- what is shown ---

    @property
    def title(self) -> str:
        return str(self.report.heading())

    @property
    def subtitle(self) -> str:
        """What was asked, without what the title says already."""
        return " · ".join(part for part in self.caption if part not in self.title)

    @property
    def whole_moment(self) -> str:
        """Of which moment the numbers are, for paper."""
        return show.whole_moment(self.asked.moment)

    @cached_property
    def caption(self) -> list[str]:
        """What was asked, in words: above the table of a file and on paper."""
        said = [words_of(self.asked.period)] if self.report.period else []
        for name, value in self.asked.chosen.items():
            bound: Any = self.form.fields.get(name)
            if bound is None or name == "period":
                continue
            words = dict(bound.choices).get(value, value)
            said.append(f"{bound.label}: {str(words).strip()}")
        return said

    def table(self) -> Table:
        """All lines, for files."""
        columns = [column for column in self.columns if column.in_files]
        rows = [self._row(line, columns) for line in self.lines]
        total = Line(TOTAL, _("Total"), self.total)
        totals = {column.key: column.value_of(total) for column in columns} if self.total else {}
        return Table(
            self.title,
            columns,
            rows,
            self.asked.moment,
            self.caption,
            totals,
            is_sum=lambda row: row.record.is_sum,
        )

    @staticmethod
    def _row(line: Line, columns: Sequence[Column]) -> Row:
        values = [column.value_of(line) for column in columns]
        values[0] = "    " * line.level + str(line.label)
        return Row(line, tuple(values), columns)

    @property
    def shown(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def is_cut(self) -> bool:
        return len(self.lines) > SHOWN

    @cached_property
    def html(self) -> SafeString:
        """The rows of the page's table; made here, for a template takes longer than the database for all of them."""
        return self._rows(self.shown)

    @cached_property
    def total_html(self) -> SafeString:
        return self._rows([Line(TOTAL, _("Total"), self.total)]) if self.total else SafeString("")

    def _rows(self, lines: Sequence[Line]) -> SafeString:
        first, *others = self.heads
        cells = [_cell(column) for column in others]
        rows = (_tr(line, first.link_of(line), "".join([cell(line) for cell in cells])) for line in lines)
        return mark_safe("".join(rows))  # noqa: S308 - of safe pieces

    @cached_property
    def heads(self) -> list[Column]:
        return [column for column in self.columns if not column.only_export]

    @property
    def head_html(self) -> SafeString:
        cells = (
            (f"{column.head_css} beside" if is_beside(column) else column.head_css, column.label)
            for column in self.heads
        )
        return format_html_join("", '<th scope="col" class="{}">{}</th>', cells)

    @cached_property
    def picture(self) -> Picture | None:
        own = self.report.found_lines
        return self.report.picture(own, self.total) if own else None

    @cached_property
    def figure(self) -> SafeString:
        """The picture as the page and paper show it; empty where there is none."""
        return figure(self.picture)

    @property
    def says_nothing(self) -> bool:
        """No lines, or numbers in none of them: what people need not be written about."""
        numbers = [column for column in self.columns[1:] if column.type.right and not is_beside(column)]
        if not self.lines or not numbers:
            return not self.lines
        return not any(column.value_of(line) for line in self.lines for column in numbers)

    @property
    def is_wide(self) -> bool:
        """More columns than stand on an upright sheet of paper."""
        return len(self.heads) > 8

    @property
    def is_tree(self) -> bool:
        return any(line.parent for line in self.shown)

    @cached_property
    def sentence(self) -> Any:
        own = self.report.found_lines
        return self.report.sentence(own, self.total) if own else ""


_SIGNS = {"met", "near", "missed"}
_KOPECKS = re.compile(r",\d\d(?!\d)")


def _tr(line: Line, url: str | None, cells: str) -> str:
    css = f' class="level-{min(line.level, 6)}{" sum" if line.is_sum else ""}"'
    where = (
        f' data-line="{escape(line.key)}" data-parent="{escape(line.parent)}"' if line.key != TOTAL else ""
    )
    label = escape(line.label)
    if url:
        label = format_html('<a href="{}">{}</a>', url, line.label)
    return f'<tr{css}{where}><th scope="row">{label}</th>{cells}</tr>'


def _cell(column: Column) -> Callable[[Line], str]:
    """What makes the cells of a column; what they share is made once, for a page has thousands of them."""
    css, beside = column.css, " beside" if is_beside(column) else ""
    label = escape(column.label)

    def cell(line: Line) -> str:
        html: str = _html(column.value_of(line), column)
        tone = column.tone(line) if column.tone and html else ""
        if tone in _SIGNS and column.kind == "percent":
            html = f'<span class="verdict {tone}">{html}</span>'
        url = column.link_of(line) if html else None
        if url:
            html = f'<a href="{escape(url)}">{html}</a>'
        more = (" opens" if url else "") + (f" tone-{tone}" if tone else "") + beside
        return f'<td class="{css}{more}" data-label="{label}">{html or "—"}</td>'

    return cell


def _html(value: Any, column: Column) -> SafeString:
    """The value; the kopecks of a sum stand smaller, so that a column of them is read by its roubles."""
    html = column.type.as_html(value)
    if column.kind not in ("sum", "money") or "," not in html:
        return html
    return mark_safe(_KOPECKS.sub(r'<small class="kop">\g<0></small>', html, count=1))  # noqa: S308 - of digits


def is_beside(column: Column) -> bool:
    """Whether the column is there to be compared with."""
    return column.key.endswith((_OTHER, _CHANGE))
