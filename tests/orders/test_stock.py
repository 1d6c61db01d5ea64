"""Stock: what is there goes on from a count, what is promised is what orders have still to ship."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from orders.actions.orders import cancel_order
from orders.actions.stock import set_counts
from orders.models import Product, StockCount
from orders.stock import Stock, with_stock
from orders.tree import Tree
from people.models import Role, User
from tests.factories import TODAY, make_user
from tests.orders.factories import line, make_order, ship_all, ship_part, take_back
from tests.orders.factories_catalogue import make_count, make_group, make_product


def days(number: int) -> dt.date:
    """So many days before today."""
    return TODAY - dt.timedelta(days=number)


def stock(product: Product, day: dt.date = TODAY) -> Stock:
    return with_stock([Product.objects.get(pk=product.pk)], day)[0].stock


def order_of(product: Product, quantity: int, ordered_on: dt.date = TODAY):
    return make_order(lines=[line(quantity, product)], ordered_on=ordered_on)


@pytest.fixture
def product(db: None) -> Product:
    return make_product("Черева", make_group("Оболочка", illiquid_days=30))


@pytest.fixture
def head(db: None) -> User:
    return make_user(role=Role.HEAD)


def test_what_nobody_has_counted_has_no_balance(product):
    assert stock(product).balance is None
    assert stock(product).free is None
    assert not stock(product).is_illiquid


def test_the_balance_is_the_latest_count_less_what_went_out_since(product):
    make_count(product, 500, days(40))
    make_count(product, 100, days(20))
    ship_part(order := order_of(product, 50, days(30)), 30, days(10))
    ship_part(order, 5, days(20))  # on the day of the count: it was counted at its end
    assert stock(product).balance == Decimal(70)
    assert stock(product, days(11)).balance == Decimal(100)
    assert stock(product, days(30)).balance == Decimal(500)
    assert stock(product, days(41)).balance is None


def test_what_came_back_is_there_again(product):
    make_count(product, 100, days(20))
    shipment = ship_part(order_of(product, 50, days(19)), 30, days(10))
    take_back(shipment, 12, days(5))
    assert stock(product).balance == Decimal(82)
    assert stock(product, days(6)).balance == Decimal(70)


def test_reserved_is_what_orders_in_force_have_still_to_ship(product):
    make_count(product, 100, days(20))
    ship_part(order_of(product, 50, days(19)), 30, days(10))
    order_of(product, 7)
    cancelled = order_of(product, 9)
    cancel_order(cancelled, by=cancelled.manager, reason="Передумали")
    ship_all(order_of(product, 4, days(3)), days(2))
    assert stock(product).reserved == Decimal(27)
    assert stock(product).free == Decimal(100 - 30 - 4 - 27)


def test_of_a_day_that_has_passed_nobody_asks_what_was_reserved(product):
    make_count(product, 100, days(20))
    assert stock(product, days(1)).reserved is None
    assert stock(product, days(1)).free is None


def test_more_may_be_promised_than_is_there(product):
    make_count(product, 5)
    order_of(product, 8)
    assert stock(product).free == Decimal(-3)


def test_stock_that_was_not_sold_for_longer_than_its_group_allows_is_illiquid(product):
    make_count(product, 100, days(90))
    ship_part(order_of(product, 50, days(89)), 30, days(31))
    assert stock(product).sold_on == days(31)
    assert stock(product).is_illiquid
    assert not stock(product, days(1)).is_illiquid  # the thirtieth day is allowed


def test_stock_that_was_never_sold_lies_since_its_first_count(product):
    make_count(product, 100, days(31))
    make_count(product, 100, days(2))
    assert stock(product).lies_days == 31
    assert stock(product).is_illiquid


def test_what_came_back_was_not_sold(product):
    make_count(product, 100, days(60))
    shipment = ship_part(order_of(product, 50, days(50)), 30, days(40))
    take_back(shipment, 12, days(5))
    assert stock(product).lies_days == 40


def test_where_nothing_is_left_nothing_is_illiquid(product):
    make_count(product, 30, days(60))
    ship_part(order_of(product, 30, days(50)), 30, days(40))
    assert stock(product).balance == 0
    assert not stock(product).is_illiquid


def test_the_nearest_group_above_that_says_so_decides(db):
    top = make_group("Оболочка", illiquid_days=30)
    between = make_group("Натуральная", top)
    strict = make_group("Черева", between, illiquid_days=10)
    silent = make_group("Специи")
    found = with_stock(
        [make_product(group=one) for one in (top, between, strict, silent)], TODAY, Tree.read()
    )
    assert [one.stock.illiquid_days for one in found] == [30, 30, 10, None]


def test_stock_of_many_products_is_asked_as_often_as_of_one(product, django_assert_num_queries):
    others = [make_product(group=product.group) for _number in range(4)]
    for number, one in enumerate(others):
        make_count(one, 10 + number, days(3))
        ship_part(order_of(one, 5, days(3)), 1, days(1))
    with django_assert_num_queries(3):
        with_stock([product], TODAY)
    with django_assert_num_queries(3):
        found = with_stock([product, *others], TODAY)
    assert [one.stock.balance for one in found] == [None, 9, 10, 11, 12]
    assert [one.stock.reserved for one in found] == [0, 4, 4, 4, 4]


def test_counts_are_written_changed_and_taken_back(head, product):
    other = make_product()
    assert set_counts({product.pk: Decimal(5), other.pk: Decimal(7)}, TODAY, by=head) == 2
    assert set_counts({product.pk: Decimal(6), other.pk: Decimal(7)}, TODAY, by=head) == 1
    assert stock(product).balance == Decimal(6)
    assert set_counts({product.pk: None}, TODAY, by=head) == 1
    assert stock(product).balance is None
    assert set_counts({product.pk: Decimal(9)}, TODAY, by=head) == 1  # the day is free again


def test_counts_that_cannot_be_right_are_refused_as_a_whole(head, product):
    other = make_product()
    with pytest.raises(ValidationError):
        set_counts({product.pk: Decimal(5), other.pk: Decimal(-1)}, TODAY, by=head)
    for day in (TODAY + dt.timedelta(days=1), dt.date(1999, 12, 31)):
        with pytest.raises(ValidationError) as error:
            set_counts({product.pk: Decimal(5)}, day, by=head)
        assert "day" in error.value.message_dict
    with pytest.raises(LookupError):
        set_counts({product.pk: Decimal(5), 999_999: Decimal(1)}, TODAY, by=head)
    assert not StockCount.objects.exists()


def test_who_may_not_keep_the_catalogue_counts_nothing(product):
    with pytest.raises(PermissionDenied):
        set_counts({product.pk: Decimal(5)}, TODAY, by=make_user())
