"""A list with its values taken out: what the page, the files and later the print are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.tables.columns import Column


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in its column, with the address it leads to."""

    column: Column
    value: Any
    url: str | None = None
    is_primary: bool = False

    @property
    def css(self) -> str:
        """The cell's classes, of the words that static/css/list.css knows."""
        return self.column.css + " primary" if self.is_primary else self.column.css

    @property
    def label(self) -> str:
        """The column's name, where the value does not say by itself what it is and no header is in sight."""
        return str(self.column.label) if self.column.type.named and not self.is_primary else ""

    @property
    def html(self) -> SafeString:
        html = self.column.type.as_html(self.value)
        if not self.url or not html:
            return html
        link = '<a href="{}" data-dialog>{}</a>' if self.column.in_dialog else '<a href="{}">{}</a>'
        return format_html(link, self.url, html)

    @property
    def words(self) -> str:
        return self.column.type.as_words(self.value)


@dataclass(frozen=True, slots=True)
class Row:
    record: Any
    values: tuple[Any, ...]
    columns: Sequence[Column]
    primary: Column | None = None
    url: str | None = None

    @property
    def cells(self) -> Iterator[Cell]:
        for column, value in zip(self.columns, self.values, strict=True):
            is_primary = column is self.primary
            url = column.link_of(self.record) or (self.url if is_primary else None)
            yield Cell(column, value, url, is_primary)

    @property
    def html(self) -> SafeString:
        """The cells as the page shows them; a template would take longer for fifty rows than the database for all."""
        return mark_safe("".join(_td(cell) for cell in self.cells))  # noqa: S308 - of safe pieces


def _td(cell: Cell) -> str:
    label = cell.label
    said = f' data-label="{escape(label)}"' if label else ""
    return f'<td class="{cell.css}"{said}>{cell.html}</td>'


@dataclass(frozen=True)
class Table:
    """Columns, typed rows (any iterable, taken once), totals by column key, the selection in words, the moment."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    moment: dt.datetime
    caption: Sequence[str] = ()
    totals: Mapping[str, Any] = field(default_factory=dict)
    # Rows that are sums of others: bold in a workbook.
    is_sum: Callable[[Row], bool] | None = None

    @property
    def total_cells(self) -> list[Cell]:
        """The totals under their columns; empty if nothing is added up."""
        if not self.totals:
            return []
        return [Cell(column, self.totals.get(column.key)) for column in self.columns]
