"""Shipments, returns, corrections: what each document says and what it refuses."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from orders.actions.orders import cancel_order, update_order
from orders.actions.shipments import correct, ship
from orders.models import Shipment
from tests.factories import TODAY, make_team, make_user
from tests.orders.factories import (
    first_line,
    line,
    make_order,
    make_payment,
    make_product,
    ship_all,
    ship_part,
    take_back,
)
from tests.orders.test_orders import draft_of, refusal

pytestmark = pytest.mark.django_db

DECEMBER = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(1)


# --- Going out ---


def test_a_shipment_holds_what_went_out_and_who_is_credited():
    order = make_order(lines=[line(10), line(3)])
    document = ship_all(order)
    order.refresh_from_db()
    assert (document.amount, document.net, document.cost) == (order.amount, order.net, order.cost)
    assert (document.day, document.month, document.client) == (TODAY, TODAY.replace(day=1), order.client)
    assert (document.manager, str(document), document.lines.count()) == (order.manager, "№ 1/2026", 2)
    assert (order.shipping, order.shipped, order.last_shipped_on) == ("whole", order.amount, TODAY)
    assert [one.shipped for one in order.lines.all()] == [10, 3]


def test_an_order_goes_out_in_parts():
    order = make_order()
    ship_part(order, "2.5")
    order.refresh_from_db()
    assert (order.shipping, order.shipped, first_line(order).shipped) == (
        "part",
        Decimal(300),
        Decimal("2.5"),
    )
    ship_all(order)
    order.refresh_from_db()
    assert (order.shipping, order.shipped) == ("whole", Decimal(1200))


def test_the_last_part_takes_the_rest_to_the_kopeck():
    order = make_order(
        lines=[line(3, make_product(price=Decimal("33.34"), cost=Decimal("0.33")), discount=Decimal("0.1"))]
    )
    parts = [ship_part(order, 1) for _number in range(3)]
    order.refresh_from_db()
    assert order.amount == Decimal("99.92")
    assert [part.amount for part in parts] == [Decimal("33.31"), Decimal("33.31"), Decimal("33.30")]
    assert sum(part.net for part in parts) == order.net
    assert sum(part.cost for part in parts) == order.cost


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"day": TODAY + DAY}, "day"),
        ({"day": TODAY - 3 * DAY}, "day"),
        ({"quantity": "10.001"}, "quantities"),
        ({"quantity": "-1"}, "quantities"),
        ({"quantity": "0"}, "quantities"),
    ],
)
def test_a_shipment_that_cannot_be_is_refused(fields, name):
    order = make_order(ordered_on=TODAY - 2 * DAY)
    quantities = {first_line(order): Decimal(fields.get("quantity", 10))}
    assert list(refusal(ship, order, by=order.manager, day=fields.get("day"), quantities=quantities)) == [
        name
    ]
    assert not Shipment.objects.exists()


def test_nothing_goes_out_twice():
    order = make_order()
    ship_all(order)
    assert list(refusal(ship_all, order)) == ["quantities"]


def test_a_cancelled_order_is_not_shipped():
    order = make_order()
    cancel_order(order, by=order.manager, reason="Передумали")
    assert refusal(ship_all, order)


def test_lines_of_another_order_are_not_shipped():
    order, other = make_order(), make_order()
    with pytest.raises(PermissionDenied):
        ship_part(order, {first_line(other): 1})


def test_what_was_shipped_stays_credited_to_who_shipped_it_when_the_order_is_handed_over():
    north = make_team()
    anna, boris = make_user(team=north), make_user(team=north)
    order = make_order(manager=anna)
    first = ship_part(order, 4)
    head = make_user(role="head", team=north)
    order.refresh_from_db()
    update_order(order, by=head, manager=boris)
    second = ship_part(order, 6)
    back = take_back(Shipment.objects.get(pk=first.pk), 1)
    assert (first.manager, second.manager, back.manager) == (anna, boris, anna)


# --- Coming back ---


def test_a_return_counts_in_its_own_month_and_makes_the_order_smaller(clock):
    order = make_order()
    shipment = ship_all(order)
    clock.move_to(DECEMBER)
    back = take_back(shipment, 3)
    order.refresh_from_db()
    assert (back.kind, back.amount, back.month, back.corrects) == (
        "return",
        -360,
        dt.date(2026, 12, 1),
        shipment,
    )
    assert [row.quantity for row in back.lines.all()] == [-3]
    assert (order.amount, order.shipped, order.shipping) == (840, 840, "whole")
    assert first_line(order).quantity == first_line(order).shipped == 7
    assert order.last_shipped_on == TODAY


def test_what_is_replaced_is_shipped_again():
    order = make_order()
    shipment = ship_all(order)
    take_back(shipment, 3, replace=True)
    order.refresh_from_db()
    assert (order.amount, order.shipped, order.shipping) == (1200, 840, "part")
    assert ship_all(order).amount == 360


def test_no_more_comes_back_than_is_with_the_client():
    order = make_order()
    shipment = ship_part(order, 6)
    take_back(shipment, 2)
    assert list(refusal(take_back, shipment, 5)) == ["quantities"]
    assert take_back(shipment).amount == -480
    assert list(refusal(take_back, shipment)) == ["quantities"]


def test_a_return_is_not_before_its_shipment():
    order = make_order(ordered_on=TODAY - 5 * DAY)
    shipment = ship_all(order, day=TODAY - DAY)
    assert list(refusal(take_back, shipment, day=TODAY - 2 * DAY)) == ["day"]
    assert list(refusal(take_back, shipment, day=TODAY + DAY)) == ["day"]


def test_a_return_does_not_come_back():
    back = take_back(ship_all(make_order()), 1)
    assert refusal(take_back, back)


def test_what_was_paid_and_came_back_is_paid_too_much():
    order = make_order()
    shipment = ship_all(order)
    make_payment(orders=order, amount=1200)
    take_back(shipment)
    order.refresh_from_db()
    assert (order.debt, order.unpaid) == (-1200, -1200)


# --- Correcting ---


def test_a_correction_holds_the_difference_and_the_order_follows(clock):
    order = make_order(lines=[line(10), line(5)])
    one, two = order.lines.all()
    shipment = ship_all(order)
    clock.move_to(DECEMBER)
    document = correct(
        shipment, by=order.manager, sums={one: Decimal(1080), two: Decimal(600)}, note="Скидка задним числом"
    )
    order.refresh_from_db()
    assert (document.kind, document.amount, document.net, document.cost) == ("correction", -120, -100, 0)
    assert [(row.order_line, row.quantity) for row in document.lines.all()] == [(one, 0)]
    assert (order.amount, order.net, order.shipped, order.shipping) == (1680, 1400, 1680, "whole")


def test_a_correction_needs_a_reason_and_a_difference():
    order = make_order()
    shipment, known = ship_all(order), first_line(order)

    def correcting(amount: int, note: str = "Ошибка в цене", **fields: Any) -> Any:
        return correct(shipment, by=order.manager, sums={known: Decimal(amount)}, note=note, **fields)

    assert list(refusal(correcting, 1000, note=" ")) == ["note"]
    assert list(refusal(correcting, 1200)) == ["sums"]
    assert list(refusal(correcting, -1)) == ["sums"]
    assert list(refusal(correcting, 1000, day=TODAY - DAY)) == ["day"]
    take_back(shipment)
    assert list(refusal(correcting, 1000)) == ["sums"]


def test_what_comes_back_after_a_correction_is_worth_what_it_was_corrected_to():
    order = make_order()
    shipment = ship_all(order)
    correct(shipment, by=order.manager, sums={first_line(order): Decimal(600)}, note="Уценка")
    assert take_back(shipment, 5).amount == -300
    assert take_back(shipment).amount == -300
    order.refresh_from_db()
    assert (order.amount, order.shipped, order.net, order.cost) == (0, 0, 0, 0)


def test_a_line_changed_after_a_correction_keeps_it():
    order = make_order()
    shipment = ship_part(order, 5)
    correct(shipment, by=order.manager, sums={first_line(order): Decimal(500)}, note="Уценка")
    order.refresh_from_db()
    assert order.amount == 1100
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(12))])
    assert order.amount == 500 + 7 * 120
