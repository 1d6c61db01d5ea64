"""A list with its values taken out: what the page, the files and later the print are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.tables.columns import Column


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in its column, with the address it leads to."""

    column: Column
    value: Any
    url: str | None = None

    @property
    def html(self) -> SafeString:
        html = self.column.type.as_html(self.value)
        return format_html('<a href="{}">{}</a>', self.url, html) if self.url and html else html

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
            url = column.link_of(self.record)
            if url is None and column is self.primary:
                url = self.url
            yield Cell(column, value, url)


@dataclass(frozen=True)
class Table:
    """Columns, typed rows (any iterable, taken once), totals by column key, the selection in words, the moment."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    moment: dt.datetime
    caption: Sequence[str] = ()
    totals: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total_cells(self) -> list[Cell]:
        """The totals under their columns; empty if nothing is added up."""
        if not self.totals:
            return []
        return [Cell(column, self.totals.get(column.key)) for column in self.columns]
