"""What is still to be paid is kept by whoever changes it, and what was to be paid is written down month by month."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history import rollback
from leads.actions import assign_clients
from orders import forecasts, open_dues, receivables
from orders.actions.orders import cancel_order, promise_payment, update_order
from orders.actions.parts import InstalmentDraft
from orders.actions.payments import delete_payment, match_payment, record_payment, unmatch, update_payment
from orders.models import Forecast, OpenDue, Order, PastDue, Payment
from people import access
from people.models import Role
from tests.factories import THURSDAY, make_user
from tests.orders.factories import line, make_order, make_payment, ship_all
from tests.orders.test_sales import World, undone
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db
DECEMBER = dt.date(2026, 12, 1)


def kept() -> Counter[Any]:
    return Counter(OpenDue.objects.values_list(*open_dues.COLUMNS))


STEPS: Any = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("ship", "back", "replace", "correct", "order", "merge", "undo", "grow"),
                *("pay", "advance", "match", "unmatch", "move", "take_out", "split", "cancel", "hand_over"),
            ]
        ),
        st.integers(0, 7),
        st.integers(1, 5000),
        st.integers(0, 40),
    ),
    min_size=4,
    max_size=14,
)
# Whatever happened before: a part paid in advance is shipped, matched, goes with its card, and all of it comes back.
ALWAYS = [
    ("split", 0, 150, 0),
    ("advance", 0, 4000, 20),
    ("hand_over", 0, 1, 3),
    ("match", 0, 90, 0),
    ("merge", 0, 1, 0),
    ("ship", 1, 150, 10),
    ("undo", 0, 1, 0),
    ("cancel", 1, 1, 0),
    ("undo", 0, 1, 0),
]


class Money(World):
    """The same two clients, who pay."""

    def __init__(self) -> None:
        super().__init__()
        self.seller, self.manager = self.manager, make_user(role=Role.DIRECTOR)  # who does all that follows
        self.director = self.manager
        self.other = make_user()
        self.written: dict[dt.date, list[receivables.Due]] = {}

    def order(self, which: int, amount: Decimal) -> None:
        client = self.clients[which % 2]
        client.refresh_from_db()
        client = self.clients[0] if client.deleted_at else client
        drafts = [line(amount + number, product) for number, product in enumerate(self.products)]
        self.orders.append(make_order(client, lines=drafts))

    def _allowed(self) -> Any:
        return lambda model, ids: access.changeable(self.director, model, ids)

    def _unpaid(self, which: int) -> Order | None:
        found = list(Order.objects.unpaid().order_by("pk"))
        return found[which % len(found)] if found else None

    def _payment(self, which: int) -> Payment | None:
        found = list(Payment.objects.order_by("pk"))
        return found[which % len(found)] if found else None

    def pay(self, which: int, amount: Decimal) -> None:
        if order := self._unpaid(which):
            part = min(amount, order.unpaid)
            self._record(amount, which, allocations={order: part})

    def advance(self, which: int, amount: Decimal) -> None:
        client = self.clients[which % 2]
        client.refresh_from_db()
        if not client.deleted_at:
            self._record(amount, which, client=client)

    def _record(self, amount: Decimal, which: int, **fields: Any) -> None:
        form = ("non_cash", "cash", "")[which % 3]
        today = periods.today()
        record_payment(by=self.director, paid_on=today, amount=amount, form=form, **fields)

    def match(self, which: int, amount: Decimal) -> None:
        payment = self._payment(which)
        if payment is not None:
            own = Order.objects.unpaid().filter(client=payment.client_id).first()
            if own and (part := min(amount, own.unpaid, payment.advance)) > 0:
                match_payment(payment, {own: part}, by=self.director)

    def unmatch(self, which: int, amount: Decimal) -> None:
        if payment := self._payment(which):
            unmatch(payment, by=self.director)

    def move(self, which: int, amount: Decimal) -> None:
        """It was the other client's money."""
        client = self.clients[which % 2]
        client.refresh_from_db()
        payment = Payment.objects.filter(allocated=0).exclude(client=client).first()
        if payment and not client.deleted_at:
            update_payment(payment, by=self.director, client=client, amount=amount)

    def take_out(self, which: int, amount: Decimal) -> None:
        if payment := self._payment(which):
            self.merges.append(delete_payment(payment, by=self.director))

    def split(self, which: int, amount: Decimal) -> None:
        order = self._order(which)
        if not order.cancelled_on:
            parts = [InstalmentDraft(order.ordered_on, min(amount, order.amount), 50 + which)]
            fields = {"deferral_days": which, "terms_reason": "Так решили"}
            update_order(order, by=self.director, instalments=parts if amount > 1 else [], **fields)

    def cancel(self, which: int, amount: Decimal) -> None:
        order = self._order(which)
        if not order.cancelled_on and not order.lines.exclude(shipped=0).exists():
            self.merges.append(cancel_order(order, by=self.director, reason="Передумали"))

    def hand_over(self, which: int, amount: Decimal) -> None:
        client = self.clients[which % 2]
        client.refresh_from_db()
        if not client.deleted_at:
            to = self.other if client.manager_id == self.seller.pk else self.seller
            assign_clients([client.pk], to, by=self.director)

    def undo(self, which: int, amount: Decimal) -> None:
        if self.merges:
            plan = rollback.plan(self.merges.pop(), allowed=self._allowed())
            if not rollback.objection_to(plan) and not plan.open_conflicts({}):
                rollback.apply(plan.operation, by=self.director, allowed=self._allowed())

    def require_whole(self) -> None:
        found = kept()
        open_dues.rebuild()
        assert found == kept()
        for client in Order.objects.unpaid().values_list("client", flat=True).distinct():
            unpaid = Order.objects.unpaid().filter(client=client).aggregate(sum=Sum(F("amount") - F("paid")))
            advance = receivables.advances([client]).get(client, Decimal(0))
            dues = OpenDue.objects.filter(client=client).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
            assert dues == max(unpaid["sum"] - advance, Decimal(0))
        for day in forecasts.missing():
            self.written[day] = receivables.reckoned_then(day)
            forecasts.write(day)
        for day, before in self.written.items():
            assert receivables.expected_then(self.director, day) == before == receivables.reckoned_then(day)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_to_orders_and_payments_the_dues_follow(steps):
    """Kept equals reckoned anew; a month written down says for ever what is reckoned of it."""
    with undone(), periods.clock(THURSDAY) as clock:
        world = Money()
        for what, which, amount, days in [*steps, *ALWAYS]:
            clock.move_to(periods.now() + dt.timedelta(days, minutes=1))
            if what in ("ship", "grow") and world._order(which).cancelled_on:
                continue
            getattr(world, what)(which, Decimal(amount).scaleb(-2))
            world.require_whole()


def test_a_promise_changes_no_due(clock):
    order = make_order()
    before = list(OpenDue.objects.values_list("pk", flat=True))
    promise_payment(order, periods.today(), by=order.manager)
    assert list(OpenDue.objects.values_list("pk", flat=True)) == before


def test_the_form_is_the_one_the_client_has_paid_in_within_a_year(clock):
    order = make_order()
    day = periods.today()

    def forms(asked: dt.date = day) -> list[str]:
        return [due.form for due in receivables.expected(Order.objects.all(), asked)]

    assert forms() == [""]
    make_payment(order.client, 1, form="cash", paid_on=day - dt.timedelta(300))
    assert forms() == ["cash"]
    make_payment(order.client, 1, form="non_cash")
    assert forms() == [""]
    assert forms(day + dt.timedelta(100)) == ["non_cash"]
    make_payment(order.client, 1, form="")
    assert forms(day + dt.timedelta(100)) == [""]


def test_sums_of_the_database_are_those_of_the_dues(clock):
    day = periods.today()
    for number in range(1, 8):
        parts = [InstalmentDraft(day + dt.timedelta(number), Decimal("333.33"), 33)]
        order = make_order(deferral_days=number, instalments=parts, ship_on=day, terms_reason="Так решили")
        if number % 2:
            ship_all(order)
    later = day + dt.timedelta(20)
    rows, dues = OpenDue.objects.all(), receivables.expected(Order.objects.all(), later)
    assert receivables.debts_by_client(rows, later) == receivables.debts(dues, later)
    for weighed in (False, True):
        asked = Counter[Any]()
        for one in receivables.due_sums(rows, later, weighed=weighed):
            asked[one[:4]] += one.amount
        added = Counter[Any]()
        for one in receivables.sums_of(dues, weighed=weighed):
            added[one[:4]] += one.amount
        assert asked == added


def test_the_worker_writes_down_each_month_that_has_begun(clock, monkeypatch):
    monkeypatch.setattr(forecasts, "_complete", None)  # what this process knows of another company
    make_order(make_plain_client())
    forecasts.every_minute("beat")
    assert not Forecast.objects.filter(day=DECEMBER).exists()
    clock.move_to(dt.datetime(2026, 12, 1, 0, 0, tzinfo=dt.UTC))
    for _ in range(3):
        forecasts.every_minute("beat")
    assert list(Forecast.objects.values_list("day", flat=True)) == [DECEMBER]
    assert PastDue.objects.count() == 1


def test_dues_are_made_anew_by_command(capsys):
    make_order()
    before = kept()
    OpenDue.objects.all().delete()
    call_command("rebuild_sales")
    assert kept() == before
    assert "Still to be paid: 1 part(s)." in capsys.readouterr().out
