"""Text files with delimiters (.csv, .tsv, .txt), as programs of different times write them."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from core.imports.limits import Limits
from core.imports.sandbox.refusal import Refused
from core.imports.sandbox.spool import Row, SpoolWriter

_SAMPLE = 64 * 1024
_CHUNK = 1 << 20
_DELIMITERS = ";,\t|"
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 12, 13, 26, 27))


def read_delimited(path: str, name: str, spool: SpoolWriter, limits: Limits) -> None:
    """Writes the file to the spool as one sheet of this name; all its cells are texts. Raises `Refused`."""
    encoding = guess_encoding(path)
    csv.field_size_limit(limits.cell)
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE)
        delimiter, named = guess_delimiter(sample)
        file.seek(0)
        if named:
            file.readline()
        spool.sheet(name, _rows(csv.reader(file, delimiter=delimiter), limits, first=2 if named else 1))


def _rows(reader: Iterator[list[str]], limits: Limits, *, first: int) -> Iterator[Row]:
    number = first
    try:
        for number, cells in enumerate(reader, first):
            if any(cells):
                if number > limits.rows:
                    raise Refused("rows", rows=limits.rows)
                if len(cells) > limits.columns and any(cells[limits.columns :]):
                    raise Refused("columns", row=number, columns=limits.columns)
                yield number, list(cells[: limits.columns])
    except csv.Error as error:
        raise Refused("quotes", row=number) from error


def guess_encoding(path: str) -> str:
    """UTF-8, UTF-16 with a mark or without, else Windows-1251. Raises `Refused` for what is no text at all."""
    with open(path, "rb") as file:
        sample = file.read(_SAMPLE)
        if sample.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if unmarked := _unmarked_utf16(sample):
            return unmarked
        if sample.translate(None, _CONTROL) != sample:
            raise Refused("not_table")
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(sample)
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8"


def _unmarked_utf16(sample: bytes) -> str:
    """Of Russian and English texts in UTF-16 one byte of each pair is 0 or 4, nearly always."""
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if sum(high.count(page) for page in (b"\x00", b"\x04", b"\x20")) > 0.95 * len(high):
            return encoding
    return ""


def guess_delimiter(sample: str) -> tuple[str, bool]:
    """The delimiter that cuts the most rows into one and the same number of cells; and whether the file's first line
    names it («sep=;», as Excel understands it)."""
    start = sample.lstrip("\ufeff")
    if start[:4].lower() == "sep=" and start[4:5] in _DELIMITERS and start[5:6] in ("\r", "\n"):
        return start[4], True
    lines = sample.splitlines(keepends=True)
    if len(lines) > 1 and len(sample) >= _SAMPLE:
        lines.pop()  # cut in the middle
    best, best_score = ";", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in islice(csv.reader(lines, delimiter=delimiter), 200) if row)
        except csv.Error:
            continue
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        score = rows / max(1, widths.total()) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best, False
