"""Nearly equal names."""

import pytest

from core.names import NEAR, similarity
from leads import actions
from leads.duplicates import near_names
from tests.factories import make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user()


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("ООО «Ромашка»", "Ромашка, ООО"),
        ("Уралоболочка", "Уралаболочка"),
        ("Уралоболочка", "УРАЛОБОЛОЧКА "),
        ("Северный металл", "Металл Северный"),
        ("Торговый дом Кировец", "Торговый дом Кировцы"),
        ("Рога и копыта", "Рога и копыто"),
        ("Вектор", "Вектор"),
        ("Артёмов и партнёры", "Артемов и партнеры"),
    ],
)
def test_a_nearly_equal_name_is_found(manager, known, typed):
    client = make_client(known, manager=manager)
    assert near_names(typed) == [client]


@pytest.mark.parametrize(
    ("known", "typed"),
    [("Ромашка", "Василёк"), ("Завод 1", "Завод 2"), ("Север", "Северный путь"), ("Вектор", "В")],
)
def test_another_name_is_not(manager, known, typed):
    make_client(known, manager=manager)
    assert near_names(typed) == []


def test_every_pair_that_is_near_by_the_letters_is_found(manager):
    """The cut into pieces must lose none: one letter wrong at every place of names of every length."""
    for length in range(9, 30, 4):
        name = "абвгдежзиклмнопрстуфхцчшщэюяабвгд"[:length]
        client = make_client(name, manager=manager, duplicate_reason="проба")
        for place in range(length):
            typed = name[:place] + "ъ" + name[place + 1 :]
            if similarity(name, typed) >= NEAR:
                assert client in near_names(typed), (name, typed)


def test_a_deleted_client_and_the_client_itself_are_no_candidates(manager):
    client = make_client("Ромашка", manager=manager)
    assert near_names("Ромашка", exclude=client) == []
    actions.delete_client(client, by=manager)
    assert near_names("Ромашка") == []
