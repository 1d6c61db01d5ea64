"""Uploaded files are read as people keep them, and no file breaks the program."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.utils import translation
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from core.imports import headings, parse
from core.imports.limits import Limits
from core.imports.reader import UnreadableFile, open_book
from tests.hostile_files import HOSTILE, with_part
from tests.workbooks import ACTIVITIES, LEADS, make_csv, make_workbook


def rows_of(path, **limits):
    with open_book(path, limits=Limits(**limits)) as book:
        return list(book.sheets[0].rows)


def saved(path, fill):
    book = Workbook()
    fill(book.active)
    book.save(path)
    return path


def refused(path, **limits) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as error:
        open_book(path, limits=Limits(**limits))
    return error.value


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_wrong_file_is_answered_with_its_sentence(tmp_path, name):
    make, code = HOSTILE[name]
    make(tmp_path / name)
    error = refused(tmp_path / name)
    assert error.code == code
    for language in ("ru", "en"):
        with translation.override(language):
            assert str(error).endswith(".") and "%" not in str(error)


def test_a_refused_file_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spools"))
    (tmp_path / "spools").mkdir()
    HOSTILE["far-cell.xlsx"][0](tmp_path / "far.xlsx")
    refused(tmp_path / "far.xlsx")
    make_workbook(tmp_path / "firm.xlsx", clients=3, activities=3)
    with open_book(tmp_path / "firm.xlsx"):
        assert os.listdir(tmp_path / "spools")
    assert not os.listdir(tmp_path / "spools")


def test_rows_come_with_excels_numbers_and_without_blank_ones(tmp_path):
    def fill(sheet):
        sheet["B3"] = "Название"
        sheet["D5"] = 89123456789
        sheet["C7"] = "строка\nещё одна"
        sheet["B9"] = "  "

    rows = rows_of(saved(tmp_path / "a.xlsx", fill))
    assert rows == [
        (3, [None, "Название", None, None]),
        (5, [None, None, None, 89123456789.0]),
        (7, [None, None, "строка\nещё одна", None]),
    ]


def test_dates_times_and_yes_come_as_such(tmp_path):
    moment = dt.datetime(2026, 11, 5, 14, 30)
    path = saved(
        tmp_path / "a.xlsx", lambda sheet: sheet.append([dt.date(2026, 11, 5), moment, dt.time(9), True, 1.5])
    )
    assert rows_of(path) == [(1, [dt.date(2026, 11, 5), moment, dt.time(9), True, 1.5])]


def test_colour_down_to_the_last_row_and_column_is_not_content(tmp_path):
    def fill(sheet):
        sheet["A1"] = "x"
        sheet["A1048576"].fill = sheet["XFD2"].fill = PatternFill("solid", fgColor="FFFF00")

    assert rows_of(saved(tmp_path / "a.xlsx", fill)) == [(1, ["x"])]


def test_a_cell_on_the_limit_is_read_and_one_beyond_is_named(tmp_path):
    small = {"rows": 2_000, "columns": 30}
    saved(tmp_path / "on.xlsx", lambda sheet: sheet.cell(2_000, 30, "x"))
    ((number, cells),) = rows_of(tmp_path / "on.xlsx", **small)
    assert (number, len(cells)) == (2_000, 30)
    saved(tmp_path / "row.xlsx", lambda sheet: sheet.cell(2_001, 1, "x"))
    saved(tmp_path / "column.xlsx", lambda sheet: sheet.cell(1, 31, "x"))
    assert "A2001" in str(refused(tmp_path / "row.xlsx", **small))
    assert "AE1" in str(refused(tmp_path / "column.xlsx", **small))


@pytest.mark.parametrize("cell", ["A200001", "GS1"])
def test_the_limits_in_force_are_200_000_rows_and_200_columns(tmp_path, cell):
    def fill(sheet):
        sheet["A1"] = sheet[cell] = "x"

    assert cell in str(refused(saved(tmp_path / "a.xlsx", fill)))


def test_what_needs_too_much_memory_is_refused_and_the_program_lives_on(tmp_path):
    def fill(sheet):
        sheet["A1"], sheet["GR200000"] = "x", "y"

    assert refused(saved(tmp_path / "a.xlsx", fill), memory=300 * 1024**2).code == "heavy"


def test_what_takes_too_long_is_refused(tmp_path):
    make_workbook(tmp_path / "a.xlsx", clients=2, activities=2)
    assert refused(tmp_path / "a.xlsx", seconds=0).code == "slow"


def test_the_sandbox_knows_no_settings_and_no_secrets(tmp_path):
    code = "import sys, core.imports.sandbox.__main__, core.imports.sandbox.workbook; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_macros_are_carried_along_and_never_looked_at(tmp_path):
    with_part(tmp_path / "a.xlsm", "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    assert rows_of(tmp_path / "a.xlsm")[1] == (2, ["ООО «Ромашка»", "89123456789"])


def test_sheets_that_hold_nothing_are_left_out_and_hidden_ones_are_marked(tmp_path):
    book = Workbook()
    book.active.title = "Пустой"
    book.create_sheet("Скрытый").append([1])
    book["Скрытый"].sheet_state = "hidden"
    book.create_sheet("Клиенты").append(["a", None, "b"])
    book.create_chartsheet("График")
    book.save(tmp_path / "a.xlsx")
    with open_book(tmp_path / "a.xlsx") as opened:
        assert [(sheet.name, sheet.hidden) for sheet in opened.sheets] == [
            ("Скрытый", True),
            ("Клиенты", False),
        ]
        sheet = opened.sheet("Клиенты")
        assert (sheet.width, sheet.height) == (3, 1)
        assert list(sheet.rows) == list(sheet.rows)
        with pytest.raises(KeyError):
            opened.sheet("Пустой")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_file_is_read_whatever_wrote_it(tmp_path, encoding, delimiter):
    expected = make_csv(tmp_path / "leads.csv", encoding=encoding, delimiter=delimiter)
    read = rows_of(tmp_path / "leads.csv")
    assert [number for number, _cells in read] == list(range(1, len(expected) + 1))
    assert [[cell or "" for cell in cells] for _number, cells in read] == expected


def test_a_text_file_bears_the_name_the_user_gave_it(tmp_path):
    (tmp_path / "x7f").write_text('Название;Телефон\n\n"А\r\nБ";1\n')
    with open_book(tmp_path / "x7f", filename="Клиенты 2026.csv") as book:
        assert book.sheets[0].name == "Клиенты 2026"
        assert list(book.sheets[0].rows)[1] == (3, ["А\nБ", "1"])


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("sep=|\nа|б;в\n", ["а", "б;в"]),
        ('"а, б";в\n"г, д";е\n', ["а, б", "в"]),
        ("Выгрузка, от 5 ноября\nа;б;в\nг;д;е\n", ["Выгрузка, от 5 ноября", None, None]),
        ("одна колонка\nвторая строка\n", ["одна колонка"]),
    ],
)
def test_the_delimiter_is_guessed(tmp_path, text, cells):
    (tmp_path / "a.csv").write_text(text)
    assert rows_of(tmp_path / "a.csv")[0][1] == cells


def test_a_text_file_beyond_the_limits_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("а;б\n" * 30)
    assert refused(tmp_path / "a.csv", rows=20).code == "rows"
    assert refused(tmp_path / "a.csv", columns=1).code == "columns"
    assert refused(tmp_path / "a.csv", unpacked=20).code == "unpacked"


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_workbook_of_a_small_firm_is_read_as_it_is(tmp_path, spoilt):
    made = make_workbook(tmp_path / "firm.xlsx", clients=120, activities=200, spoilt=spoilt)
    with open_book(made.path) as book:
        leads, activities = book.sheet("Лиды"), book.sheet("Активности")
        header = headings.find_header(leads, LEADS)
        assert header is not None and (header.row, header.cells) == (made.header_row, list(LEADS))
        body = [(number, cells) for number, cells in leads.rows if number > header.row]
        assert len(body) == made.clients
        for number, cells in body:
            phones = parse.phones(cells[4])
            fault = made.faults.get(("Лиды", number))
            assert bool(phones.invalid) == (fault == "bad_phone")
            if fault is None:
                assert phones.phones[0].digits == made.phones[parse.line(cells[1])]
                assert len(parse.inn(cells[6])) == 10 and parse.emails(cells[5])
        second = headings.find_header(activities, ACTIVITIES)
        assert second is not None and second.row == made.header_row
        body = [(number, cells) for number, cells in activities.rows if number > second.row]
        assert len(body) == made.activities
        for number, cells in body:
            if made.faults.get(("Активности", number)) == "bad_date":
                with pytest.raises(parse.CellError):
                    parse.day(cells[1])
            else:
                parse.day(cells[1])


def test_every_fault_stands_in_the_spoilt_workbook_and_the_same_seed_gives_the_same(tmp_path):
    first = make_workbook(tmp_path / "a.xlsx", clients=40, activities=60, spoilt=True)
    second = make_workbook(tmp_path / "b.xlsx", clients=40, activities=60, spoilt=True)
    assert first.faults == second.faults and first.last_status == second.last_status
    assert len(set(first.faults.values())) == 15
