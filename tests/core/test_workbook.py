"""The writer of workbooks: what is written is what another program reads, and a long sheet costs no memory."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from core.tables.workbook import Book


def written(*rows: list[Any], number_format: str = "General", **look: Any) -> bytes:
    """A workbook of one sheet with these rows."""
    file = BytesIO()
    with Book(file) as book:
        style = book.style(number_format, **look)
        sheet = book.sheet("Лист")
        for row in rows:
            sheet.append(row, [style] * len(row))
    return file.getvalue()


def read(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


@pytest.mark.parametrize(
    ("value", "number_format", "found"),
    [
        ("Уралоболочка", "@", "Уралоболочка"),
        ("=1+1", "General", "=1+1"),
        ("    Кишки", "@", "    Кишки"),
        ("первая\nвторая ", "@", "первая\nвторая "),
        ("первая\r\nвторая\rтретья", "@", "первая\nвторая\nтретья"),
        ("<b>&amp;</b> \"'", "@", "<b>&amp;</b> \"'"),
        ("<r>Рога & копыта</r>", "@", "<r>Рога & копыта</r>"),
        ("<r><t>", "@", "<r><t>"),
        ("a\x0bb\ud800c\uffff", "@", "abc"),
        ("я" * 32_768, "@", "я" * 32_767),
        ("слово", "#,##0.00", "слово"),
        (42, "0", 42),
        (Decimal("1240000.50"), '#,##0.00\\ "₽"', 1240000.5),
        (Decimal("1E+3"), "#,##0.00", 1000),
        (-0.125, "0.0%", -0.125),
        (dt.date(2026, 11, 5), "DD.MM.YYYY", dt.datetime(2026, 11, 5)),
        (dt.date(1900, 3, 1), "DD.MM.YYYY", dt.datetime(1900, 3, 1)),
        (dt.datetime(2026, 11, 5, 12, 30, 15), "DD.MM.YYYY HH:MM", dt.datetime(2026, 11, 5, 12, 30, 15)),
        (dt.date(1812, 9, 7), "DD.MM.YYYY", "1812-09-07"),
        (dt.datetime(1812, 9, 7, 6), "DD.MM.YYYY HH:MM", "1812-09-07 06:00"),
        (float("nan"), "0.0%", None),
        (float("inf"), "0.0%", None),
        ("\x00", "@", None),
        ("", "@", None),
        (None, "@", None),
    ],
)
def test_a_cell_says_what_was_written(value: Any, number_format: str, found: Any) -> None:
    cell = read(written([value], number_format=number_format)).active["A1"]
    assert cell.value == found
    if isinstance(found, str):
        assert (cell.data_type, cell.number_format) == ("s", "@")
    elif found is not None:
        assert cell.number_format == number_format
        assert cell.data_type == ("d" if isinstance(found, dt.date) else "n")


def test_what_looks_like_the_number_of_a_letter_stays_what_it_is() -> None:
    content = written(["_x0041_ и файл_xls"])
    assert CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[0][0] in (
        "_x0041_ и файл_xls",
        "_x005F_x0041_ и файл_xls",  # a reader that knows no such numbers
    )


def test_bold_and_a_fill_are_seen_on_numbers_and_texts_alike() -> None:
    for value in (1, "слово"):
        cell = read(written([value], bold=True, fill="E2F4EA")).active["A1"]
        assert cell.font.b
        assert cell.fill.start_color.rgb == "FFE2F4EA"
    plain = read(written([1])).active["A1"]
    assert not plain.font.b and plain.fill.fill_type is None


def test_a_sheet_has_its_widths_a_head_that_stands_still_a_filter_and_a_head_on_paper() -> None:
    file = BytesIO()
    with Book(file) as book:
        style = book.style()
        sheet = book.sheet("It's «all»", widths=[32, 18.5], frozen=(2, 1), repeated=2)
        for row in (["Title"], ["a", "b"], ["x", 1], ["y", 2]):
            sheet.append(row, [style] * 2)
        sheet.filter(2, 2)
        sheet.append(["Total", 3], [style] * 2)
    found = read(file.getvalue()).active
    assert found.freeze_panes == "B3"
    assert found.auto_filter.ref == "A2:B4"
    assert found.print_title_rows == "$2:$2"
    # Excel adds the cell's margins to the width in characters.
    assert [found.column_dimensions[letter].width for letter in "AB"] == pytest.approx([32.7, 19.2], abs=0.1)


def test_titles_of_sheets_are_such_as_excel_takes_and_each_its_own() -> None:
    file = BytesIO()
    with Book(file) as book:
        for title in ("Октябрь/ноябрь [2026]: факт?", "итог", "Итог", "'", "я" * 40, "я" * 40, "😀" * 16):
            book.sheet(title).append([1], [book.style()])
    titles = read(file.getvalue()).sheetnames
    assert titles == [
        "Октябрь ноябрь  2026   факт",
        "итог",
        "Итог 2",
        "1",
        "я" * 31,
        "я" * 29 + " 2",
        "😀" * 15,
    ]


def test_nothing_is_left_beside_a_workbook_whole_or_not(tmp_path: Path) -> None:
    with (tmp_path / "whole.xlsx").open("wb") as file, Book(file) as book:
        book.sheet("1").append([1], [book.style()])
        assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(ZeroDivisionError), (tmp_path / "broken.xlsx").open("wb") as file, Book(file) as book:
        book.sheet("1").append([1 / 0], [book.style()])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.xlsx", "whole.xlsx"]
    assert (tmp_path / "broken.xlsx").stat().st_size == 0


def test_a_workbook_of_nothing_opens() -> None:
    file = BytesIO()
    with Book(file):
        pass
    assert read(file.getvalue()).active.max_row == 1


def test_a_sheet_ends_where_excel_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tables.workbook.MOST_ROWS", 2)
    with pytest.raises(ValueError, match="2 rows"):
        written([1], [2], [3])


LONG = """
import datetime, decimal, resource, sys, tempfile
import django
django.setup()
from core import periods
from core.tables import Column, Row, Table
from core.tables.files import write_xlsx

KINDS = "number text person stage money percent date moment phone longtext int sum".split()
class Stage: name, colour = "Договор", 3
columns = [Column(kind, kind, kind, value=lambda row: None) for kind in KINDS]
moment = periods.now()
def rows():
    for n in range(100_000):
        yield Row(n, (n, f"ООО «Уралоболочка {n}»", "Белова А.", Stage, decimal.Decimal(n) / 100, 0.25, moment.date(),
            moment, f"7912{n:07}", f"=не формула {n}", n, decimal.Decimal(n)), columns)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
with tempfile.TemporaryFile() as file:
    write_xlsx(Table("Клиенты", columns, rows(), moment), file)
    size = file.tell()
print(peak() - before, size)
"""


def test_a_hundred_thousand_rows_take_less_than_150_mb_of_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LONG],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "crm.settings", "TAKT_VAR": str(settings.VAR), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    grown, size = map(int, done.stdout.split())
    assert size > 1_000_000
    assert grown < 150
