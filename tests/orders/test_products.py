"""The catalogue: a product stands in it once, whatever its name is typed like."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.history import rollback
from core.history.operations import Operation
from core.history.tracked import StaleRecord
from orders.actions.products import (
    add_product,
    add_products,
    bring_back_product,
    ensure_suppliers,
    retire_product,
    update_product,
    update_products,
)
from orders.models import Product, Supplier
from orders.twins import DuplicateProduct, Known, article_key, product_key
from people import journal
from people.models import Role, User
from pipeline.models import ProductGroup
from tests.factories import make_user
from tests.orders.factories_catalogue import make_group, make_product


@pytest.fixture
def head(db: None) -> User:
    return make_user(role=Role.HEAD)


@pytest.fixture
def group(db: None) -> ProductGroup:
    return make_group("Черева")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Черева говяжья 38/40", "черева  ГОВЯЖЬЯ, 38/40"),
        ("Сетка «Рулон» 125 мм", 'сетка "рулон" 125мм'),
        ("Пакет 10х20", "пакет 10 x 20"),
        ("Пила 1,5 мм", "Пила 1.5 мм"),
        ("Крем BЕCHAMEL", "крем весhамеl"),
        ("Ёлка-прут", "елка прут"),
    ],
)
def test_one_name_typed_in_two_ways_is_one_product(first, second):
    assert product_key(first) == product_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Труба 1/2", "Труба 1,2"),
        ("Хладагент −18", "Хладагент 18"),
        ("Рассол 5 %", "Рассол 5"),
        ("Черева 38/40", "Черева 40/38"),
        ("Масло C++", "Масло C"),
    ],
)
def test_sizes_and_strengths_tell_products_apart(first, second):
    assert product_key(first) != product_key(second)


@given(st.text(min_size=1, max_size=30))
def test_a_key_is_its_own_key(name):
    assert product_key(product_key(name)) == product_key(name)


def test_an_article_is_compared_without_blanks_case_and_alphabet():
    assert article_key("ВС 38/40") == article_key("bc38/40")


def test_a_product_is_added_with_its_texts_trimmed(head, group):
    product = add_product(
        by=head, group=group, name="  Черева   говяжья ", article=" Ч-1 ", unit="м", price=Decimal("120.00")
    )
    assert (product.name, product.article, product.unit) == ("Черева говяжья", "Ч-1", "м")
    assert list(Product.objects.found_by("ЧЕРЕВА ч-1")) == [product]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "я" * 201}, "name"),
        ({"article": "1" * 41}, "article"),
        ({"unit": ""}, "unit"),
        ({"price": Decimal("-1")}, "price"),
        ({"cost": Decimal("-0.01")}, "cost"),
        ({"vat_rate": 13}, "vat_rate"),
        ({"support": "sometimes"}, "support"),
        ({"lead_days": 5000}, "lead_days"),
        ({"group": None}, "group"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(head, group, fields, field):
    with pytest.raises(ValidationError) as error:
        add_product(by=head, **{"name": "Черева", "group": group, "unit": "м", **fields})
    assert list(error.value.message_dict) == [field]
    assert not Product.objects.exists()


def test_the_same_article_or_name_is_refused_with_the_product_that_has_it(head, group):
    known = make_product("Черева говяжья", group, article="Ч-1")
    with pytest.raises(DuplicateProduct) as error:
        add_product(by=head, group=group, name="Синюга", article="ч-1")
    assert [(one.key, one.why) for one in error.value.found] == [(known.pk, "article")]
    with pytest.raises(DuplicateProduct):
        add_product(by=head, group=group, name="ЧЕРЕВА «говяжья»")
    assert Product.objects.count() == 1


def test_a_retired_product_keeps_its_name(head, group):
    product = make_product("Черева говяжья", group)
    retire_product(product, by=head)
    with pytest.raises(DuplicateProduct):
        add_product(by=head, group=group, name="Черева говяжья")
    assert not Product.objects.in_use().exists()
    bring_back_product(Product.objects.get(), by=head)
    assert Product.objects.in_use().exists()


def test_two_of_one_name_are_refused_within_one_call_too(head, group):
    rows = [{"group": group, "name": "Черева"}, {"group": group, "name": "ЧЕРЕВА"}]
    with pytest.raises(DuplicateProduct):
        add_products(rows, by=head)
    assert not Product.objects.exists()


def test_nearly_equal_names_are_found_and_other_sizes_are_not(db):
    near = make_product("Черева говяжья калиброванная 38/40")
    make_product("Черева говяжья калиброванная 40/43")
    known = Known.read()
    assert known.near("Черева говяжья калибровання 38/40") == [near.pk]
    assert known.near("Черева говяжья калиброванная 38/40", but=near.pk) == []


def test_a_product_is_changed_and_keeps_what_is_not_named(head, group):
    product = make_product("Черева", group, article="Ч-1", price=Decimal("120.00"))
    update_product(product, by=head, name="Черева говяжья", cost=None)
    product.refresh_from_db()
    assert (product.name, product.price, product.cost) == ("Черева говяжья", Decimal("120.00"), None)
    assert list(Product.objects.found_by("говяжья")) == [product]
    update_product(product, by=head, name="ЧЕРЕВА ГОВЯЖЬЯ")  # its own name is free for it


def test_of_two_who_change_a_product_the_second_is_told(head, group):
    product = make_product("Черева", group)
    seen = Product.objects.get(pk=product.pk)
    update_product(product, by=head, price=Decimal("130.00"))
    with pytest.raises(StaleRecord):
        update_product(seen, by=head, price=Decimal("140.00"))


def test_many_products_are_changed_at_once(head, group, django_assert_max_num_queries):
    products = [make_product(f"Товар {number}", group) for number in range(20)]
    changes = {one.pk: {"price": Decimal("150.00")} for one in products[:19]}
    changes[products[19].pk] = {"price": products[19].price}
    with django_assert_max_num_queries(12):
        assert update_products(changes, by=head) == 19
    assert Product.objects.filter(price=Decimal("150.00")).count() == 19


def test_a_name_taken_by_another_product_is_refused_for_many_too(head, group):
    first, second = make_product("Первый", group), make_product("Второй", group)
    for changes in (
        {first.pk: {"name": "ВТОРОЙ"}},
        {first.pk: {"name": "Второй"}, second.pk: {"name": "Третий"}},  # given up, but not yet
        {first.pk: {"name": "Третий"}, second.pk: {"name": "третий"}},
    ):
        with pytest.raises(DuplicateProduct):
            update_products(changes, by=head)
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Второй", "Первый"]


def test_a_name_that_comes_back_is_found_and_taken_again(head, group):
    product = make_product("Черева", group)
    update_product(product, by=head, name="Синюга")
    op = Operation.objects.latest("pk")
    rollback.apply(op, by=head, allowed=journal.changeable_by(head))
    assert list(Product.objects.found_by("черева")) == [product]
    add_product(by=head, group=group, name="Синюга")
    with pytest.raises(DuplicateProduct):
        add_product(by=head, group=group, name="черева")


def test_a_name_taken_meanwhile_does_not_come_back(head, group):
    product = make_product("Черева", group)
    update_product(product, by=head, name="Синюга")
    op = Operation.objects.latest("pk")
    add_product(by=head, group=group, name="Черева")
    with pytest.raises(rollback.Refused):
        rollback.apply(op, by=head, allowed=journal.changeable_by(head))
    assert Product.objects.get(pk=product.pk).name == "Синюга"


def test_suppliers_are_found_by_name_and_made_where_nobody_knows_them(head):
    first = ensure_suppliers(["ООО «Альфа»"], by=head)["ООО «Альфа»"]
    again = ensure_suppliers(["альфа", "Бета", "АО БЕТА"], by=head)
    assert again["альфа"] == first
    assert again["Бета"] == again["АО БЕТА"]
    assert Supplier.objects.count() == 2


def test_who_may_not_keep_the_catalogue_changes_no_product(group):
    manager = make_user(role=Role.MANAGER)
    product = make_product("Черева", group)
    for verb in (
        lambda: add_product(by=manager, group=group, name="Синюга"),
        lambda: update_product(product, by=manager, price=Decimal("1.00")),
        lambda: update_products({product.pk: {"price": Decimal("1.00")}}, by=manager),
        lambda: retire_product(product, by=manager),
        lambda: bring_back_product(product, by=manager),
        lambda: ensure_suppliers(["Альфа"], by=manager),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert Product.objects.get().price == Decimal("120.00")
