"""A `Table` as a file. Writers know kinds only; what people typed stays text in whatever program opens it."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from tempfile import NamedTemporaryFile
from typing import IO

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import periods, show
from core.tables.columns import Column
from core.tables.table import Table
from core.tables.workbook import MOST_ROWS, UNSEEN, Book, CellValue

# Records fetched, prepared and written at a time.
PORTION = 1_000
# What a sheet of Excel holds, less the head above the rows.
LARGEST = MOST_ROWS - 76

# The verdicts as static/css/tokens.css softly colours them in the light theme.
_FILLS = {"met": "E2F4EA", "near": "FDF1D8", "missed": "FCE8E6"}


def xlsx(table: Table, *more: Table) -> HttpResponseBase:
    """An Excel workbook: the selection in words and the moment, a frozen header with a filter, typed cells, totals.

    `more` tables are further sheets of it.
    """
    # No `with`: the response closes the file, and closing deletes it.
    file = NamedTemporaryFile(prefix="takt-", suffix=".xlsx")  # noqa: SIM115
    write_xlsx(table, file, *more)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(table, "xlsx"))


def write_xlsx(table: Table, file: IO[bytes], *more: Table) -> None:
    with Book(file) as book:
        for each in (table, *more):
            _write_sheet(book, each)


def _write_sheet(book: Book, table: Table) -> None:
    plain, bold = book.style("@"), book.style("@", bold=True)
    kinds = [column.type for column in table.columns]
    looks = [book.style(kind.number_format) for kind in kinds]
    bold_looks = [book.style(kind.number_format, bold=True) for kind in kinds]
    tones = [(index, column.tone) for index, column in enumerate(table.columns) if column.tone]
    as_cells = [kind.as_cell for kind in kinds]
    head = [*_head(table), ""]
    header = len(head) + 1
    widths = [kind.width for kind in kinds]
    sheet = book.sheet(table.title, widths=widths, frozen=(header, 1), repeated=header)
    for line, text in enumerate(head):
        sheet.append([text], [plain if line else bold])
    sheet.append([str(column.label) for column in table.columns], [bold] * len(kinds))
    for row in table.rows:
        is_sum = table.is_sum is not None and table.is_sum(row)
        styles = bold_looks if is_sum else looks
        values = [as_cell(value) for as_cell, value in zip(as_cells, row.values, strict=True)]
        if tones:
            styles = list(styles)
            for index, tone in tones:
                if values[index] is not None and (fill := _FILLS.get(tone(row.record), "")):
                    styles[index] = book.style(kinds[index].number_format, bold=is_sum, fill=fill)
        sheet.append(values, styles)
    sheet.filter(header, len(kinds))
    if table.totals:
        sheet.append(_totals(table), bold_looks)


def _totals(table: Table) -> list[CellValue]:
    values = [cell.column.type.as_cell(cell.value) for cell in table.total_cells]
    return [_("Total") if values[0] is None else values[0], *values[1:]]


def csv_file(table: Table) -> HttpResponseBase:
    """CSV as Russian Excel opens it: UTF-8 with a mark, semicolons, decimal commas. Sent as it is made."""
    response = StreamingHttpResponse(
        _csv_lines(table, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, file_name(table, "csv"))
    return response


def write_csv(table: Table, file: IO[bytes]) -> None:
    for line in _csv_lines(table, translation.get_language()):
        file.write(line.encode())


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
    text = UNSEEN.sub("", text)
    first = next((char for char in text if unicodedata.category(char)[0] not in "CZ"), "")
    return f"'{text}" if unicodedata.normalize("NFKC", first).startswith(_LIVE) else text


def _head(table: Table) -> list[str]:
    return [table.title, *table.caption, f"{show.day(table.moment)}, {show.clock_time(table.moment)}"]


def file_name(table: Table, extension: str) -> str:
    title = re.sub(r"[^\w -]", " ", table.title).strip()
    return f"{title} {periods.day_of(table.moment).isoformat()}.{extension}"


# By the form that an address names: as an answer, and into a file that is open.
WRITERS: dict[str, Callable[[Table], HttpResponseBase]] = {"xlsx": xlsx, "csv": csv_file}
INTO_FILE: dict[str, Callable[[Table, IO[bytes]], None]] = {"xlsx": write_xlsx, "csv": write_csv}
