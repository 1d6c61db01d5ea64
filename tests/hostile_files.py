"""Files that want to break whoever opens them, or are simply not what they are called."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'


def _plain(path: Path) -> None:
    book = Workbook()
    book.active.append(["Название", "Телефон"])
    book.active.append(["ООО «Ромашка»", "89123456789"])
    book.save(path)


def with_part(path: Path, part: str, content: bytes) -> None:
    """A small workbook one part of whose archive is replaced or added."""
    _plain(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def with_sheet_data(path: Path, data: str, *, doctype: str = "") -> None:
    """A small workbook whose only sheet is this XML."""
    sheet = f'<?xml version="1.0"?>{doctype}<worksheet {_NAMESPACE}><sheetData>{data}</sheetData></worksheet>'
    with_part(path, "xl/worksheets/sheet1.xml", sheet.encode())


def zip_bomb(path: Path) -> None:
    """350 MB of blanks in a file of one and a half."""
    _plain(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media.xml", "w") as part,
    ):
        for _ in range(350):
            part.write(b" " * 1024 * 1024)


def lying_size(path: Path) -> None:
    """A part that says it is 10 bytes long and is a megabyte."""
    with_part(path, "xl/comments.xml", b" " * 1024 * 1024)
    raw = path.read_bytes()
    size = (1024 * 1024).to_bytes(4, "little")
    path.write_bytes(raw.replace(size, (10).to_bytes(4, "little")))


def far_cell(path: Path) -> None:
    """Five kilobytes; the rectangle between its two cells has 17 billion."""
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", "y"
    book.save(path)


def far_cell_unseen(path: Path) -> None:
    """The same by an entity in the reference, which a plain look at the text does not find."""
    with_sheet_data(path, _ROW.format("x") + '<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>')


def billion_laughs(path: Path) -> None:
    entities = '<!ENTITY a "ха">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with_sheet_data(path, _ROW.format("&j;"), doctype=f"<!DOCTYPE worksheet [{entities}]>")


def external_entity(path: Path) -> None:
    doctype = '<!DOCTYPE worksheet [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    with_sheet_data(path, _ROW.format("&file;"), doctype=doctype)


def password(path: Path) -> None:
    path.write_bytes(_OLE + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000)


def old_format(path: Path) -> None:
    path.write_bytes(_OLE + b"\0" * 1016 + "Workbook".encode("utf-16-le") + b"\0" * 3000)


def truncated(path: Path) -> None:
    _plain(path)
    path.write_bytes(path.read_bytes()[:-600])


def broken_sheet(path: Path) -> None:
    with_part(path, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c")


def text_document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")


def page_named_workbook(path: Path) -> None:
    path.write_text("<html><table><tr><td>Название</td></tr></table></html>")


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def blank_workbook(path: Path) -> None:
    Workbook().save(path)


def open_quote(path: Path) -> None:
    """A quotation mark that is never closed swallows the rest of the file."""
    path.write_text('Название;Телефон\n"Ромашка;89123456789\n' + "Василёк;89123456780\n" * 10_000)


# File name → its maker and the code of the sentence it must be answered with.
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "zip-bomb.xlsx": (zip_bomb, "unpacked"),
    "lying-size.xlsx": (lying_size, "broken"),
    "far-cell.xlsx": (far_cell, "far_cell"),
    "far-cell-unseen.xlsx": (far_cell_unseen, "broken"),
    "billion-laughs.xlsx": (billion_laughs, "entities"),
    "external-entity.xlsx": (external_entity, "entities"),
    "password.xlsx": (password, "password"),
    "old.xls": (old_format, "xls"),
    "truncated.xlsx": (truncated, "broken"),
    "broken-sheet.xlsx": (broken_sheet, "broken"),
    "document.xlsx": (text_document, "not_workbook"),
    "page.xls": (page_named_workbook, "markup"),
    "picture.csv": (picture, "not_table"),
    "empty.csv": (empty, "empty"),
    "blank.xlsx": (blank_workbook, "no_sheets"),
    "open-quote.csv": (open_quote, "quotes"),
}


def make_hostile_files(folder: Path) -> None:
    """Writes them all."""
    for name, (make, _code) in HOSTILE.items():
        make(folder / name)
