"""Excel workbooks (.xlsx, .xlsm without its macros).

calamine is fast, but makes a full rectangle up to the last cell: one cell in the last corner of a 5 KB workbook asks
for half a terabyte. So the archive is looked through first, as a stream: sizes, passwords, entities, far cells.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from core.imports.limits import Limits
from core.imports.sandbox.refusal import Refused
from core.imports.sandbox.spool import Row, SpoolWriter

_CHUNK = 1 << 20
_OVERLAP = 1 << 10
_ENCRYPTED = 0x1
# Cells that may lie beyond the limits, cheaply told from the many that cannot: six digits of a row, two letters of a
# column. Blank cells that only bear a colour do not count; people's sheets are coloured down to the last row.
_FAR = re.compile(rb"""r=["']([A-Z]{0,3}[0-9]{6,}|[A-Z]{2,3}[0-9]+)["'][^>]*[^>/]>(?!</)""")
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")


def read_workbook(path: str, spool: SpoolWriter, limits: Limits) -> None:
    """Writes the workbook's sheets to the spool. Raises `Refused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            _look_through(archive, limits)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error) as error:
        raise Refused("broken") from error
    try:
        with open(path, "rb") as file:
            book = load_workbook(file)
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    hidden = sheet.visible != SheetVisibleEnum.Visible
                    spool.sheet(sheet.name, _rows(book.get_sheet_by_name(sheet.name), limits), hidden=hidden)
    except CalamineError as error:
        raise Refused("broken") from error


def _rows(sheet: Any, limits: Limits) -> Iterator[Row]:
    if sheet.start is None:
        return
    left = sheet.start[1]
    last_row, last_column = sheet.end
    if last_row >= limits.rows or last_column >= limits.columns:
        raise Refused("far_cell", cell=f"{_letters(last_column)}{last_row + 1}")
    margin = [None] * left
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, margin + cells if margin else cells


def _look_through(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refused("password")
    if "xl/workbook.bin" in names:
        raise Refused("xlsb")
    if "xl/workbook.xml" not in names:
        raise Refused("not_workbook")
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked:
        raise Refused("unpacked")
    for part in parts:
        name = part.filename.lower()
        if name.startswith("xl/") and name.endswith((".xml", ".rels")) and "/media/" not in name:
            with archive.open(part) as stream:
                _look_at_part(stream, limits if name.startswith("xl/worksheets/") else None)


def _look_at_part(stream: IO[bytes], limits: Limits | None) -> None:
    """Reads a part to its end, where a false size or checksum is found; of a sheet looks at the cells."""
    tail = b""
    while chunk := stream.read(_CHUNK):
        chunk = tail + chunk
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise Refused("entities")
        if limits:
            for match in _FAR.finditer(chunk):
                _check_reference(match.group(1).decode(), limits)
        tail = chunk[-_OVERLAP:]


def _check_reference(reference: str, limits: Limits) -> None:
    match = _REFERENCE.fullmatch(reference)
    if match and (_column(match[1]) > limits.columns or int(match[2]) > limits.rows):
        raise Refused("far_cell", cell=reference)


def _column(letters: str) -> int:
    """1 of "A", 27 of "AA"."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(index: int) -> str:
    """ "A" of 0, "AA" of 26."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
