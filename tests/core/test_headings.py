"""The header row is found among titles, and its columns are guessed only where the guess is certain."""

from dataclasses import dataclass

import pytest

from core.imports.headings import find_header, guess
from core.imports.reader import open_book


@dataclass
class Column:
    key: str
    headings: tuple[str, ...]


COLUMNS = (
    Column("name", ("Название", "Компания", "Клиент", "Наименование", "Name", "Company")),
    Column("phone", ("Телефон", "Тел.", "Phone")),
    Column("mobile", ("Мобильный телефон", "Мобильный")),
    Column("email", ("E-mail", "Почта", "Электронная почта", "Email")),
    Column("manager", ("Менеджер", "Ответственный", "Manager")),
    Column("note", ("Примечание", "Комментарий", "Note")),
)


@pytest.mark.parametrize(
    ("cells", "mapping"),
    [
        (["Название", "Телефон", "E-mail"], {"name": 0, "phone": 1, "email": 2}),
        (["PHONE", None, "company "], {"phone": 0, "name": 2}),
        (["e mail:", "Тел", "ЁМенеджер"], {"email": 0, "phone": 1, "manager": 2}),
        (["Телефон клиента", "Наименвание"], {"phone": 0, "name": 1}),
        (["Мобильный телефон", "Телефон"], {"mobile": 0, "phone": 1}),
        (["Ответственный менеджер", "Коментарий"], {"manager": 0, "note": 1}),
        (["Цвет", "Рост", 17.0, ""], {}),
        ([], {}),
    ],
)
def test_columns_are_guessed_by_their_headings(cells, mapping):
    assert guess(COLUMNS, cells) == mapping


def test_two_columns_that_say_the_same_are_left_to_the_user():
    assert guess(COLUMNS, ["Телефон", "Телефон", "Название"]) == {"name": 2}
    assert guess(COLUMNS, ["Телефон 1", "Телефон 2"]) == {}


def test_of_several_exact_ones_the_heading_named_first_is_meant():
    assert guess(COLUMNS, ["Тел.", "Телефон"]) == {"phone": 1}


def header(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with open_book(tmp_path / "a.csv") as book:
        found = find_header(book.sheets[0], [heading for column in COLUMNS for heading in column.headings])
        return found and (found.row, found.cells)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Название;Телефон\nРомашка;1\n", 1),
        ("База клиентов;\n;\nВыгрузка;05.11.2026\nНазвание;Телефон\nРомашка;1\n", 4),
        ("Клиент;\nНазвание;Телефон\n", 2),
        ("Цвет;Рост\nсиний;5\n", 1),
        ("Отчёт;\nЦвет;Рост\nсиний;5\n", 2),
    ],
)
def test_the_header_is_found_below_titles(tmp_path, text, row):
    found = header(tmp_path, text)
    assert found is not None and found[0] == row


def test_the_cells_of_the_header_are_texts(tmp_path):
    assert header(tmp_path, 'Название;" Телефон\n рабочий ";\nРомашка;1;2\n') == (
        1,
        ["Название", "Телефон рабочий", ""],
    )
