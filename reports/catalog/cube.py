"""The sales cube: the reader chooses what is measured, what stands in rows and in columns (R13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.places import Text
from core.tables.columns import Column
from reports.asking import Switch
from reports.dimensions import DIMENSIONS, Dimension, Key, choices, source_keys
from reports.facts import SHIPMENTS, SOLD, Fact, Measure
from reports.facts.base import narrowed
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, place_of

# More values than these make columns nobody reads: the smaller ones stand together.
MOST_COLUMNS = 13
_ALL, _OTHERS, _NONE = "all", "others", "none"
_MEASURES: dict[str, Measure] = {**SOLD.measures, "shipments": SHIPMENTS.measures["shipments"]}
_DRAWN = 12


class SalesCube(Report):
    code, title, section = "cube", gettext_lazy("Sales cube"), Section.SALES
    about = gettext_lazy(
        "Shipments of the period less returns, by whatever stands in the rows and columns. The number of each row and"
        " column opens its records. The number of shipments has no rows of products: one shipment holds several."
    )
    roles = SELLERS
    icon = "box"
    period = "this-year"
    narrowings = ("team", "manager", "group", "region", "source", "segment", "funnel")
    switches: ClassVar[Sequence[Switch]] = (
        Switch("measure", gettext_lazy("Measure"), {key: each.label for key, each in _MEASURES.items()}),
        Switch("rows", gettext_lazy("In the rows"), choices()),
        Switch("columns", gettext_lazy("Columns"), {"": gettext_lazy("No columns"), **choices()}),
    )
    compared = (_ALL,)

    # --- what is asked ---

    @property
    def measure(self) -> Measure:
        return _MEASURES[self.asked.switches["measure"]]

    @cached_property
    def fact(self) -> Fact:
        """Documents are counted as documents; all else by their lines."""
        return SHIPMENTS if self.measure.key == "shipments" else SOLD

    @cached_property
    def rows(self) -> Dimension:
        return self._known(self.asked.switches["rows"]) or DIMENSIONS["manager"]

    @cached_property
    def across(self) -> Dimension | None:
        found = self._known(self.asked.switches["columns"])
        return None if found is self.rows else found

    def _known(self, key: str) -> Dimension | None:
        """The dimension, if the fact can be asked by it."""
        found = DIMENSIONS.get(key)
        return found if found is not None and found.asked_by in self.fact.paths else None

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return self.rows.label

    # --- numbers ---

    @cached_property
    def _sums(self) -> dict[tuple[Key, ...], Any]:
        """{(key of the rows' question, of the columns' one): number} as the facts say."""
        asked = [each for each in (self.rows, self.across) if each is not None]
        by = list(dict.fromkeys(each.asked_by for each in asked))
        narrow = set(self.asked.narrow) - set(self.fact.paths)
        if narrow:  # documents know no product group: then there is nothing to say
            return {}
        sums = self.fact.sums(self.asked, by, [self.measure.key])
        places = [by.index(each.asked_by) for each in asked]
        return {
            tuple(key[place] for place in places): values[self.measure.key]
            for key, values in sums.items()
            if values[self.measure.key] is not None
        }

    @cached_property
    def _cells(self) -> dict[Key, dict[Key, Any]]:
        """{key of the row: {key of the column: number}}."""
        rows = self._folded(self.rows, {key[0] for key in self._sums})
        columns = self._folded(self.across, {key[-1] for key in self._sums}) if self.across else {}
        found: dict[Key, dict[Key, Any]] = defaultdict(dict)
        for key, value in self._sums.items():
            row, column = rows.get(key[0]), columns.get(key[-1]) if self.across else _ALL
            known = found[row].get(column)
            found[row][column] = value if known is None else known + value
        return found

    @staticmethod
    def _folded(dimension: Dimension | None, keys: set[Key]) -> Mapping[Key, Key]:
        if dimension is None or dimension.fold is None:
            return {key: key for key in keys}
        return dimension.fold(keys)

    @cached_property
    def _columns(self) -> list[tuple[str, Key, str]]:
        """(key of the column, key of the dimension, words); the greatest ones, time in its order."""
        if self.across is None:
            return []
        sums: dict[Key, Any] = {}
        for cells in self._cells.values():
            for key, value in cells.items():
                sums[key] = sums.get(key, 0) + value
        names = self.across.names(set(sums))
        known = [key for key in names if key in sums]
        if not self.across.is_time:
            known.sort(key=lambda key: -sums[key])
        kept = known[:MOST_COLUMNS] if len(known) > MOST_COLUMNS and not self.across.is_time else known
        found = [(f"c{number}", key, names[key]) for number, key in enumerate(kept)]
        if set(sums) - set(known):
            found.append((_NONE, None, _("Not said")))
        if len(kept) < len(known):
            found.append((_OTHERS, None, _("Others")))
        return found

    def columns(self) -> Sequence[Column]:
        kind = self.measure.kind
        found = [Column(key, words, kind) for key, _key, words in self._columns]
        whole = Column(_ALL, _("Total") if found else self.measure.label, kind)
        share = Column("share", _("Share"), "percent")
        return [*found, whole, share]

    def lines(self) -> list[Line]:
        cells = self._cells
        names = self.rows.names(set(cells))
        keys = [key for key in names if key in cells]
        if not self.rows.is_time:
            keys.sort(key=lambda key: -sum(cells[key].values()))
        whole = sum(value for each in cells.values() for value in each.values()) if cells else 0
        unit = self.rows.unit
        lines = [
            Line(
                f"k{key}",
                names[key],
                self._values(cells[key], whole),
                place=place_of(unit, self.asked.first, key) if unit else "",
            )
            for key in keys
        ]
        without: dict[Key, Any] = {}
        for key in set(cells) - set(keys):
            for column, value in cells[key].items():
                without[column] = without.get(column, 0) + value
        if without:
            lines.append(Line(_NONE, _("Not said"), self._values(without, whole)))
        return lines

    def _values(self, cells: Mapping[Key, Any], whole: Any) -> dict[str, Any]:
        sum_ = sum(list(cells.values())[1:], next(iter(cells.values())))
        values: dict[str, Any] = {_ALL: sum_, "share": sum_ / whole if whole else None}
        shown = {key for name, key, _words in self._columns if name not in (_OTHERS, _NONE)}
        names = self.across.names(set(cells)) if self.across else {}
        for name, key, _words in self._columns:
            if name == _OTHERS:
                parts = [value for each, value in cells.items() if each in names and each not in shown]
            elif name == _NONE:
                parts = [value for each, value in cells.items() if each not in names]
            else:
                parts = [cells[key]] if key in cells else []
            values[name] = sum(parts[1:], parts[0]) if parts else None
        return values

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        if not lines:
            return {}
        together: dict[Key, Any] = {}
        for cells in self._cells.values():
            for key, value in cells.items():
                together[key] = together.get(key, 0) + value
        return self._values(together, sum(together.values()))

    # --- the records behind ---

    def opens(self, line: Line, column: Column) -> bool:
        return column.key != "share" and column.key != _OTHERS and _NONE not in (line.key, column.key)

    def records(self, line: str, column: str) -> Found | None:
        rows = self.fact.records(self.asked)
        if line != TOTAL:
            key = {f"k{each}": each for each in self._cells}[line]
            rows = self._of(rows, self.rows, key, [each[0] for each in self._sums])
        if column != _ALL:
            key = next(each for name, each, _words in self._columns if name == column)
            assert self.across is not None
            rows = self._of(rows, self.across, key, [each[-1] for each in self._sums])
        if self.measure.key == "shipments":
            rows = rows.filter(kind="shipment")
        return Found(rows, self.measure.value)

    def _of(self, rows: Any, dimension: Dimension, key: Key, known: Sequence[Key]) -> Any:
        keys = source_keys(dimension, key, list(dict.fromkeys(known)))
        return narrowed(rows, self.fact.paths, {dimension.asked_by: keys})

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        if not self.measure.adds_up:
            return None
        drawn = lines if self.rows.is_time else lines[:_DRAWN]
        unit = "₽" if self.measure.kind == "sum" else ""
        if self.across is not None and len(self._columns) <= 4 and self.rows.is_time:
            series = [
                Series(words, [line.values.get(name) for line in drawn], "stacked")
                for name, _key, words in self._columns
            ]
        else:
            series = [Series(self.measure.label, [line.values.get(_ALL) for line in drawn])]
        return Picture(
            "axes" if self.rows.is_time else "bars",
            self.title,
            [line.label for line in drawn],
            series,
            unit=unit,
        )
