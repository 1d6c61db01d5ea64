"""A `Table` as a file. Writers know kinds only; what people typed stays text in whatever program opens it."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from core import periods, show
from core.tables.columns import Column
from core.tables.kinds import CellValue
from core.tables.table import Table

# Records fetched, prepared and written at a time.
PORTION = 1_000
# More rows than this take a web request too long.
LARGEST = 100_000

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONGEST_CELL = 32_767  # Excel's limit
_BOLD = Font(bold=True)
# The verdicts as static/css/tokens.css softly colours them in the light theme.
_FILLS = {
    tone: PatternFill("solid", start_color=colour)
    for tone, colour in (("met", "E2F4EA"), ("near", "FDF1D8"), ("missed", "FCE8E6"))
}


def xlsx(table: Table, *more: Table) -> HttpResponseBase:
    """An Excel workbook: the selection in words and the moment, a frozen header with a filter, typed cells, totals.

    `more` tables are further sheets of it.
    """
    # No `with`: the response closes the file, and closing deletes it.
    file = NamedTemporaryFile(prefix="takt-", suffix=".xlsx")  # noqa: SIM115
    write_xlsx(table, file, *more)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_file_name(table, "xlsx"))


def write_xlsx(table: Table, file: IO[bytes], *more: Table) -> None:
    book = Workbook(write_only=True)
    for each in (table, *more):
        _write_sheet(book, each)
    book.save(file)


def _write_sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", table.title)[:31] or "1")
    head = [*_head(table), ""]
    header = len(head) + 1
    sheet.freeze_panes = f"B{header + 1}"
    sheet.print_title_rows = f"{header}:{header}"
    for index, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.type.width
    for line, text in enumerate(head):
        sheet.append([text_cell(sheet, text, bold=line == 0)])
    sheet.append([text_cell(sheet, str(column.label), bold=True) for column in table.columns])
    kinds = [column.type for column in table.columns]
    tones = [(index, column.tone) for index, column in enumerate(table.columns) if column.tone]
    last = header
    for last, row in enumerate(table.rows, header + 1):  # noqa: B007
        bold = table.is_sum is not None and table.is_sum(row)
        cells = [
            _cell(sheet, kind.as_cell(value), kind.number_format, bold=bold)
            for kind, value in zip(kinds, row.values, strict=True)
        ]
        for index, tone in tones:
            if cells[index] is not None and (fill := _FILLS.get(tone(row.record))):
                cells[index].fill = fill
        sheet.append(cells)
    sheet.auto_filter.ref = f"A{header}:{get_column_letter(len(table.columns))}{last}"
    if table.totals:
        sheet.append([_cell(sheet, value, kind, bold=True) for value, kind in _totals(table)])


def _cell(sheet: Any, value: Any, number_format: str, *, bold: bool = False) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return text_cell(sheet, value, bold=bold)
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    if bold:
        cell.font = _BOLD
    return cell


def text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A cell that is text by its type and by its format: no beginning makes it a formula, not even after an edit."""
    cell = WriteOnlyCell(sheet, _UNSEEN.sub("", text)[:_LONGEST_CELL])
    cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = _BOLD
    return cell


def _totals(table: Table) -> Iterator[tuple[CellValue, str]]:
    for index, cell in enumerate(table.total_cells):
        value = cell.column.type.as_cell(cell.value)
        yield (_("Total") if index == 0 and value is None else value), cell.column.type.number_format


def csv_file(table: Table) -> HttpResponseBase:
    """CSV as Russian Excel opens it: UTF-8 with a mark, semicolons, decimal commas. Sent as it is made."""
    response = StreamingHttpResponse(
        _csv_lines(table, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, _file_name(table, "csv"))
    return response


def _csv_lines(table: Table, language: str | None) -> Iterator[str]:
    """The lines; the request is over when they are read, so the language is put back for every portion."""
    writer = csv.writer(_Echo(), delimiter=";")
    kinds = [column.type for column in table.columns]
    rows = iter(table.rows)
    yield "\ufeff" + writer.writerow([neutral(str(column.label)) for column in table.columns])
    while True:
        with translation.override(language):
            row = next(rows, None)
            if row is None:
                return
            values = [kind.as_cell(value) for kind, value in zip(kinds, row.values, strict=True)]
        yield writer.writerow(
            [_csv_value(column, value) for column, value in zip(table.columns, values, strict=True)]
        )


class _Echo:
    """A file that gives back what is written to it: `writerow` returns the line."""

    def write(self, line: str) -> str:
        return line


def _csv_value(column: Column, value: CellValue) -> str:
    match value:
        case None:
            return ""
        case str():
            return neutral(value)
        case dt.datetime():
            return value.strftime("%d.%m.%Y %H:%M")
        case dt.date():
            return value.strftime("%d.%m.%Y")
        case float() if column.kind == "percent":
            return f"{value * 100:.1f}%".replace(".", ",")
        case Decimal() | float():
            return f"{value:f}".replace(".", ",")
    return str(value)


_LIVE = ("=", "+", "-", "−", "@", "|", "%")


def neutral(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: an apostrophe before what would begin one.

    What a program sees first may hide behind blanks, control and other unseen characters, or be the wide form of a
    sign: such are looked through.
    """
    text = _UNSEEN.sub("", text)
    first = next((char for char in text if unicodedata.category(char)[0] not in "CZ"), "")
    return f"'{text}" if unicodedata.normalize("NFKC", first).startswith(_LIVE) else text


def _head(table: Table) -> list[str]:
    return [table.title, *table.caption, f"{show.day(table.moment)}, {show.clock_time(table.moment)}"]


def _file_name(table: Table, extension: str) -> str:
    title = re.sub(r"[^\w -]", " ", table.title).strip()
    return f"{title} {periods.day_of(table.moment).isoformat()}.{extension}"


WRITERS: dict[str, Callable[[Table], HttpResponseBase]] = {"xlsx": xlsx, "csv": csv_file}
