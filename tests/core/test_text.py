"""Search finds Cyrillic in any case, «е» for «ё», a phone in any notation — on every database alike."""

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from core.text import SearchField, SearchIndex, normal, search_q, search_terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ИВАНОВ", "иванов"),
        ("  Ёлка \u00a0\n Сервис\t", "елка сервис"),
        ("Е\u0308лка", "елка"),
        ("Йод и\u0306од", "йод йод"),
        ("сло\u00adво\u200b", "слово"),
        ("a\x00B", "ab"),
    ],
)
def test_the_normal_form(text, expected):
    assert normal(text) == expected


@given(st.text())
def test_the_normal_form_is_its_own_normal_form_and_forgets_case(text):
    assert normal(normal(text)) == normal(text)
    assert "\x00" not in normal(text)


@given(st.text(alphabet='абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБЁЙЯ «»"-.,'))
def test_case_and_yo_never_matter_in_russian(text):
    assert normal(text) == normal(text.upper()) == normal(text.replace("ё", "е").replace("Ё", "Е"))


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", []),
        ("Иванов Пётр", ["иванов", "петр"]),
        ("ООО «Ромашка»", ["ооо", "ромашка"]),
        ("8 (912) 345-67-89", ["79123456789"]),
        ("89123456789", ["79123456789"]),
        ("+7 912 345-67-89", ["79123456789"]),
        ("Иванов 8-912-345-67-89", ["иванов", "79123456789"]),
        ("67-89-01", ["678901"]),
        ("345-67-89", ["3456789"]),
        ("89-01", ["89-01"]),
        ("Иванов 67-89", ["иванов", "67-89"]),
        ("план 2024-2025", ["план", "2024-2025"]),
        ("8 912 345", ["912345"]),
        ("+7 912", ["7912"]),
        ("(495) 123-45", ["49512345"]),
        ("7707083893", ["7707083893"]),
        ("№ 154", ["154"]),
        ("№154", ["154"]),
        ("ab-12345", ["ab-12345"]),
        ("счёт 05.11.2026", ["счет", "05.11.2026"]),
        ("ivanov@firma.ru", ["ivanov@firma.ru"]),
        ("а а", ["а"]),
        ("%", []),
    ],
)
def test_a_query_is_taken_apart_into_what_must_be_found(query, terms):
    assert search_terms(query) == terms


@given(st.integers(9_000_000_000, 9_999_999_999), st.integers(5, 10))
def test_the_last_digits_of_a_phone_find_it(number, count):
    (term,) = search_terms(str(number)[-count:])
    assert term in f"7{number}"


@pytest.fixture
def card(db):
    """A model that exists for these tests alone, in a table that goes with the transaction."""
    with isolate_apps("core"):

        class Card(models.Model):  # noqa: DJ008
            search = SearchField()

            class Meta:
                app_label = "core"
                db_table = "text_test_card"

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE text_test_card (id integer PRIMARY KEY, search text NOT NULL)"
            )
        texts = [
            "ООО «Ёлка-Сервис» 79123456789 7707083893",
            "Иванов 50%",
            "Петров 50_000 \\x",
            "Склад, корпус 67-89",
        ]
        Card.objects.bulk_create(Card(pk=pk, search=text) for pk, text in enumerate(texts))
        yield Card
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE text_test_card")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ёлка", [0]),
        ("ЕЛКА сервис", [0]),
        ("8 (912) 345-67-89", [0]),
        ("345-67-89", [0]),
        ("67-89", [0, 3]),
        ("67–89", [0]),
        ("сервис 67-89", [0]),
        ("корпус 67-89", [3]),
        ("елка иванов", []),
        ("ивАНов", [1]),
        ("", [0, 1, 2, 3]),
    ],
)
def test_all_words_of_a_query_must_be_there(card, query, found):
    assert (
        list(card.objects.filter(search_q("search", query)).values_list("pk", flat=True).order_by("pk"))
        == found
    )


@pytest.mark.parametrize(
    ("part", "found"), [("50%", [1]), ("50_", [2]), ("%", [1]), ("\\", [2]), ("\\X", [2]), ("'", [])]
)
def test_marks_of_patterns_are_ordinary_characters(card, part, found):
    assert list(card.objects.filter(search__has=part).values_list("pk", flat=True)) == found


def test_what_is_saved_is_normalised_and_updates_are_too(card):
    assert card.objects.get(pk=1).search == "иванов 50%"
    card.objects.filter(pk=1).update(search="СИДОРОВ")
    assert card.objects.get(search__has="сидоров").pk == 1


def test_migrations_can_write_the_field_and_the_index_down():
    assert SearchField().deconstruct()[1:] == ("core.text.SearchField", [], {})
    assert SearchField(default="x").deconstruct()[3] == {"default": "x"}
    path, args, kwargs = SearchIndex("search", name="card_search").deconstruct()
    assert path == "core.text.SearchIndex"
    assert SearchIndex(*args, **kwargs) == SearchIndex("search", name="card_search")


def test_the_index_is_trigrams_on_postgresql_and_nothing_on_sqlite(card):
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    sql = str(SearchIndex("search", name="card_search").create_sql(card, editor))
    if connection.vendor == "postgresql":
        assert "USING gin" in sql and "gin_trgm_ops" in sql
    else:
        assert sql == "SELECT 1"
