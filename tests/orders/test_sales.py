"""Sales by month, and that whatever is shipped, taken back, corrected and merged adds up."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history import rollback
from core.history.operations import Operation
from leads.actions import merge_clients
from orders.actions.orders import update_order
from orders.actions.shipments import correct, left_of, out_of, ship
from orders.actions.shipments import take_back as take_back_of
from orders.lines import LineDraft
from orders.models import Order, OrderLine, SalesByClient, SalesByProduct, Shipment, ShipmentLine
from orders.rollup import move, rebuild
from people import access
from tests.factories import THURSDAY, TODAY, by_system, make_user
from tests.orders.factories import first_line, line, make_order, make_product, ship_all, ship_part, take_back
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db

DECEMBER = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)


def sales() -> tuple[set[Any], set[Any]]:
    """What both tables of sales by month say, without rows that say nothing."""
    by_product = SalesByProduct.objects.exclude(amount=0, net=0, cost=0, quantity=0)
    by_client = SalesByClient.objects.exclude(amount=0, net=0, cost=0, shipments=0)
    return (
        set(by_product.values_list("month", "manager", "product", "amount", "net", "cost", "quantity")),
        set(by_client.values_list("month", "manager", "client", "amount", "net", "cost", "shipments")),
    )


# --- Sales by month ---


def test_sales_are_added_up_by_month_as_documents_are_written(clock):
    order = make_order()
    product, client, seller = first_line(order).product, order.client, order.manager
    first, month = ship_part(order, 4), TODAY.replace(day=1)
    ship_part(order, 6)
    assert sales() == (
        {(month, seller.pk, product.pk, Decimal(1200), Decimal(1000), Decimal(600), Decimal(10))},
        {(month, seller.pk, client.pk, Decimal(1200), Decimal(1000), Decimal(600), 2)},
    )
    clock.move_to(DECEMBER)
    take_back(first)
    december = dt.date(2026, 12, 1)
    back = (december, seller.pk, product.pk, Decimal(-480), Decimal(-400), Decimal(-240), Decimal(-4))
    assert back in sales()[0]
    assert (december, seller.pk, client.pk, Decimal(-480), Decimal(-400), Decimal(-240), 0) in sales()[1]


def test_the_sales_are_made_anew_by_command(capsys):
    ship_all(make_order())
    kept = sales()
    SalesByProduct.objects.update(amount=1)
    SalesByClient.objects.all().delete()
    call_command("rebuild_sales")
    assert sales() == kept
    assert "1 row(s) by product, 1 by client" in capsys.readouterr().out


def test_what_was_sold_to_several_clients_becomes_one_clients_together():
    """Both in one month, by one seller."""
    manager = make_user()
    for quantity in (3, 4):
        order = make_order(make_plain_client(f"Клиент {quantity}", manager=manager))
        ship_part(order, quantity)
    third = make_plain_client("Клиент 5", manager=manager)
    with by_system():
        move(Shipment.objects.all(), to_client=third.pk)
    month = TODAY.replace(day=1)
    row = (month, manager.pk, third.pk, Decimal(840), Decimal(700), Decimal(420), 2)
    assert sales()[1] == {row}
    kept = sales()
    rebuild()
    assert sales() == kept


@contextmanager
def undone() -> Iterator[None]:
    """Each example of a property begins with an empty company."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


STEPS: Any = st.lists(
    st.tuples(
        st.sampled_from(["ship", "back", "replace", "correct", "order", "merge", "undo", "grow"]),
        st.integers(0, 7),
        st.integers(1, 5000),
        st.integers(0, 60),
    ),
    min_size=3,
    max_size=12,
)
# Whatever happened before: two cards with something shipped become one, something comes back, and they come apart.
ALWAYS = [("ship", 1, 150, 0), ("merge", 0, 1, 0), ("back", 1, 40, 3), ("undo", 0, 1, 0)]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_shipped_returned_corrected_and_merged_everything_adds_up(steps):
    """Against the plain sums of the documents: sales by month, lines, orders."""
    with undone(), periods.clock(THURSDAY) as clock:
        world = World()
        for what, which, amount, days in [*steps, *ALWAYS]:
            clock.move_to(periods.now() + dt.timedelta(days))
            getattr(world, what)(which, Decimal(amount).scaleb(-2))
            world.require_whole()


class World:
    """Two clients of one manager, with orders that something happens to."""

    def __init__(self) -> None:
        self.manager = make_user()
        self.clients = [make_plain_client(f"Клиент {n}", manager=self.manager) for n in (1, 2)]
        self.products = [
            make_product(price=Decimal("33.33"), cost=Decimal("7.77")),
            make_product(price=Decimal("0.07"), vat_rate=10),
            make_product(price=Decimal("1000.01"), vat_rate=None),
        ]
        self.merges: list[Operation] = []
        self.orders: list[Order] = []
        self.order(0, Decimal("3.33"))
        self.order(1, Decimal("7.01"))
        for which in (0, 1):
            self.ship(which, Decimal("1.5"))

    def order(self, which: int, amount: Decimal) -> None:
        drafts = [
            line(amount + number, product, discount=Decimal(which))
            for number, product in enumerate(self.products)
        ]
        client = self.clients[which % 2]
        client.refresh_from_db()
        if client.deleted_at:
            client = self.clients[0]
        self.orders.append(
            make_order(client, lines=drafts, prices_with_vat=bool(which % 3), manager=self.manager)
        )

    def _order(self, which: int) -> Order:
        order = self.orders[which % len(self.orders)]
        order.refresh_from_db()
        return order

    def ship(self, which: int, amount: Decimal) -> None:
        order = self._order(which)
        lines = list(order.lines.all())
        left = left_of(lines)
        wanted = {one: min(left[one.pk].quantity, amount) for one in lines}
        if any(wanted.values()):
            ship(order, by=self.manager, quantities=wanted)

    def grow(self, which: int, amount: Decimal) -> None:
        order = self._order(which)
        if order.is_open:
            drafts = [
                LineDraft(
                    one.product,
                    one.quantity + amount,
                    one.price,
                    one.discount,
                    one.vat_rate,
                    one.unit_cost,
                    one,
                )
                for one in order.lines.all()
            ]
            update_order(order, by=self.manager, lines=drafts)

    def _document(self, which: int) -> Shipment | None:
        documents = list(Shipment.objects.filter(kind="shipment").order_by("pk"))
        return documents[which % len(documents)] if documents else None

    def back(self, which: int, amount: Decimal, *, replace: bool = False) -> None:
        document = self._document(which)
        out = out_of(document) if document else {}
        lines = OrderLine.objects.in_bulk(list(out))
        wanted = {lines[pk]: min(part.quantity, amount) for pk, part in out.items()}
        if any(wanted.values()):
            take_back_of(document, by=self.manager, quantities=wanted, replace=replace)

    def replace(self, which: int, amount: Decimal) -> None:
        self.back(which, amount, replace=True)

    def correct(self, which: int, amount: Decimal) -> None:
        document = self._document(which)
        out = out_of(document) if document else {}
        lines = OrderLine.objects.in_bulk(list(out))
        sums = {lines[pk]: amount for pk, part in out.items() if part.quantity and part.sums.amount != amount}
        if sums:
            correct(document, by=self.manager, sums=sums, note="Уценка")

    def merge(self, which: int, amount: Decimal) -> None:
        survivor, away = self.clients
        away.refresh_from_db()
        survivor.refresh_from_db()
        if not away.deleted_at:
            self.merges.append(merge_clients(survivor, away, by=self.manager))

    def undo(self, which: int, amount: Decimal) -> None:
        if self.merges:
            operation = self.merges.pop()
            rollback.apply(
                operation,
                by=self.manager,
                allowed=lambda model, ids: access.changeable(self.manager, model, ids),
            )

    def require_whole(self) -> None:
        kept = sales()
        rebuild()
        assert kept == sales()
        for order in self.orders:
            order.refresh_from_db()
            lines = list(order.lines.all())
            documents = list(order.shipments.all())
            assert all(document.client_id == order.client_id for document in documents)
            assert order.shipped == sum(document.amount for document in documents)
            assert order.amount == sum(one.amount for one in lines)
            assert (order.shipping == "whole") == all(one.shipped == one.quantity for one in lines)
            for one in lines:
                rows = list(ShipmentLine.objects.filter(order_line=one))
                assert one.shipped == sum(row.quantity for row in rows)
                if one.shipped == one.quantity:
                    for name in ("amount", "net", "cost"):
                        assert getattr(one, name) == sum(getattr(row, name) for row in rows), name
