"""Whose a payment is and which orders it is for, by what it says itself."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import periods
from core.inn import complete_inn
from core.names import name_key
from orders.matching import OrderNumber, Why, order_numbers, propose, propose_all
from orders.models import Order, Payment
from tests.factories import THURSDAY, TODAY
from tests.orders.factories import line, make_order, make_payment, make_product, ship_all
from tests.pipeline.factories import make_plain_client

INN = complete_inn("770123456")


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("Оплата по заказу 12/2026", [(12, 2026)]),
        ("счёт 12", [(12, None)]),
        ("Оплата №12", [(12, None)]),
        ("Оплата по счету № 12 от 03.11.2026, 13/26. НДС не облагается", [(12, None), (13, 2026)]),
        ("По счетам 12, 13 и 14", [(12, None), (13, None), (14, None)]),
        ("Счет на оплату № 45 от 5 ноября 2026 г.", [(45, None)]),
        ("Оплата по договору № 5 от 01.01.2026 по счету № 77", [(77, None)]),
        ("Оплата по договору № 5 от 01.01.2026", []),
        ("За товар по накладной №12", []),
        ("По счету-фактуре 55, л/с 1234", []),
        ("Оплата по счету 120456789", []),
        ("За товар, в т.ч. НДС 22% - 1 234.56", []),
        ("", []),
    ],
)
def test_orders_are_read_out_of_the_purpose(purpose, numbers):
    assert order_numbers(purpose) == [OrderNumber(*one) for one in numbers]


@pytest.fixture
def clock(db):
    with periods.clock(THURSDAY) as clock:
        yield clock


def client_of(name="ООО «Вектор»", **fields):
    return make_plain_client(name, name_key=name_key(name), **fields)


def order_of(client, amount, **fields):
    return make_order(client, lines=[line(1, make_product(price=Decimal(amount)))], **fields)


def paid(amount, **fields):
    return Payment(amount=Decimal(amount), paid_on=TODAY, **fields)


def test_the_payer_is_the_only_client_with_its_inn(clock):
    vector = client_of(inn=INN)
    assert propose(paid("1.00", payer_inn=INN, payer="ВЕКТОР ООО")).client == vector.pk
    client_of("ООО «Вектор», филиал", inn=INN)
    assert propose(paid("1.00", payer_inn=INN, payer="Совсем другое имя")).client is None


def test_without_an_inn_the_payer_is_the_only_client_of_that_very_name(clock):
    vector = client_of()
    assert propose(paid("1.00", payer="ВЕКТОР, ООО")).client == vector.pk
    assert propose(paid("1.00", payer="ООО Вектор Плюс")).client is None
    # A namesake with another INN is somebody else.
    client_of("ООО «Сигма»", inn=INN)
    assert propose(paid("1.00", payer="ООО «Сигма»", payer_inn=complete_inn("500100732"))).client is None


def test_client_and_number_together_are_sure(clock):
    order = order_of(client_of(inn=INN), "1000.00")
    found = propose(paid("400.00", payer_inn=INN, purpose=f"Аванс по счёту № {order.number}"))
    assert (found.is_sure, found.sums) == (True, {order.pk: Decimal("400.00")})


def test_an_order_of_another_client_is_not_taken_for_this_payers(clock):
    client_of(inn=INN)
    order = order_of(client_of("ООО «Сигма»"), "1000.00")
    found = propose(paid("1000.00", payer_inn=INN, purpose=f"Счёт {order.number}/{order.year}"))
    assert (found.is_sure, found.sums) == (False, {})


def test_orders_named_are_paid_in_turn_and_the_rest_stays_an_advance(clock):
    client = client_of(inn=INN)
    first, second = order_of(client, "100.00"), order_of(client, "50.00")
    found = propose(paid("170.00", payer_inn=INN, purpose=f"Счета {second.number}, {first.number}"))
    assert found.sums == {second.pk: Decimal("50.00"), first.pk: Decimal("100.00")}


def test_the_order_that_lacks_exactly_this_sum_is_proposed_and_not_sure(clock):
    client = client_of(inn=INN)
    order_of(client, "100.00")
    second = order_of(client, "250.00")
    make_payment(amount="50.00", orders=second)
    found = propose(paid("200.00", payer_inn=INN))
    assert (found.why, found.is_sure, found.sums) == (Why.SUM, False, {second.pk: Decimal("200.00")})


def test_else_the_oldest_debts_come_first(clock):
    client = client_of(inn=INN)
    waiting = order_of(client, "100.00", ship_on=TODAY)
    debt = order_of(client, "100.00", ship_on=TODAY, deferral_days=30)
    ship_all(debt)
    found = propose(paid("150.00", payer_inn=INN))
    assert (found.why, found.is_sure) == (Why.OLDEST, False)
    assert found.sums == {debt.pk: Decimal("100.00"), waiting.pk: Decimal("50.00")}


def test_what_is_free_of_a_payment_alone_is_proposed(clock):
    client = client_of()
    first, second = order_of(client, "100.00"), order_of(client, "300.00")
    payment = make_payment(client, "150.00", orders={first: Decimal("100.00")})
    assert propose(payment).sums == {second.pk: Decimal("50.00")}


def test_two_payments_of_one_file_do_not_pay_an_order_twice(clock):
    order = order_of(client_of(inn=INN), "100.00")
    purpose = f"Заказ {order.number}/{order.year}"
    one, other = propose_all([paid("100.00", payer_inn=INN), paid("80.00", payer_inn=INN, purpose=purpose)])
    assert other.sums == {order.pk: Decimal("80.00")}
    assert one.sums == {order.pk: Decimal("20.00")}


def test_the_count_of_queries_does_not_grow_with_payments(clock):
    def count(n):
        payments = []
        for number in range(n):
            inn = complete_inn(f"77{n:02}{number:05}")
            order = order_of(client_of(f"Клиент {n} {number}", inn=inn), "10.00")
            payments.append(paid("10.00", payer_inn=inn, purpose=f"счёт {order.number}"))
        with CaptureQueriesContext(connection) as queries:
            assert all(one.is_sure for one in propose_all(payments))
        return len(queries)

    assert count(5) == count(2)
    assert Order.objects.count() == 7
