"""Workbooks as Excel opens them (.xlsx), written row by row by XlsxWriter: a million rows need no more memory than ten.

    with Book(file) as book:
        bold = book.style(bold=True)
        sheet = book.sheet("Clients", widths=[32, 18], frozen=(1, 1))
        sheet.append(["Name", "Sum"], [bold, bold])

What stands here is what our files want of every cell: a text is a text, whatever it looks like, and a value that Excel
has no number for is words or nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any, NamedTuple

from xlsxwriter import Workbook

# What a cell may hold. Moments come without a zone there: spreadsheets know none.
CellValue = str | int | float | Decimal | dt.date | dt.datetime | None

# What a sheet can hold.
MOST_ROWS = 1_048_576
# What nobody sees, and what XML cannot hold.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_TITLE = 31
# Excel has a 29 February 1900, so what is earlier stays words.
_FIRST_DAY = dt.date(1900, 3, 1)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "use_zip64": True,
}


class Look(NamedTuple):
    """A look twice: with its number format and, next to it, as a text wears it."""

    of_values: Any
    of_texts: Any


class Book:
    """A workbook on its way into a file open for writing; whole once its block is left without an error."""

    def __init__(self, file: IO[bytes]) -> None:
        # Rows wait for their end beside the file, where there is room for it; a temporary directory may be memory.
        folder, name = os.path.split(file.name if isinstance(getattr(file, "name", None), str) else "")
        self._rows = TemporaryDirectory(prefix=f"{name or 'takt'}-", dir=folder or None)
        self._book = Workbook(file, {**_OPTIONS, "tmpdir": self._rows.name})
        self._looks: dict[tuple[str, bool, str], Look] = {}
        self._titles: set[str] = set()

    def style(self, number_format: str = "General", *, bold: bool = False, fill: str = "") -> Look:
        """A look for `Sheet.append`; `fill` is a colour as RRGGBB. Texts in it have the format of texts, so that no
        beginning makes a formula of one even after an edit."""
        wanted = number_format, bold, fill
        if wanted not in self._looks:
            worn = {"bold": bold} | ({"bg_color": f"#{fill}"} if fill else {})
            values, texts = (
                self._book.add_format({"num_format": each, **worn}) for each in (number_format, "@")
            )
            self._looks[wanted] = Look(values, texts)
        return self._looks[wanted]

    def sheet(
        self, title: str, *, widths: Sequence[float] = (), frozen: tuple[int, int] = (0, 0), repeated: int = 0
    ) -> Sheet:
        """A further sheet, after which the ones before it take no more rows.

        `widths` in characters; `frozen`: so many rows and columns stand still; `repeated`: the row that heads every
        page on paper.
        """
        sheet = self._book.add_worksheet(self._free(title))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(*frozen)
        if repeated:
            sheet.repeat_rows(repeated - 1)
        return Sheet(sheet)

    def _free(self, title: str) -> str:
        """The title as Excel takes it: 31 characters, none of those it forbids, no other sheet's."""
        title = _cut(_NOT_IN_TITLES.sub(" ", UNSEEN.sub("", title)), _LONGEST_TITLE).strip(" '") or "1"
        found, number = title, 1
        while found.casefold() in self._titles:
            number += 1
            found = f"{_cut(title, _LONGEST_TITLE - 1 - len(str(number)))} {number}"
        self._titles.add(found.casefold())
        return found

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._rows:
            if kind is None:
                self._book.close()


class Sheet:
    """One sheet, filled from the top."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.rows = 0

    def append(self, values: Sequence[CellValue], looks: Sequence[Look]) -> None:
        """The next row; None leaves its cell empty."""
        row, self.rows = self.rows, self.rows + 1
        if self.rows > MOST_ROWS:
            raise ValueError(f"A sheet holds {MOST_ROWS} rows at most.")
        for column, (value, look) in enumerate(zip(values, looks, strict=False)):
            match value:
                case str():
                    self._write_text(row, column, value, look.of_texts)
                case int() | float() | Decimal():
                    if isfinite(value):
                        self._sheet.write_number(row, column, value, look.of_values)
                case dt.datetime() if value.date() < _FIRST_DAY:
                    self._write_text(row, column, value.isoformat(" ", "minutes"), look.of_texts)
                case dt.date() if not isinstance(value, dt.datetime) and value < _FIRST_DAY:
                    self._write_text(row, column, value.isoformat(), look.of_texts)
                case dt.date():
                    self._sheet.write_datetime(row, column, value, look.of_values)

    def _write_text(self, row: int, column: int, text: str, look: Any) -> None:
        text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take it for a piece of the file itself.
            self._sheet.write_rich_string(row, column, text[0], look, text[1:], look)
        elif text:
            self._sheet.write_string(row, column, text, look)

    def filter(self, header: int, columns: int) -> None:
        """Puts a filter over the rows from `header` to the last one so far."""
        self._sheet.autofilter(header - 1, 0, max(self.rows, header) - 1, columns - 1)


def _cut(text: str, length: int) -> str:
    """So much of the text, as Excel counts characters: one beyond the first 65,536 is two."""
    return text.encode("utf-16-le")[: length * 2].decode("utf-16-le", "ignore")
