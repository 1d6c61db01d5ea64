"""A cell is understood as its writer meant it, or the user is told why not."""

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.imports import parse
from core.imports.parse import CellError

FIFTH = dt.date(2026, 11, 5)
PARSERS = (
    parse.line,
    parse.paragraphs,
    parse.whole,
    parse.amount,
    parse.day_and_time,
    parse.day,
    parse.phones,
    parse.emails,
    parse.inn,
    parse.yes_no,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  текст ", "текст"),
        (89123456789.0, "89123456789"),
        (7, "7"),
        (1.5, "1,5"),
        (-3.0, "-3"),
        (FIFTH, "05.11.2026"),
        (dt.datetime(2026, 11, 5, 14, 30), "05.11.2026 14:30"),
        (dt.time(9, 5), "09:05"),
    ],
)
def test_any_cell_has_a_text_as_a_person_reads_it(cell, text):
    assert parse.as_text(cell) == text


def test_a_line_is_one_line_and_paragraphs_keep_theirs():
    assert parse.line(" а\n  б\u00a0в ") == "а б в"
    assert parse.paragraphs(" а \n\n  б   в ") == "а\n\nб в"
    with pytest.raises(CellError, match="5"):
        parse.line("12345", most=4)
    assert parse.line("12345", most=5) == "12345"


@pytest.mark.parametrize(
    ("cell", "number"), [(7.0, 7), (7, 7), ("1 200", 1200), ("−5", -5), ("12,0", 12), (None, None)]
)
def test_whole_numbers(cell, number):
    assert parse.whole(cell) == number


@pytest.mark.parametrize("cell", [1.5, "1,5", "семь", "7 шт", True, dt.date(2026, 1, 1)])
def test_what_is_no_whole_number(cell):
    with pytest.raises(CellError):
        parse.whole(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1 200,50 руб.", "1200.50"),
        (1200.5, "1200.50"),
        (1200, "1200.00"),
        (0.1 + 0.2, "0.30"),
        (33.33, "33.33"),
        (None, None),
    ],
)
def test_sums_of_money(cell, amount):
    assert parse.amount(cell) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("cell", [1.005, "дорого", float("nan"), float("inf"), 1e20, True, FIFTH])
def test_what_is_no_sum_of_money(cell):
    with pytest.raises(CellError):
        parse.amount(cell)


@pytest.mark.parametrize(
    "cell",
    [
        FIFTH,
        dt.datetime(2026, 11, 5),
        46331,
        46331.0,
        "05.11.2026",
        "5.11.26",
        "05/11/2026",
        "05-11-2026",
        "2026-11-05",
        "2026.11.05",
        "5 ноября 2026",
        "5 Ноября 2026 г.",
        "5 ноября 2026 года",
        "05 нояб. 26",
        "5-ноя-26",
        "чт, 5 ноября 2026",
        " 05.11.2026г. ",
        "четверг 05.11.2026",
    ],
)
def test_a_date_is_understood_in_the_notations_people_use(cell):
    assert parse.day_and_time(cell) == (FIFTH, None)


@pytest.mark.parametrize(
    "cell",
    [
        dt.datetime(2026, 11, 5, 14, 30),
        46331 + 14.5 / 24,
        "05.11.26 14:30",
        "05.11.2026, 14:30:15",
        "5 ноября 2026 г. в 14:30",
        "2026-11-05T14:30:00",
        "2026-11-05 14:30:00+03:00",
        "05.11.2026 14.30",
    ],
)
def test_the_time_beside_a_date_is_kept(cell):
    assert parse.day_and_time(cell) == (FIFTH, dt.time(14, 30))
    assert parse.day(cell) == FIFTH


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_word(month):
    words = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    assert parse.day(f"7 {words.split()[month - 1]} 2025") == dt.date(2025, month, 7)


@pytest.mark.parametrize(
    "cell",
    [
        "вчера",
        "31.02.2026",
        "05.2026",
        "5 ябрь 2026",
        "05.11.2026 25:00",
        "05.11.2026 утром",
        "05.11.20265",
        7,
        1e9,
        True,
        "05.11.0026",
        dt.time(9),
    ],
)
def test_what_is_no_date(cell):
    with pytest.raises(CellError):
        parse.day_and_time(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Info@Firma.ru", ["info@firma.ru"]),
        ("a@b.ru; c@d.ru, a@b.ru", ["a@b.ru", "c@d.ru"]),
        ("Иван <ivan@firma.ru>", ["ivan@firma.ru"]),
        ("mailto:a@b.ru\nc@d.ru", ["a@b.ru", "c@d.ru"]),
        ("-", []),
        (None, []),
    ],
)
def test_e_mail_addresses(cell, found):
    assert parse.emails(cell) == found


@pytest.mark.parametrize("cell", ["ivanov@", "почта есть", "info@firma,ru", "@mail.ru", "a@b.ru; c@"])
def test_what_is_no_e_mail_address(cell):
    with pytest.raises(CellError):
        parse.emails(cell)


def test_an_inn_gets_back_the_zero_that_a_number_lost():
    assert parse.inn("7707083893") == parse.inn(7707083893.0) == parse.inn("ИНН: 7707083893") == "7707083893"
    assert parse.inn(274051582.0) == "0274051582"
    assert parse.inn(None) == parse.inn("-") == ""
    with pytest.raises(CellError):
        parse.inn("274051582")


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("да", True), ("+", True), (1.0, True), (True, True), ("Нет", False), ("-", False), (None, None)],
)
def test_yes_and_no(cell, answer):
    assert parse.yes_no(cell) is answer


def test_neither_yes_nor_no():
    with pytest.raises(CellError, match="возможно"):
        parse.yes_no("возможно")


cells = st.one_of(
    st.none(),
    st.text(),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@example(float("inf"))
@example(float("nan"))
@given(cells)
def test_no_cell_does_more_than_be_refused(cell):
    for parser in PARSERS:
        with contextlib.suppress(CellError):
            parser(cell)


@pytest.mark.parametrize("parser", PARSERS)
def test_a_blank_cell_is_never_an_error(parser):
    parser(None)
    parser("")


@given(
    st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)),
    st.sampled_from(["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y"]),
)
def test_every_day_comes_back_from_every_notation(day, notation):
    assert parse.day(day.strftime(notation)) == day
