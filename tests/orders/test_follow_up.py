"""What happens to orders when clients and deals are deleted, handed over or merged, and at rollbacks."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.history import rollback
from core.history.operations import Operation
from leads.actions import assign_clients, delete_client, merge_clients
from orders.actions.orders import cancel_order, update_order
from orders.actions.payments import match_payment, unmatch
from orders.actions.terms import set_terms
from orders.models import Allocation, Order, Payment, Shipment, Terms
from people import access
from people.models import Role, User
from pipeline.actions import delete_deal
from tests.factories import make_team, make_user
from tests.orders.factories import first_line, line, make_order, make_payment, make_terms, ship_all, ship_part
from tests.orders.test_orders import draft_of
from tests.orders.test_sales import sales
from tests.pipeline.factories import make_deal, make_plain_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user(role=Role.ADMIN)


def roll_back(operation: Operation, by: User) -> Operation:
    return rollback.apply(operation, by=by, allowed=lambda model, ids: access.changeable(by, model, ids))


def last_operation() -> Operation:
    operation: Operation = Operation.objects.latest("pk")
    return operation


def test_a_client_with_orders_or_payments_is_not_deleted():
    order = make_order()
    paid = make_payment(make_plain_client()).client
    for client in (order.client, paid):
        with pytest.raises(ValidationError):
            delete_client(client, by=client.manager)
        client.refresh_from_db()
        assert client.deleted_at is None
    assert delete_client(make_plain_client(manager=paid.manager), by=paid.manager)


def test_a_deal_with_an_order_is_not_deleted_until_the_order_is_cancelled():
    deal = make_deal()
    order = make_order(deal.client, deal=deal)
    with pytest.raises(ValidationError):
        delete_deal(deal, by=deal.manager)
    cancel_order(order, by=order.manager, reason="Передумали")
    deal.refresh_from_db()
    assert delete_deal(deal, by=deal.manager)


def test_orders_that_something_has_to_come_of_go_along_with_their_client():
    north = make_team()
    anna, boris, vera = (make_user(team=north) for _ in range(3))
    head = make_user(role=Role.HEAD, team=north)
    client = make_plain_client(manager=anna)
    fresh, part, unpaid, done, cancelled = (make_order(client) for _ in range(5))
    of_vera = make_order(client, by=head, manager=vera)
    shipment = ship_part(part, 1)
    for order in (unpaid, done):
        ship_all(order)
    make_payment(orders=done, amount=1200)
    cancel_order(cancelled, by=anna, reason="Передумали")
    assign_clients([client.pk], boris, by=head)
    managers = {
        order.pk: Order.objects.get(pk=order.pk).manager for order in (fresh, part, unpaid, done, cancelled)
    }
    assert [managers[order.pk] for order in (fresh, part, unpaid)] == [boris] * 3
    assert [managers[order.pk] for order in (done, cancelled)] == [anna] * 2
    assert Order.objects.get(pk=of_vera.pk).manager == vera
    assert Shipment.objects.get(pk=shipment.pk).manager == anna


def test_two_cards_become_one_with_all_that_was_sold_and_come_apart_again():
    manager = make_user()
    survivor, away = (make_plain_client(name, manager=manager) for name in ("Первый", "Второй"))
    orders = [make_order(client) for client in (survivor, away)]
    for order in orders:
        ship_all(order)
    payment = make_payment(orders=orders[1], amount=200)
    terms = make_terms(away, discount=7)
    before = sales()
    merge = merge_clients(survivor, away, by=manager)
    assert set(Order.objects.values_list("client", flat=True)) == {survivor.pk}
    assert set(Shipment.objects.values_list("client", flat=True)) == {survivor.pk}
    assert Payment.objects.get(pk=payment.pk).client == survivor
    assert Terms.objects.get(pk=terms.pk).client == survivor
    assert {row[2] for row in sales()[1]} == {survivor.pk}
    roll_back(merge, manager)
    assert sales() == before
    assert Order.objects.get(pk=orders[1].pk).client == away
    assert Terms.objects.get(pk=terms.pk).client == away


def test_of_two_terms_those_of_the_card_that_stays_hold():
    manager = make_user()
    survivor, away = (make_plain_client(name, manager=manager) for name in ("Первый", "Второй"))
    for client, discount in ((survivor, 3), (away, 7)):
        make_terms(client, discount=discount)
    merge = merge_clients(survivor, away, by=manager)
    assert Terms.objects.get().discount == 3
    roll_back(merge, manager)
    assert Terms.objects.get(client=away).discount == 7


def test_an_order_is_not_taken_back_by_a_rollback(admin):
    order = make_order()
    with pytest.raises(rollback.Refused) as refused:
        roll_back(last_operation(), admin)
    assert "Отмените заказ" in refused.value.sentence
    assert Order.objects.get(pk=order.pk).deleted_at is None


def test_documents_are_not_rolled_back(admin):
    order = make_order()
    ship_all(order)
    with pytest.raises(rollback.Refused) as refused:
        roll_back(last_operation(), admin)
    assert "№ 1/2026" in refused.value.sentence


def test_a_cancellation_taken_back_brings_the_order_and_its_money(admin):
    order = make_order()
    make_payment(orders=order, amount=500)
    operation = cancel_order(order, by=order.manager, reason="Передумали")
    roll_back(operation, admin)
    order.refresh_from_db()
    assert (order.cancelled_on, order.paid, Payment.objects.get().allocated) == (None, 500, 500)
    assert Allocation.objects.count() == 1


def test_money_that_is_for_another_order_meanwhile_does_not_come_back(admin):
    order = make_order()
    payment = make_payment(orders=order, amount=500)
    operation = cancel_order(order, by=order.manager, reason="Передумали")
    other = make_order(order.client)
    match_payment(payment, {other: Decimal(300)}, by=admin)
    with pytest.raises(rollback.Refused) as refused:
        roll_back(operation, admin)
    assert "разнесён" in refused.value.sentence
    unmatch(Payment.objects.get(pk=payment.pk), by=admin)
    roll_back(operation, admin)
    order.refresh_from_db()
    assert (order.cancelled_on, order.paid) == (None, 500)


def test_a_change_of_lines_taken_back_brings_their_sums(admin):
    order = make_order()
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(5)), line(1)])
    changed = last_operation()
    roll_back(changed, admin)
    order.refresh_from_db()
    assert (order.amount, order.net, order.cost, order.lines.count()) == (1200, 1000, 600, 1)
    update_order(order, by=order.manager, prices_with_vat=False)
    roll_back(last_operation(), admin)
    order.refresh_from_db()
    assert order.amount == 1200


def test_a_line_does_not_go_back_below_what_was_shipped_meanwhile(admin):
    order = make_order()
    update_order(order, by=order.manager, lines=[draft_of(order, quantity=Decimal(20))])
    operation = last_operation()
    ship_part(order, 15)
    with pytest.raises(rollback.Refused):
        roll_back(operation, admin)
    assert first_line(order).quantity == 20


def test_terms_are_set_by_heads_and_kept_as_they_were(admin):
    client = make_plain_client()
    with pytest.raises(Exception, match="terms"):
        set_terms(client, by=client.manager, discount=Decimal(5))
    terms = set_terms(client, by=admin, discount=Decimal(5), credit_limit=Decimal(1000))
    set_terms(client, by=admin, terms=terms, credit_limit=None)
    assert (Terms.objects.get().discount, Terms.objects.get().credit_limit) == (5, None)
    wrong: list[tuple[str, Any]] = [
        ("discount", Decimal(101)),
        ("deferral_days", 366),
        ("credit_limit", Decimal(-1)),
    ]
    for name, value in wrong:
        with pytest.raises(ValidationError) as refused:
            set_terms(client, by=admin, **{name: value})
        assert list(refused.value.message_dict) == [name]


def test_what_is_bought_a_month_is_the_average_of_three_whole_months(clock):
    from orders.terms import bought_a_month

    order = make_order()
    ship_part(order, 3)  # in November
    clock.move_to(dt.datetime(2027, 1, 20, 9, 0, tzinfo=dt.UTC))
    ship_part(order, 6)  # in January
    assert bought_a_month(order.client_id, dt.date(2027, 1, 31)) == 120
    assert bought_a_month(order.client_id, dt.date(2027, 2, 1)) == 360
    assert bought_a_month(order.client_id, dt.date(2027, 3, 1)) == 240
