"""Names are compared as a person would: legal form, quotes and order aside; numbers matter."""

import pytest

from core.names import name_key, near_names, similarity


@pytest.mark.parametrize(
    "name",
    [
        'ООО "Ёлка-Сервис"',
        "Елка-Сервис, ООО",
        "ЗАО «ЁЛКА СЕРВИС»",
        "Общество с ограниченной ответственностью „Елка-сервис“",
        "  елка   сервис ",
        "Публичное акционерное общество Ёлка-Сервис",
    ],
)
def test_legal_form_quotes_case_and_yo_do_not_matter(name):
    assert name_key(name) == "елка сервис"


def test_a_name_that_is_only_a_legal_form_keeps_it():
    assert name_key("ООО") == "ооо"
    assert name_key("«»") == ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ООО «Стройтрансгаз»", "Стройтранс-газ"),
        ("Иванов Пётр", "Петр Иванов"),
        ("Металлоизделия", "ООО Металоизделия"),
    ],
)
def test_a_slip_of_the_pen_leaves_names_near(first, second):
    assert similarity(first, second) >= 88


@pytest.mark.parametrize(
    ("first", "second"),
    [("Завод № 1", "Завод № 2"), ("Северный ветер", "Южный ветер"), ("ООО Альфа", "ООО Омега")],
)
def test_different_names_are_not_near(first, second):
    assert similarity(first, second) < 88


def test_the_nearest_of_many_come_best_first():
    names = {1: "ООО Стройматериалы", 2: "Строй-материалы, ЗАО", 3: "ООО Василёк", 4: "Стройматериалы 2"}
    keys = {pk: name_key(name) for pk, name in names.items()}
    assert [near.key for near in near_names("«Стройматериалы»", keys)] == [1, 2]
    assert near_names("«»", keys) == []
