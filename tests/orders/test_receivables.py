"""Dues by hand, to the kopeck, on a calendar with a holiday: Thursday, 5 November 2026, after the one of the 4th."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.periods import Period
from orders import receivables
from orders.actions.orders import cancel_order
from orders.actions.parts import InstalmentDraft
from orders.actions.payments import match_payment
from orders.models import Order, Payment
from orders.receivables import Debt, Source
from people.models import Role
from tests.factories import THURSDAY, make_user
from tests.orders.factories import (
    line,
    make_order,
    make_payment,
    make_product,
    ship_all,
    ship_part,
    take_back,
)
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db
NOV = dt.date(2026, 11, 1)


def nov(day: int) -> dt.date:
    return NOV.replace(day=day)


def oct_(day: int) -> dt.date:
    return dt.date(2026, 10, day)


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY) as clock:
        yield clock


def order_of(amount: str, client=None, **fields):
    """An order of one thing that costs so much."""
    fields.setdefault("ordered_on", oct_(1))
    price = make_product(price=Decimal(amount))
    return make_order(client, lines=[line(1, price)], **fields)


def dues(day=None, orders=None):
    return receivables.expected(Order.objects.all() if orders is None else orders, day or nov(5))


def said(due):
    return due.due_on, due.amount, due.source


def test_an_order_is_due_its_deferral_after_the_planned_shipment():
    order_of("1000.10", ship_on=nov(9), deferral_days=14)
    [due] = dues()
    assert said(due) == (nov(23), Decimal("1000.10"), Source.DEFERRAL)
    assert not (due.is_debt or due.is_overdue or due.is_late_shipment)


def test_an_order_without_deferral_is_due_with_its_shipment_in_advance():
    order_of("500.00", ship_on=nov(9))
    [due] = dues()
    assert said(due) == (nov(9), Decimal("500.00"), Source.ADVANCE)


def test_what_has_gone_out_is_due_the_deferral_after_that_day():
    order = order_of("1000.00", ship_on=nov(20), deferral_days=7)
    ship_all(order, day=nov(3))
    [due] = dues()
    assert said(due) == (nov(10), Decimal("1000.00"), Source.DEFERRAL)
    assert due.is_debt


@pytest.mark.parametrize(
    ("planned", "due_on"),
    [
        (nov(3), nov(5)),  # the 4th is a holiday
        (nov(5), nov(6)),
        (nov(6), nov(9)),  # a Saturday
        (nov(7), nov(9)),
    ],
)
def test_a_due_on_a_day_off_moves_to_the_next_working_day(planned, due_on):
    order_of("100.00", ship_on=planned, deferral_days=1)
    assert [due.due_on for due in dues(day=oct_(1))] == [due_on]


def test_instalments_say_when_and_the_rest_follows_the_shipment():
    order_of(
        "1000.00",
        ship_on=nov(16),
        deferral_days=10,
        instalments=[
            InstalmentDraft(nov(6), Decimal("300.00"), 100),
            InstalmentDraft(nov(12), Decimal("200.00"), 60),
        ],
    )
    found = dues()
    assert [said(due) for due in found] == [
        (nov(6), Decimal("300.00"), Source.INSTALMENT),
        (nov(12), Decimal("200.00"), Source.INSTALMENT),
        (nov(26), Decimal("500.00"), Source.DEFERRAL),
    ]
    assert [due.confidence for due in found] == [100, 60, 100]


def test_payments_cover_the_earliest_dues_first():
    order = order_of(
        "1000.00",
        ship_on=nov(16),
        deferral_days=10,
        instalments=[
            InstalmentDraft(nov(6), Decimal("300.00"), 100),
            InstalmentDraft(nov(12), Decimal("200.00"), 60),
        ],
    )
    make_payment(amount="350.01", orders=order)
    assert [said(due)[:2] for due in dues()] == [
        (nov(12), Decimal("149.99")),
        (nov(26), Decimal("500.00")),
    ]


def test_parts_are_due_each_after_its_own_shipment_and_paid_before_what_has_not_gone_out():
    thing = make_product(price=Decimal("100.00"))
    order = make_order(lines=[line(10, thing)], ordered_on=oct_(1), ship_on=oct_(20), deferral_days=10)
    ship_part(order, 3, day=oct_(26))  # 300, due on 5 November
    ship_part(order, 2, day=nov(2))  # 200, due on the 12th
    make_payment(amount="300.00", orders=order)
    found = dues()
    # The other 500 should have gone out on 20 October: ours to mend, whatever has passed.
    assert [(said(due)[:2], due.is_debt, due.is_late_shipment, due.is_overdue) for due in found] == [
        ((oct_(30), Decimal("500.00")), False, True, False),
        ((nov(12), Decimal("200.00")), True, False, False),
    ]


def test_what_came_back_is_owed_by_nobody():
    thing = make_product(price=Decimal("100.00"))
    order = make_order(lines=[line(10, thing)], ordered_on=oct_(1), ship_on=oct_(5), deferral_days=10)
    shipment = ship_all(order, day=oct_(5))
    take_back(shipment, 4, day=oct_(20))
    [due] = dues()
    assert (due.amount, due.is_debt, due.is_overdue) == (Decimal("600.00"), True, True)


def test_an_advance_is_taken_off_the_oldest_debts_of_all_orders_of_the_client():
    client = make_plain_client()
    later, earlier = (order_of("400.00", client, ship_on=oct_(n), deferral_days=5) for n in (20, 10))
    not_out = order_of("400.00", client, ship_on=oct_(1), deferral_days=0)
    ship_all(later, day=oct_(20))
    ship_all(earlier, day=oct_(12))
    make_payment(client, "500.00")
    assert [(due.order_id, due.amount) for due in dues()] == [
        (not_out.pk, Decimal("400.00")),
        (later.pk, Decimal("300.00")),
    ]


def test_an_advance_above_everything_leaves_nothing_due_and_nothing_below_zero():
    client = make_plain_client()
    order_of("400.00", client)
    make_payment(client, "1000.00")
    assert dues() == []


def test_orders_cancelled_and_paid_are_due_no_more():
    paid = order_of("100.00")
    make_payment(amount="100.00", orders=paid)
    gone = order_of("100.00")
    cancel_order(gone, by=gone.manager, reason="Передумали")
    assert dues() == []


def test_a_payment_in_advance_that_did_not_come_is_overdue_though_the_goods_wait_for_it():
    order_of("1000.00", ship_on=nov(3), instalments=[InstalmentDraft(oct_(30), Decimal("400.00"), 100)])
    first, rest = dues()
    assert (first.is_overdue, first.is_late_shipment, first.is_debt) == (True, False, False)
    assert (rest.is_overdue, rest.is_late_shipment, rest.is_debt) == (False, True, False)


def test_somebody_sees_the_dues_of_their_orders_alone_with_the_same_sums():
    anna, boris = make_user("Анна"), make_user("Борис")
    client = make_plain_client(manager=anna)
    mine = order_of("400.00", client, manager=anna, by=anna, ship_on=nov(9))
    other = make_plain_client(manager=boris)
    order_of("400.00", other, manager=boris, by=boris, ship_on=nov(9))
    make_payment(client, "150.00")
    assert [(due.order_id, due.amount) for due in dues(orders=Order.objects.visible_to(anna))] == [
        (mine.pk, Decimal("250.00"))
    ]


def test_how_a_client_usually_pays_is_the_form_of_the_due():
    one, other = make_plain_client(), make_plain_client()
    for client in (one, other):
        order_of("400.00", client)
        make_payment(client, "1.00", form=Payment.Form.CASH, paid_on=oct_(5))
    make_payment(other, "1.00", form=Payment.Form.NON_CASH, paid_on=oct_(6))
    assert {due.client_id: due.form for due in dues()} == {one.pk: "cash", other.pk: ""}


# --- Debts, habits, facts ---


def test_debt_is_split_by_age_and_holds_what_has_gone_out_only():
    client = make_plain_client()
    for day, amount in (
        (oct_(30), "1.00"),
        (oct_(6), "2.00"),
        (dt.date(2026, 9, 7), "4.00"),
        (oct_(5), "0.50"),
    ):
        order = order_of(amount, client, ordered_on=dt.date(2026, 9, 1), ship_on=day, deferral_days=0)
        ship_all(order, day=day)
    future = order_of("8.00", client, ship_on=nov(2), deferral_days=30)
    ship_all(future, day=nov(2))
    order_of("100.00", client, ship_on=oct_(2))
    # 30 October: 6 days late; 6 October: 30 days; 5 October: 31 days; 7 September: 59 days.
    assert receivables.debts(dues(), nov(5)) == {
        client.pk: Debt(
            not_due=Decimal("8.00"), to_30=Decimal("3.00"), to_60=Decimal("4.50"), over_60=Decimal("0.00")
        )
    }
    assert receivables.debts(dues(), nov(7))[client.pk].over_60 == Decimal("4.00")


def test_the_usual_delay_is_the_median_of_the_dues_paid():
    client = make_plain_client()
    for late in (0, 4, 9, 11):
        order = order_of("100.00", client, ship_on=oct_(5), deferral_days=0)
        ship_all(order, day=oct_(5))
        make_payment(amount="100.00", orders=order, paid_on=oct_(5) + dt.timedelta(late))
    # 0, 4, 9, 11: the middle is 6.5
    assert receivables.usual_delay([client.pk], nov(5)) == {client.pk: 7}


def test_who_has_paid_twice_has_no_habit_and_who_pays_early_none_either():
    twice, early = make_plain_client(), make_plain_client()
    for client, days, late in ((twice, 2, 20), (early, 3, -2)):
        for _number in range(days):
            order = order_of("100.00", client, ship_on=oct_(12), deferral_days=0)
            ship_all(order, day=oct_(12))
            make_payment(amount="100.00", orders=order, paid_on=oct_(12) + dt.timedelta(late))
    assert receivables.usual_delay([twice.pk, early.pk], nov(5)) == {}


def test_dues_are_put_off_by_the_delay_and_none_before_today():
    client, punctual = make_plain_client(), make_plain_client()
    order_of("1.00", client, ship_on=nov(11))
    order_of("2.00", client, ship_on=oct_(13))
    order_of("4.00", punctual, ship_on=nov(11))
    moved = receivables.delayed(dues(), {client.pk: 3}, nov(5))
    # The 14th is a Saturday; the 16th of October has passed.
    assert [(due.due_on, due.amount) for due in moved] == [
        (nov(5), Decimal("2.00")),
        (nov(11), Decimal("4.00")),
        (nov(16), Decimal("1.00")),
    ]


def test_receipts_are_what_came_in_by_day_and_form():
    anna = make_user("Анна")
    client = make_plain_client(manager=anna)
    make_payment(client, "1.10", paid_on=nov(2))
    make_payment(client, "2.20", paid_on=nov(2))
    make_payment(client, "4.00", paid_on=nov(2), form="cash")
    make_payment(client, "8.00", paid_on=oct_(31))
    make_payment(None, "16.00", paid_on=nov(3))
    november = Period.of_days(nov(1), nov(30))
    mine = [(one.day, one.form, one.amount) for one in receivables.receipts(anna, november)]
    assert mine == [(nov(2), "cash", Decimal("4.00")), (nov(2), "non_cash", Decimal("3.30"))]
    everything = receivables.receipts(make_user("Директор", Role.DIRECTOR), november)
    assert sum(one.amount for one in everything) == Decimal("23.30")


def test_a_forecast_of_the_past_says_what_was_known_then(thursday):
    director = make_user("Директор", Role.DIRECTOR)
    thursday.move_to(periods.local(dt.date(2026, 9, 28), dt.time(12)))
    client = make_plain_client()
    order = order_of("1000.00", client, ordered_on=dt.date(2026, 9, 28), ship_on=oct_(5), deferral_days=7)
    make_payment(client, "100.00")  # an advance, known on 1 October
    old = order_of("50.00", client, ordered_on=dt.date(2026, 9, 28), ship_on=dt.date(2026, 9, 28))
    ship_all(old)
    thursday.move_to(periods.local(oct_(8), dt.time(12)))
    ship_all(order)
    order_of("700.00", client, ordered_on=oct_(8), ship_on=oct_(9))  # nobody knew of it
    payment = make_payment(client, "600.00")
    match_payment(payment, {order: Decimal("600.00")}, by=director)
    thursday.move_to(THURSDAY)
    found = receivables.accuracy(director, oct_(15))
    # The advance of 100 covers the 50 that were owed and 50 of the thousand due on 12 October.
    assert (found.month, found.expected, found.overdue) == (oct_(1), Decimal("950.00"), Decimal(0))
    assert found.received == Decimal("600.00")
    assert receivables.expected_then(order.manager, oct_(1)) == [
        due for due in receivables.expected_then(director, oct_(1)) if due.manager_id == order.manager_id
    ]


# --- Properties ---

amounts = st.integers(1, 500_000).map(lambda kopecks: Decimal(kopecks).scaleb(-2))


@st.composite
def client_of_orders(draw):
    """[(sum, shipped on or None, instalments, paid part)], advances"""
    orders = []
    for _number in range(draw(st.integers(1, 4))):
        amount = draw(amounts)
        shares = draw(st.lists(st.integers(1, 40), max_size=2))
        parts = [(amount * share / 100).quantize(Decimal("0.01")) for share in shares]
        paid = (amount * draw(st.integers(0, 100)) / 100).quantize(Decimal("0.01"))
        orders.append((amount, draw(st.none() | st.integers(1, 30)), [one for one in parts if one], paid))
    return orders, draw(st.lists(amounts, max_size=2))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(client_of_orders(), st.integers(-40, 40))
def test_dues_add_up_to_what_is_unpaid_less_the_advances_and_none_is_below_zero(client_with, offset):
    made, advances = client_with
    with periods.clock(THURSDAY):
        client = make_plain_client()
        for number, (amount, shipped_on, parts, paid) in enumerate(made):
            order = order_of(
                str(amount),
                client,
                ship_on=oct_(2 + number),
                deferral_days=number * 7,
                instalments=[InstalmentDraft(oct_(10 + n), one, 100) for n, one in enumerate(parts)],
            )
            if shipped_on:
                ship_all(order, day=oct_(shipped_on))
            if paid:
                make_payment(amount=paid, orders=order)
        for advance in advances:
            make_payment(client, advance)
        mine = Order.objects.filter(client=client)
        unpaid = sum((order.unpaid for order in mine), Decimal(0))
        owed = sum((max(order.debt, Decimal(0)) for order in mine), Decimal(0))
        free = sum(advances, Decimal(0))
        day = nov(5) + dt.timedelta(offset)
        found = dues(day, mine)
        assert sum((due.amount for due in found), Decimal(0)) == max(unpaid - free, Decimal(0))
        debt = sum((due.amount for due in found if due.is_debt), Decimal(0))
        assert debt == max(owed - free, Decimal(0))
        assert all(due.amount > 0 for due in found)
        assert sum((one.total for one in receivables.debts(found, day).values()), Decimal(0)) == debt


def test_the_count_of_queries_does_not_grow_with_orders():
    def count():
        clients = [make_plain_client() for _number in range(3)]
        for client in clients:
            ship_all(order_of("100.00", client, ship_on=oct_(9)), day=oct_(9))
            make_payment(client, "10.00")
        ids = [client.pk for client in clients]
        with CaptureQueriesContext(connection) as queries:
            dues()
            receivables.expected_then(reader, oct_(1))
            receivables.usual_delay(ids, nov(5))
        return len(queries)

    reader = make_user("Директор", Role.DIRECTOR)
    assert reader.role == Role.DIRECTOR  # read once for all
    few = count()
    assert count() == few
