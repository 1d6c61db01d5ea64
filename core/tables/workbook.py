"""Workbooks as Excel opens them (.xlsx), written row by row: a million rows need no more memory than ten.

    with Book(file) as book:
        bold = book.style(bold=True)
        with book.sheet("Clients", widths=[32, 18], frozen=(1, 1)) as sheet:
            sheet.append(["Name", "Sum"], [bold, bold])

Only what our files need of the format (ECMA-376) is here: typed cells with a number format, bold and a fill, column
widths, a frozen head that is repeated on paper, a filter. A text is a text: nothing written here becomes a formula.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isfinite
from types import TracebackType
from typing import IO, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

# What a cell may hold. Moments come without a zone there: spreadsheets know none.
CellValue = str | int | float | Decimal | dt.date | dt.datetime | None

# What a sheet and a cell can hold.
MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
# What nobody sees, and what XML cannot hold.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_LEVEL = 3  # the usual one packs a twentieth tighter and takes half as long again
_ROWS_AT_ONCE = 250
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Excel takes `_x0041_` in a text for the letter of that number.
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Days are counted from here. Excel has a 29 February 1900, so what is earlier stays words.
_DAY_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_DAY = dt.date(1900, 3, 1).toordinal() - _DAY_ZERO
# Formats that have a number of their own; others are numbered from 164 on.
_KNOWN_FORMATS = {"General": 0, "0": 1, "#,##0": 3, "#,##0.00": 4, "@": 49}
_FIRST_FORMAT = 164


class Look(NamedTuple):
    number_format: str
    bold: bool
    fill: str


class Book:
    """A workbook on its way into a file open for writing; whole once its block is left without an error."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL)
        self._looks: dict[Look, int] = {}
        self._sheets: list[Sheet] = []
        self.style()

    def style(self, number_format: str = "General", *, bold: bool = False, fill: str = "") -> int:
        """The number of a look, for `Sheet.append`; `fill` is a colour as RRGGBB. Texts in it have the format of texts,
        so that no beginning makes a formula of one even after an edit."""
        return self._looks.setdefault(Look(number_format, bold, fill), len(self._looks) * 2)

    def sheet(
        self, title: str, *, widths: Sequence[float] = (), frozen: tuple[int, int] = (0, 0), repeated: int = 0
    ) -> Sheet:
        """A further sheet, open until its block is left; then the next one may begin.

        `widths` in characters; `frozen`: so many rows and columns stand still; `repeated`: the row that heads every
        page on paper.
        """
        sheet = Sheet(self._zip, len(self._sheets), self._free(title), widths, frozen, repeated)
        self._sheets.append(sheet)
        return sheet

    def _free(self, title: str) -> str:
        """The title as Excel takes it: 31 characters, none of those it forbids, no other sheet's."""
        title = _NOT_IN_TITLES.sub(" ", UNSEEN.sub("", title))[:31].strip(" '") or "1"
        taken = {sheet.title.casefold() for sheet in self._sheets}
        found, number = title, 1
        while found.casefold() in taken:
            number += 1
            found = f"{title[: 30 - len(str(number))]} {number}"
        return found

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            if not self._sheets:
                with self.sheet("1"):
                    pass
            for name, text in self._parts():
                self._zip.writestr(name, _XML + text)
        self._zip.close()

    def _parts(self) -> Iterator[tuple[str, str]]:
        """Everything but the sheets, which stand in the file already."""
        numbers = range(1, len(self._sheets) + 1)
        yield (
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><bookViews><workbookView/></bookViews><sheets>'
            + "".join(
                f'<sheet name={quoteattr(sheet.title)} sheetId="{number}" r:id="rId{number}"/>'
                for number, sheet in zip(numbers, self._sheets, strict=True)
            )
            + f"</sheets>{self._names()}</workbook>",
        )
        yield "xl/styles.xml", _styles(self._looks)
        links = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
        yield "xl/_rels/workbook.xml.rels", _relations([*links, ("styles", "styles.xml")])
        yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
        types = {f"worksheets/sheet{number}": "worksheet" for number in numbers}
        types |= {"workbook": "sheet.main", "styles": "styles"}
        yield (
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + "".join(
                f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
                for name, kind in types.items()
            )
            + "</Types>",
        )

    def _names(self) -> str:
        """What Excel keeps under names of its own: where a filter is, which row every page of paper begins with."""
        found = []
        for sheet in self._sheets:
            place = "'{}'!".format(escape(sheet.title).replace("'", "''"))
            if sheet.filtered:
                first, last = ("$" + re.sub(r"(\d+)", r"$\1", end) for end in sheet.filtered.split(":"))
                name = f'name="_xlnm._FilterDatabase" localSheetId="{sheet.index}" hidden="1"'
                found.append(f"<definedName {name}>{place}{first}:{last}</definedName>")
            if sheet.repeated:
                name = f'name="_xlnm.Print_Titles" localSheetId="{sheet.index}"'
                found.append(f"<definedName {name}>{place}${sheet.repeated}:${sheet.repeated}</definedName>")
        return f"<definedNames>{''.join(found)}</definedNames>" if found else ""


class Sheet:
    """One sheet, between the entering and the leaving of its block."""

    def __init__(
        self,
        archive: ZipFile,
        index: int,
        title: str,
        widths: Sequence[float],
        frozen: tuple[int, int],
        repeated: int,
    ) -> None:
        self.index = index
        self.title = title
        self.repeated = repeated
        self.rows = 0
        self.filtered = ""
        self._zip = archive
        self._head = _head_of_sheet(index, widths, frozen)
        self._letters: list[str] = []
        self._lines: list[str] = []

    def __enter__(self) -> Sheet:
        self._part = self._zip.open(f"xl/worksheets/sheet{self.index + 1}.xml", "w")
        self._lines.append(self._head)
        return self

    def append(self, values: Sequence[CellValue], styles: Sequence[int]) -> None:
        """The next row; None leaves its cell empty."""
        self.rows += 1
        row = self.rows
        if row > MOST_ROWS:
            raise ValueError(f"A sheet holds {MOST_ROWS} rows at most.")
        while len(self._letters) < len(values):
            self._letters.append(letters(len(self._letters) + 1))
        line = [f'<row r="{row}">']
        for letter, value, style in zip(self._letters, values, styles, strict=False):
            if value is None:
                continue
            kind = type(value)
            if kind is int or kind is Decimal:
                line.append(f'<c r="{letter}{row}" s="{style}"><v>{value}</v></c>')
                continue
            cell = value if isinstance(value, str) else _number(value)
            if isinstance(cell, str):
                cell = _text(cell)
                if cell:
                    keep = ' xml:space="preserve"' if cell[0] <= " " or cell[-1] <= " " else ""
                    line.append(
                        f'<c r="{letter}{row}" s="{style | 1}" t="inlineStr"><is><t{keep}>{cell}</t></is></c>'
                    )
            else:
                line.append(f'<c r="{letter}{row}" s="{style}"><v>{cell}</v></c>')
        line.append("</row>")
        self._lines.append("".join(line))
        if len(self._lines) >= _ROWS_AT_ONCE:
            self._write()

    def filter(self, header: int, columns: int) -> None:
        """Puts a filter over the rows from `header` to the last one so far."""
        self.filtered = f"A{header}:{letters(columns)}{max(self.rows, header)}"

    def _write(self) -> None:
        self._part.write("".join(self._lines).encode())
        self._lines.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        filtered = f'<autoFilter ref="{self.filtered}"/>' if self.filtered else ""
        self._lines.append(f"</sheetData>{filtered}</worksheet>")
        self._write()
        self._part.close()


def letters(number: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _text(text: str) -> str:
    """The text as XML holds it."""
    text = text[:LONGEST_TEXT]
    if "_x" in text:
        text = _CODED.sub("_x005F_", text)
    return escape(UNSEEN.sub("", text)) if _SPECIAL.search(text) else text


def _number(value: int | float | Decimal | dt.date) -> int | float | Decimal | str:
    """The number that a value is to a spreadsheet; words for what it has no number for."""
    if isinstance(value, float):
        return value if isfinite(value) else ""
    if not isinstance(value, dt.date):
        return value
    day = value.toordinal() - _DAY_ZERO
    if isinstance(value, dt.datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return day + seconds / 86_400 if day >= _FIRST_DAY else value.isoformat(" ", "minutes")
    return day if day >= _FIRST_DAY else value.isoformat()


def _head_of_sheet(index: int, widths: Sequence[float], frozen: tuple[int, int]) -> str:
    rows, columns = frozen
    pane = ""
    if rows or columns:
        place = ("bottom" if rows else "top") + ("Right" if columns else "Left")
        splits = (f' xSplit="{columns}"' if columns else "") + (f' ySplit="{rows}"' if rows else "")
        first = f"{letters(columns + 1)}{rows + 1}"
        pane = f'<pane{splits} topLeftCell="{first}" activePane="{place}" state="frozen"/><selection pane="{place}"/>'
    selected = "" if index else ' tabSelected="1"'
    wide = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{selected} workbookViewId="0">{pane}</sheetView>'
        f"</sheetViews>{f'<cols>{wide}</cols>' if wide else ''}<sheetData>"
    )


def _styles(looks: dict[Look, int]) -> str:
    """Each look twice: with its number format and, next to it, as a text wears it."""
    named = dict.fromkeys(look.number_format for look in looks)
    formats = {name: _FIRST_FORMAT + number for number, name in enumerate(named)} | _KNOWN_FORMATS
    fills = {
        fill: number for number, fill in enumerate(dict.fromkeys(look.fill for look in looks if look.fill), 2)
    }
    own = [(number, name) for name, number in formats.items() if number >= _FIRST_FORMAT]
    parts = [
        ("numFmts", [f'<numFmt numFmtId="{number}" formatCode={quoteattr(name)}/>' for number, name in own]),
        (
            "fonts",
            [
                f'<font>{bold}<sz val="11"/><name val="Calibri"/><family val="2"/></font>'
                for bold in ("", "<b/>")
            ],
        ),
        (
            "fills",
            [
                *(f'<fill><patternFill patternType="{name}"/></fill>' for name in ("none", "gray125")),
                *(
                    f'<fill><patternFill patternType="solid"><fgColor rgb="FF{fill}"/></patternFill></fill>'
                    for fill in fills
                ),
            ],
        ),
        ("borders", ["<border><left/><right/><top/><bottom/><diagonal/></border>"]),
        ("cellStyleXfs", ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']),
        (
            "cellXfs",
            [
                f'<xf numFmtId="{formats[name]}" fontId="{int(look.bold)}" fillId="{fills.get(look.fill, 0)}"'
                ' borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>'
                for look in looks
                for name in (look.number_format, "@")
            ],
        ),
        ("cellStyles", ['<cellStyle name="Normal" xfId="0" builtinId="0"/>']),
    ]
    inner = "".join(f'<{name} count="{len(each)}">{"".join(each)}</{name}>' for name, each in parts if each)
    return f'<styleSheet xmlns="{_MAIN}">{inner}</styleSheet>'


def _relations(links: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'
