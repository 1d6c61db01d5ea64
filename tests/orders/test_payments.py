"""Payments: what may be matched to what, and what nobody can do past the rules."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history import rollback
from core.history.operations import Operation
from leads.actions import merge_clients
from orders.actions import payments as actions
from orders.actions.orders import cancel_order
from orders.models import Allocation, Order, Payment
from people import access
from people.models import Role
from tests.factories import THURSDAY, TODAY, make_team, make_user
from tests.orders.factories import line, make_order, make_payment, make_product
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team("Север")


@pytest.fixture
def anna(team):
    return make_user("Анна Белова", team=team)


@pytest.fixture
def head(team):
    return make_user("Галина Сизова", Role.HEAD, team=team)


@pytest.fixture
def client_(anna):
    return make_plain_client(manager=anna)


def order_of(amount, client):
    return make_order(client, lines=[line(1, make_product(price=Decimal(amount)))])


def record(by, amount, **fields):
    return actions.record_payment(
        by=by, paid_on=fields.pop("paid_on", TODAY), amount=Decimal(amount), **fields
    )


def fresh(record_):
    return type(record_).objects.get(pk=record_.pk)


def test_a_payment_is_matched_and_both_sides_know_it(head, client_):
    order = order_of("1000.00", client_)
    payment = record(head, "400.50", client=client_, allocations={order: Decimal("400.00")})
    assert (payment.allocated, payment.advance) == (Decimal("400.00"), Decimal("0.50"))
    assert fresh(order).paid == Decimal("400.00")


def test_only_who_may_enters_payments_and_nothing_is_written_otherwise(anna, head, client_):
    stranger = make_plain_client()
    foreign = order_of("5.00", stranger)
    before = Operation.objects.count()
    with pytest.raises(PermissionDenied):
        record(anna, "1.00", client=client_)
    with pytest.raises(PermissionDenied):
        record(head, "1.00", client=stranger)
    with pytest.raises(PermissionDenied):
        record(head, "1.00", allocations={foreign: Decimal(1)})
    assert not Payment.objects.exists() and Operation.objects.count() == before


def test_no_order_takes_more_than_it_lacks_and_the_sentence_names_it(head, client_):
    order = order_of("1000.00", client_)
    make_payment(amount="700.00", orders=order)
    payment = record(head, "500.00", client=client_)
    with pytest.raises(ValidationError) as caught:
        actions.match_payment(payment, {order: Decimal("300.01")}, by=head)
    assert "300" in caught.value.message_dict[f"order-{order.pk}"][0]
    assert fresh(payment).allocated == 0 and fresh(order).paid == Decimal("700.00")
    actions.match_payment(payment, {order: Decimal("300.00")}, by=head)
    assert fresh(payment).advance == Decimal("200.00")


def test_no_payment_is_matched_for_more_than_it_is(head, client_):
    one, other = order_of("100.00", client_), order_of("100.00", client_)
    payment = record(head, "150.00", client=client_, allocations={one: Decimal("100.00")})
    with pytest.raises(ValidationError) as caught:
        actions.match_payment(payment, {other: Decimal("50.01")}, by=head)
    assert "allocations" in caught.value.message_dict
    actions.match_payment(payment, {one: Decimal("99.99"), other: Decimal("50.01")}, by=head)
    assert (fresh(one).paid, fresh(other).paid) == (Decimal("99.99"), Decimal("50.01"))


def test_an_order_that_is_matched_already_is_measured_without_that(head, client_):
    order = order_of("100.00", client_)
    payment = record(head, "100.00", client=client_, allocations={order: Decimal("60.00")})
    actions.match_payment(payment, {order: Decimal("100.00")}, by=head)
    actions.match_payment(payment, {order: Decimal("100.00")}, by=head)
    assert Allocation.objects.count() == 1 and fresh(order).paid == Decimal("100.00")
    actions.match_payment(payment, {order: Decimal(0)}, by=head)
    assert not Allocation.objects.exists() and fresh(order).paid == 0


def test_a_payment_is_for_one_client(head, anna, client_):
    other = make_plain_client("Другой", manager=anna)
    payment = record(head, "10.00", client=client_)
    with pytest.raises(ValidationError):
        actions.match_payment(payment, {order_of("10.00", other): Decimal(1)}, by=head)
    nobodys = record(head, "10.00")
    actions.match_payment(nobodys, {order_of("10.00", other): Decimal(1)}, by=head)
    assert fresh(nobodys).client == other


def test_money_of_a_day_to_come_and_no_money_are_refused(head, client_):
    with pytest.raises(ValidationError) as caught:
        record(head, "1.00", client=client_, paid_on=TODAY + dt.timedelta(1))
    assert "paid_on" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        record(head, "0.00", client=client_)
    assert "amount" in caught.value.message_dict


def test_a_cancelled_order_takes_no_money_and_gives_back_what_it_had(head, client_):
    order = order_of("100.00", client_)
    payment = record(head, "100.00", client=client_, allocations={order: Decimal(100)})
    cancel_order(fresh(order), by=head, reason="Передумали")
    assert fresh(payment).advance == Decimal(100)
    with pytest.raises(ValidationError):
        actions.match_payment(payment, {order: Decimal(1)}, by=head)


def test_what_is_matched_bounds_later_changes(head, client_, anna):
    order = order_of("100.00", client_)
    payment = record(head, "100.00", client=client_, allocations={order: Decimal("60.00")})
    with pytest.raises(ValidationError) as caught:
        actions.update_payment(fresh(payment), by=head, amount=Decimal("59.99"))
    assert "amount" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        actions.update_payment(fresh(payment), by=head, client=make_plain_client(manager=anna))
    assert "client" in caught.value.message_dict
    actions.update_payment(fresh(payment), by=head, amount=Decimal("60.00"), number="7")
    assert fresh(payment).advance == 0


def test_unmatched_and_deleted_payments_leave_their_orders_unpaid(head, client_):
    order = order_of("100.00", client_)
    payment = record(head, "100.00", client=client_, allocations={order: Decimal(100)})
    actions.unmatch(payment, by=head, order=order_of("5.00", client_))
    assert fresh(order).paid == 100
    actions.unmatch(payment, by=head, order=order)
    assert fresh(order).paid == 0 and fresh(payment).advance == 100
    actions.match_payment(payment, {order: Decimal(100)}, by=head)
    operation = actions.delete_payment(payment, by=head)
    assert fresh(order).paid == 0 and not Payment.objects.exists()
    undo(operation, head)
    assert fresh(order).paid == 100 and fresh(payment).allocated == 100


def undo(operation, by):
    return rollback.apply(operation, by=by, allowed=lambda model, ids: access.changeable(by, model, ids))


def test_a_payment_does_not_come_back_smaller_than_it_is_matched(head, client_):
    payment = record(head, "60.00", client=client_)
    actions.update_payment(payment, by=head, amount=Decimal(100))
    raised = Operation.objects.latest("pk")
    actions.match_payment(payment, {order_of("100.00", client_): Decimal(100)}, by=head)
    with pytest.raises(rollback.Refused):
        undo(raised, head)
    actions.unmatch(payment, by=head)
    undo(raised, head)
    assert fresh(payment).amount == 60


def test_a_payment_does_not_go_back_to_a_client_while_it_is_anothers_orders(head, client_, anna):
    other = make_plain_client("Вторая карточка", manager=anna)
    payment = record(head, "60.00", client=other)
    actions.update_payment(payment, by=head, client=client_)
    moved = Operation.objects.latest("pk")
    actions.match_payment(payment, {order_of("100.00", client_): Decimal(60)}, by=head)
    with pytest.raises(rollback.Refused):
        undo(moved, head)


def test_payments_go_with_their_card_into_another(head, client_, anna):
    other = make_plain_client("Вторая карточка", manager=anna)
    order = order_of("100.00", other)
    payment = record(head, "100.00", client=other, allocations={order: Decimal(40)})
    merge_clients(client_, other, by=head, choices={})
    assert fresh(payment).client == client_ and fresh(payment).allocated == 40
    undo(Operation.objects.latest("pk"), head)
    assert fresh(payment).client == other and fresh(order).client == other


def test_who_sees_which_payments(head, anna, client_):
    director, other_head = make_user("Директор", Role.DIRECTOR), make_user("Другой РОП", Role.HEAD)
    mine, nobodys = make_payment(client_, 1), make_payment(None, 2)
    theirs = make_payment(make_plain_client(), 3)

    def seen(user):
        return set(Payment.objects.visible_to(user))

    assert seen(anna) == {mine}
    assert seen(head) == {mine, nobodys}
    assert seen(other_head) == {nobodys}
    assert seen(director) == {mine, nobodys, theirs}


def test_what_can_be_matched_is_told_from_an_advance_that_waits(client_):
    waits = make_payment(client_, 5)
    nobodys = make_payment(None, 2)
    assert set(Payment.objects.all().to_be_matched()) == {nobodys}
    order_of("10.00", client_)
    assert set(Payment.objects.all().to_be_matched()) == {nobodys, waits}


# --- Properties ---


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=3),
    st.lists(
        st.tuples(st.integers(1, 400), st.lists(st.integers(0, 350), min_size=3, max_size=3)),
        min_size=1,
        max_size=4,
    ),
)
def test_whatever_is_tried_nothing_is_matched_twice(team, amounts, tries):
    with periods.clock(THURSDAY):
        head = make_user(role=Role.HEAD, team=team)
        client = make_plain_client(manager=make_user(team=team))
        orders = [order_of(f"{amount}.00", client) for amount in amounts]
        for amount, sums in tries:
            payment = record(head, amount, client=client)
            for order, wished in zip(orders, sums, strict=False):
                try:
                    actions.match_payment(payment, {order: Decimal(wished)}, by=head)
                except ValidationError:
                    assert wished > fresh(order).unpaid or wished > fresh(payment).advance
        for order in Order.objects.filter(client=client):
            parts = Allocation.objects.filter(order=order).values_list("amount", flat=True)
            assert order.paid == sum(parts) <= order.amount
        for payment in Payment.objects.filter(client=client):
            assert payment.allocated == sum(payment.allocations.values_list("amount", flat=True))
            assert payment.allocated <= payment.amount
