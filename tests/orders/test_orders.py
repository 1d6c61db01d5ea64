"""Verbs of orders: what each writes, what it refuses, and that a refusal leaves everything as it was."""

import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import TransactionTestCase

from core import periods
from core.history.tracked import StaleRecord
from orders.actions import costs
from orders.actions.orders import (
    cancel_order,
    create_order,
    originals_came_back,
    promise_payment,
    update_order,
)
from orders.actions.parts import InstalmentDraft
from orders.actions.shipments import take_back as take_back_of
from orders.lines import LineDraft
from orders.models import NumberSeries, Order, OrderLine, Payment, Shipment
from people.models import Role
from tests.factories import TODAY, make_team, make_user
from tests.orders.factories import (
    first_line,
    line,
    make_order,
    make_payment,
    make_product,
    make_terms,
    ship_all,
    ship_part,
    take_back,
)
from tests.pipeline.factories import make_deal, make_plain_client

pytestmark = pytest.mark.django_db

JANUARY = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)


def refusal(call: Any, *args: Any, **kwargs: Any) -> dict[str, list[str]]:
    """The sentences a verb refuses with, by field; "" for those of none."""
    with pytest.raises(ValidationError) as raised:
        call(*args, **kwargs)
    error = raised.value
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def sums(order: Order) -> tuple[Decimal, Decimal, Decimal]:
    order.refresh_from_db()
    return order.amount, order.net, order.cost


def draft_of(order: Order, **fields: Any) -> LineDraft:
    """The order's first line as its form shows it, with other values."""
    known = first_line(order)
    values = {
        "quantity": known.quantity,
        "price": known.price,
        "discount": known.discount,
        "vat_rate": known.vat_rate,
    }
    return LineDraft(known.product, line=known, **(values | fields))


# --- Making ---


def test_an_order_takes_price_vat_and_cost_from_its_products():
    order = make_order(lines=[line(10, make_product(price=Decimal(120), vat_rate=20, cost=Decimal(60)))])
    known = first_line(order)
    assert (known.price, known.vat_rate, known.unit_cost) == (Decimal(120), 20, Decimal(60))
    assert sums(order) == (Decimal(1200), Decimal(1000), Decimal(600))
    assert (order.manager, order.ordered_on, order.shipping) == (order.client.manager, TODAY, "none")


def test_prices_without_vat_have_it_on_top():
    product = make_product(price=Decimal(120), vat_rate=20)
    order = make_order(
        lines=[line(10, product), line(1, product, price=Decimal("9.99"))], prices_with_vat=False
    )
    assert [one.price for one in order.lines.all()] == [Decimal(100), Decimal("9.99")]
    assert sums(order)[:2] == (Decimal("1211.99"), Decimal("1009.99"))


def test_a_sum_is_rounded_once_for_the_line_and_half_up():
    product = make_product(vat_rate=None)
    drafts = [
        line("0.5", product, price=Decimal("0.01")),  # half a kopeck
        line(3, product, price=Decimal("33.33"), discount=Decimal("33.33")),  # 66.663…
    ]
    order = make_order(lines=drafts)
    assert [one.amount for one in order.lines.all()] == [Decimal("0.01"), Decimal("66.66")]
    assert sums(order)[:2] == (Decimal("66.67"), Decimal("66.67"))


def test_numbers_run_without_gaps_within_a_year(clock):
    client = make_plain_client()
    first = make_order(client)
    with pytest.raises(ValidationError):
        make_order(client, ship_on=TODAY - dt.timedelta(1))
    second = make_order(client)
    clock.move_to(JANUARY)
    third = make_order(client)
    late = make_order(client, ordered_on=dt.date(2026, 12, 30))
    assert [str(one) for one in (first, second, third, late)] == [
        "№ 1/2026",
        "№ 2/2026",
        "№ 1/2027",
        "№ 3/2026",
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [LineDraft]}, "lines"),
        ({"ordered_on": TODAY + dt.timedelta(1)}, "ordered_on"),
        ({"ship_on": TODAY - dt.timedelta(1)}, "ship_on"),
        ({"deferral_days": 366}, "deferral_days"),
        ({"deferral_days": -1}, "deferral_days"),
        ({"instalments": [InstalmentDraft(TODAY, Decimal("1200.01"))]}, "instalments"),
        ({"instalments": [InstalmentDraft(TODAY, Decimal(0))]}, "instalments"),
        ({"instalments": [InstalmentDraft(TODAY - dt.timedelta(1), Decimal(5))]}, "instalments"),
    ],
)
def test_an_order_that_cannot_be_is_refused_beside_its_field(fields, name):
    if fields.get("lines"):
        fields = {"lines": [line()] * 301}
    client = make_plain_client()
    assert list(refusal(make_order, client, **fields)) == [name]
    assert not Order.objects.exists()
    assert not NumberSeries.objects.exists()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"quantity": Decimal(0)}, "сколько"),
        ({"quantity": Decimal(-1)}, "сколько"),
        ({"price": Decimal("-0.01")}, "цена"),
        ({"discount": Decimal(101)}, "скидка"),
        ({"price": Decimal(9_000_000_000_000)}, "большая"),
    ],
)
def test_a_line_that_cannot_be_is_named_by_its_place(fields, word):
    product = make_product()
    wrong = LineDraft(product, **({"quantity": Decimal(10)} | fields))
    [sentence] = refusal(make_order, lines=[line(1, product), wrong])["lines"]
    assert sentence.startswith("Строка 2: ")
    assert word in sentence


def test_what_is_not_sold_any_more_goes_into_no_new_line():
    product = make_product("Старый", retired_at=periods.now())
    assert "Старый" in refusal(make_order, lines=[line(1, product)])["lines"][0]


def test_a_product_without_a_price_asks_for_one():
    product = make_product(price=None)
    assert "цен" in refusal(make_order, lines=[line(1, product)])["lines"][0]
    assert make_order(lines=[line(1, product, price=Decimal(5))]).amount == 5


def test_an_order_is_made_by_who_may_change_the_client_and_see_the_manager():
    north = make_team()
    anna, boris = make_user(team=north), make_user(team=north)
    client = make_plain_client(manager=anna)
    with pytest.raises(PermissionDenied):
        make_order(client, by=boris)
    with pytest.raises(PermissionDenied):
        make_order(client, manager=boris)
    assert make_order(client, by=make_user(role=Role.HEAD, team=north), manager=boris).manager == boris


def test_an_order_of_a_deal_is_of_its_client():
    deal = make_deal()
    assert make_order(deal.client, deal=deal).deal == deal
    other = make_plain_client(manager=deal.manager)
    assert list(refusal(make_order, other, deal=deal)) == ["deal"]


# --- Changing ---


def test_lines_change_come_and_go_while_nothing_has_been_shipped():
    order = make_order(lines=[line(10), line(2)])
    update_order(order, by=order.manager, lines=[line(1), draft_of(order, quantity=Decimal(5))])
    assert [(one.position, one.quantity) for one in order.lines.all()] == [(1, 1), (2, 5)]
    assert sums(order) == (Decimal(720), Decimal(600), Decimal(360))


def test_a_price_said_anew_reckons_the_sums_anew_and_the_cost_stays_as_it_was_known():
    order = make_order()
    product = first_line(order).product
    product.cost = Decimal(99)
    update_order(order, by=order.manager, lines=[draft_of(order, price=Decimal(60))])
    assert sums(order) == (Decimal(600), Decimal(500), Decimal(600))


def test_prices_may_come_to_mean_without_vat_until_something_is_shipped():
    order = make_order()
    update_order(order, by=order.manager, prices_with_vat=False)
    assert sums(order)[:2] == (Decimal(1440), Decimal(1200))
    ship_part(order, 1)
    order.refresh_from_db()
    assert list(refusal(update_order, order, by=order.manager, prices_with_vat=True)) == ["prices_with_vat"]


def test_a_line_shipped_in_part_keeps_its_price_and_at_least_what_went_out():
    order = make_order()
    ship_part(order, 4)
    for change in ({"quantity": Decimal(3)}, {"price": Decimal(1)}, {"discount": Decimal(1)}):
        order.refresh_from_db()
        assert list(refusal(update_order, order, by=order.manager, lines=[draft_of(order, **change)])) == [
            "lines"
        ]
    order.refresh_from_db()
    assert list(refusal(update_order, order, by=order.manager, lines=[line(1)])) == ["lines"]
    order.refresh_from_db()
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(4)), line(1)])
    assert (order.amount, order.shipped, order.shipping) == (Decimal(600), Decimal(480), "part")


def test_a_line_left_as_it_was_shipped_is_whole():
    order = make_order()
    ship_part(order, 4)
    order.refresh_from_db()
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(4))])
    assert (order.shipping, order.amount) == ("whole", order.shipped)
    assert list(refusal(update_order, order, by=order.manager, lines=[draft_of(order)])) == ["lines"]


def test_who_read_the_lines_before_they_changed_saves_nothing():
    order = make_order()
    stale = Order.objects.get(pk=order.pk)
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(5))])
    with pytest.raises(StaleRecord):
        update_order(stale, by=order.manager, lines=[draft_of(order, quantity=Decimal(7))])
    assert first_line(order).quantity == 5


def test_an_order_keeps_the_year_of_its_number(clock):
    order = make_order()
    clock.move_to(JANUARY)
    wrong = refusal(
        update_order, order, by=order.manager, ordered_on=dt.date(2027, 1, 10), ship_on=dt.date(2027, 2, 1)
    )
    assert list(wrong) == ["ordered_on"]


def test_the_order_is_not_moved_past_its_first_shipment(clock):
    order = make_order()
    ship_part(order, 1)
    clock.move_to(periods.now() + dt.timedelta(3))
    order.refresh_from_db()
    assert list(refusal(update_order, order, by=order.manager, ordered_on=TODAY + dt.timedelta(1))) == [
        "ordered_on"
    ]


def test_handing_an_order_over_is_for_heads():
    north = make_team()
    head, boris = make_user(role=Role.HEAD, team=north), make_user(team=north)
    order = make_order(manager=make_user(team=north))
    with pytest.raises(PermissionDenied):
        update_order(order, by=order.manager, manager=boris)
    order.refresh_from_db()
    assert update_order(order, by=head, manager=boris).manager == boris


def test_instalments_are_those_given_and_fit_the_order():
    order = make_order(instalments=[InstalmentDraft(TODAY, Decimal(200))])
    parts = [
        InstalmentDraft(TODAY, Decimal(200)),
        InstalmentDraft(TODAY + dt.timedelta(30), Decimal(1000), 50),
    ]
    update_order(order, by=order.manager, instalments=parts)
    assert [(one.amount, one.confidence) for one in order.instalments.all()] == [(200, 100), (1000, 50)]
    wrong = refusal(update_order, order, by=order.manager, lines=[draft_of(order, quantity=Decimal(9))])
    assert list(wrong) == ["instalments"]


# --- Cancelling ---


def test_a_cancelled_order_owes_nothing_and_its_money_is_free():
    order = make_order()
    payment = make_payment(orders=order, amount=500)
    cancel_order(order, by=order.manager, reason=" Передумали ")
    assert (order.cancelled_on, order.cancel_reason, order.paid) == (TODAY, "Передумали", 0)
    assert Payment.objects.get(pk=payment.pk).advance == 500
    assert refusal(cancel_order, order, by=order.manager, reason="ещё раз")
    assert refusal(update_order, order, by=order.manager, ship_on=TODAY + dt.timedelta(30))
    order.refresh_from_db()
    assert update_order(order, by=order.manager, note="Вернутся весной").note == "Вернутся весной"


def test_no_order_is_cancelled_without_a_reason_or_with_goods_at_the_client():
    order = make_order()
    assert list(refusal(cancel_order, order, by=order.manager, reason=" ")) == ["reason"]
    shipment = ship_part(order, 4)
    order.refresh_from_db()
    assert refusal(cancel_order, order, by=order.manager, reason="Передумали")
    take_back(shipment)
    order.refresh_from_db()
    cancel_order(order, by=order.manager, reason="Передумали")
    assert order.shipped == 0


# --- Promises, papers, costs ---


def test_a_promise_to_pay_lies_ahead():
    order = make_order()
    assert list(refusal(promise_payment, order, TODAY - dt.timedelta(1), by=order.manager)) == ["promised_on"]
    order.refresh_from_db()
    assert promise_payment(order, TODAY, by=order.manager).promised_on == TODAY
    assert promise_payment(order, None, by=order.manager).promised_on is None


def test_originals_come_back_between_the_order_and_today():
    order = make_order()
    for day in (TODAY - dt.timedelta(1), TODAY + dt.timedelta(1)):
        order.refresh_from_db()
        assert list(refusal(originals_came_back, order, day, by=order.manager)) == ["originals_on"]
    order.refresh_from_db()
    assert originals_came_back(order, TODAY, by=order.manager).originals_on == TODAY


def test_extra_costs_add_up_beside_the_goods():
    order = make_order()
    cost = costs.add_cost(order, by=order.manager, kind="transport", amount=Decimal(100), accrued_on=TODAY)
    costs.add_cost(order, by=order.manager, kind="commission", amount=Decimal(50), accrued_on=TODAY)
    costs.update_cost(cost, by=order.manager, amount=Decimal(70), paid_on=TODAY)
    order.refresh_from_db()
    assert (order.extra_costs, order.amount) == (Decimal(120), Decimal(1200))
    costs.remove_cost(cost, by=order.manager)
    order.refresh_from_db()
    assert order.extra_costs == 50
    early = {"kind": "other", "amount": Decimal(1), "accrued_on": TODAY, "paid_on": TODAY - dt.timedelta(1)}
    assert list(refusal(costs.add_cost, order, by=order.manager, **early)) == ["paid_on"]
    assert list(
        refusal(costs.add_cost, order, by=order.manager, kind="other", amount=Decimal(0), accrued_on=TODAY)
    ) == ["amount"]


# --- Against the terms (C7) ---


def test_an_order_within_the_terms_needs_no_reason():
    client = make_plain_client()
    make_terms(client, discount=5, deferral_days=14, credit_limit=1140)
    order = make_order(client, lines=[line(10, discount=Decimal(5))])
    assert (order.deferral_days, order.terms_reason) == (14, "")


@pytest.mark.parametrize(
    ("terms", "fields", "word"),
    [
        ({"discount": 5, "deferral_days": 30}, {"discount": Decimal("5.01")}, "5,01"),
        ({"discount": 5, "deferral_days": 30}, {"deferral_days": 31}, "31"),
        ({"credit_limit": Decimal("1199.99")}, {}, "1 200"),
    ],
)
def test_an_order_against_the_terms_needs_a_reason(terms, fields, word):
    client = make_plain_client()
    make_terms(client, **terms)
    fields = dict(fields)
    lines = [line(10, discount=fields.pop("discount", Decimal(0)))]
    sentences = refusal(make_order, client, lines=lines, **fields)["terms_reason"]
    assert word in sentences[0].replace("\xa0", " ")
    assert make_order(client, lines=lines, terms_reason=" Акция ", **fields).terms_reason == "Акция"


def test_the_limit_counts_what_everybody_shipped_less_what_came_in():
    client = make_plain_client()
    make_terms(client, credit_limit=2400)
    first = make_order(client)
    assert make_order(client)  # nothing is owed while nothing has been shipped
    ship_all(first)
    assert make_order(client)
    second = make_order(client)
    ship_all(second)
    assert "terms_reason" in refusal(make_order, client)
    make_payment(client, 1200)  # for no order yet, and yet it is here
    assert make_order(client)


def test_what_is_paid_before_the_shipment_is_no_credit():
    client = make_plain_client()
    make_terms(client, credit_limit=200)
    before = InstalmentDraft(TODAY + dt.timedelta(3), Decimal(1000))
    assert make_order(client, instalments=[before])
    after = InstalmentDraft(TODAY + dt.timedelta(8), Decimal(1000))
    assert "terms_reason" in refusal(make_order, client, instalments=[after])


def test_without_terms_nothing_is_against_them():
    assert make_order(lines=[line(10, discount=Decimal(50))], deferral_days=365)


def test_a_change_asks_the_terms_only_where_they_have_a_say():
    client = make_plain_client()
    order = make_order(client)
    make_terms(client, credit_limit=100)
    order = update_order(order, by=order.manager, note="Позвонить на склад")
    assert "terms_reason" in refusal(update_order, order, by=order.manager, lines=[draft_of(order)])
    order.refresh_from_db()
    update_order(order, by=order.manager, lines=[draft_of(order)], terms_reason="Согласовано")
    assert order.terms_reason == "Согласовано"


# --- Rights: refused before anything is written ---


def test_a_stranger_changes_nothing():
    order = make_order()
    shipment = ship_part(order, 1)
    order.refresh_from_db()
    stranger, before = make_user(), list(Order.all_objects.values()) + list(OrderLine.all_objects.values())
    calls: list[Any] = [
        lambda: update_order(order, by=stranger, note="x"),
        lambda: cancel_order(order, by=stranger, reason="x"),
        lambda: promise_payment(order, TODAY, by=stranger),
        lambda: originals_came_back(order, TODAY, by=stranger),
        lambda: costs.add_cost(order, by=stranger, kind="other", amount=Decimal(1), accrued_on=TODAY),
        lambda: ship_all(order, by=stranger),
        lambda: take_back_of(shipment, by=stranger),
        lambda: create_order(by=stranger, client=order.client, lines=[line()], ship_on=TODAY),
    ]
    for call in calls:
        with pytest.raises(PermissionDenied):
            call()
    assert list(Order.all_objects.values()) + list(OrderLine.all_objects.values()) == before
    assert Shipment.objects.count() == 1


class AtOneMoment(TransactionTestCase):
    """Two sellers make orders at one moment: they get neighbouring numbers."""

    def test_numbers_are_neighbours(self) -> None:
        clients = [make_plain_client() for _ in range(3)]
        product = make_product()
        start = threading.Barrier(3)

        def make(client: Any) -> None:
            try:
                start.wait(10)
                make_order(client, lines=[line(1, product)])
            finally:
                connection.close()

        threads = [threading.Thread(target=make, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(Order.objects.values_list("number", flat=True)) == [1, 2, 3]
