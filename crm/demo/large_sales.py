"""Sales for measuring: a catalogue, three years of orders with what was shipped and paid of them, and a plan.

Written straight into the tables as the rest of the large company is; `Large` gives its clients, sellers and stamps.
Orders of the years before it began to work with the program are stamped when it did.
"""

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models, transaction

from core.history.operations import Operation, operation
from crm.demo.bare import bare
from crm.demo.tables import Table, go_on_counting
from crm.demo.versions import write_versions
from orders import forecasts, open_dues, rollup
from orders.models import (
    Allocation,
    NumberSeries,
    Order,
    OrderLine,
    Payment,
    PlanCell,
    Product,
    SalesPlan,
    Shipment,
    ShipmentLine,
)
from people import calendar
from pipeline.models import ProductGroup

SHIPMENTS, YEARS, LINES, PRODUCTS = 36_000, 3, 4, 300
AT_ONCE = 5_000
# Of a hundred orders: paid in whole, and still to be shipped.
PAID, OPEN = 88, 2
VAT = 20
FAMILIES = ("Оболочка", "Специи", "Оборудование", "Упаковка", "Добавки", "Инвентарь")
KINDS = ("натуральная", "белковая", "первый сорт", "импортная", "для салями")


@dataclass
class _Goods:
    id: int
    price: int  # kopecks, with VAT
    cost: int  # kopecks, without


class LargeSales:
    """Fills the tables of orders for a company whose clients are there already.

    `clients`: the sellers of clients 1, 2, 3 …; `stamp_of`: {working day: the stamp of an operation, as the database
    writes it}; `operation`: the one shipments are written by. The same every time for one day.
    """

    def __init__(
        self, clients: list[int], stamp_of: dict[dt.date, str], operation: int, today: dt.date, shipments: int
    ) -> None:
        self.rng = random.Random(11)
        self.managers_of = clients
        self.stamp_of, self.first_stamp = stamp_of, min(stamp_of.values())
        self.operation = operation
        self.today = today
        self.shipments = shipments
        first = today - dt.timedelta(days=365 * YEARS)
        with calendar.kept():
            span = (first + dt.timedelta(number) for number in range(365 * YEARS))
            self.working = [day for day in span if calendar.is_working(day)]

    def fill(self) -> None:
        """All of it in one transaction."""
        with transaction.atomic():
            self._catalogue()
            filled: list[type[models.Model]] = [Order, OrderLine, Shipment, ShipmentLine, Payment, Allocation]
            tracked: list[Any] = [Order, OrderLine, Payment, Allocation]
            with bare([*filled, *(model.versions.model for model in tracked)]):
                self._orders()
                for model in tracked:
                    write_versions(model)
            go_on_counting(filled)
            for (kind, year), last in self.last_numbers.items():
                NumberSeries.objects.create(kind=kind, year=year, last=last)
            rollup.rebuild()
            open_dues.rebuild()
            forecasts.write_missing()
            self._plan()

    def _catalogue(self) -> None:
        with operation(by=None, kind=Operation.Kind.SYSTEM):
            groups = []
            for position, family in enumerate(FAMILIES):
                parent = ProductGroup.objects.create(name=family, position=100 + position)
                groups += [
                    ProductGroup.objects.create(name=f"{family} {kind}", parent=parent, position=number)
                    for number, kind in enumerate(KINDS)
                ]
            products = []
            for number in range(1, PRODUCTS + 1):
                group = groups[number % len(groups)]
                price = Decimal(self.rng.randint(50, 5_000))
                name = f"{group.name} {number}"
                products.append(
                    Product(
                        group=group, name=name, article=f"А-{number:04}", price=price, vat_rate=VAT,
                        cost=(price * self.rng.randint(45, 75) / 120).quantize(Decimal("0.01")),
                        name_key=name.casefold(), search=f"{name.casefold()} а-{number:04}",
                    )
                )  # fmt: skip
            Product.objects.bulk_create(products)
        self.groups = groups
        self.goods = [_Goods(one.pk, _kopecks(one.price), _kopecks(one.cost)) for one in products]

    # --- orders, their shipments and payments ----------------------------------------------------------------------

    def _orders(self) -> None:
        """Portion by portion: a million of them at once would not fit into memory."""
        ids = itertools.count(1)
        self.last_numbers: dict[tuple[str, int], int] = {}
        tables = [Table(model) for model in (Order, OrderLine, Shipment, ShipmentLine, Payment, Allocation)]
        places = enumerate(self._places(), 1)
        while portion := list(itertools.islice(places, AT_ONCE)):
            rows: list[list[dict[str, Any]]] = [[] for _table in tables]
            for number, place in portion:
                for known, more in zip(rows, self._order(number, place, ids), strict=True):
                    known += more
            for table, found in zip(tables, rows, strict=True):
                table.fill(found)

    def _places(self) -> list[int]:
        """The places of the orders' days among the working ones, in order, so that numbers run with the days."""
        return sorted(self.rng.randrange(len(self.working)) for _ in range(self.shipments))

    def _number(self, kind: str, day: dt.date) -> int:
        last = self.last_numbers.get((kind, day.year), 0) + 1
        self.last_numbers[kind, day.year] = last
        return last

    def _order(self, number: int, place: int, ids: Iterator[int]) -> list[list[dict[str, Any]]]:
        """An order's rows, table by table."""
        rng, day = self.rng, self.working[place]
        client = rng.randrange(len(self.managers_of))
        manager = self.managers_of[client]
        stamp = self.stamp_of.get(day, self.first_stamp)
        common = {"version": 1, "created_at": stamp, "changed_at": stamp}
        ship_place = place + rng.randrange(8)
        is_open = ship_place >= len(self.working) or (
            len(self.working) - place < 40 and rng.randrange(100) < OPEN * 10
        )
        shipped_on = None if is_open else self.working[ship_place]
        sums, of_order, of_document = [0, 0, 0], [], []
        for position in range(LINES):
            goods, quantity = rng.choice(self.goods), rng.randint(1, 60)
            gross, cost = goods.price * quantity, goods.cost * quantity
            net = _net(gross)
            line = next(ids)
            of_order.append(
                common
                | {
                    "id": line, "order_id": number, "position": position, "product_id": goods.id,
                    "quantity": quantity * 1000, "price": goods.price, "vat_rate": VAT, "unit_cost": goods.cost,
                    "amount": gross, "net": net, "cost": cost, "discount": 0,
                    "shipped": 0 if is_open else quantity * 1000,
                }
            )  # fmt: skip
            of_document.append(
                {
                    "id": line, "shipment_id": number, "order_line_id": line, "product_id": goods.id, "day": shipped_on,
                    "quantity": quantity * 1000, "amount": gross, "net": net, "cost": cost,
                }
            )  # fmt: skip
            for place_of, value in enumerate((gross, net, cost)):
                sums[place_of] += value
        gross, net, cost = sums
        paid_on = None if shipped_on is None else shipped_on + dt.timedelta(rng.randrange(45))
        is_paid = paid_on is not None and paid_on < self.today and rng.randrange(100) < PAID
        order = common | {
            "id": number, "year": day.year, "number": self._number("order", day), "client_id": client + 1,
            "manager_id": manager, "ordered_on": day, "ship_on": self._ship_on(ship_place, day),
            "deferral_days": rng.choice((0, 7, 14, 30)), "amount": gross, "net": net, "cost": cost, "extra_costs": 0,
            "shipped": 0 if is_open else gross, "paid": gross if is_paid else 0,
            "shipping": "none" if is_open else "whole", "last_shipped_on": shipped_on,
        }  # fmt: skip
        if shipped_on is None:
            return [[order], of_order, [], [], [], []]
        document = {
            "id": number, "kind": "shipment", "year": shipped_on.year, "number": self._number("shipment", shipped_on),
            "order_id": number, "client_id": client + 1, "manager_id": manager, "day": shipped_on,
            "month": shipped_on.replace(day=1), "amount": gross, "net": net, "cost": cost,
            "operation_id": self.operation,
        }  # fmt: skip
        if not is_paid:
            return [[order], of_order, [document], of_document, [], []]
        payment = common | {
            "id": number, "client_id": client + 1, "paid_on": paid_on, "amount": gross, "allocated": gross,
            "form": "non_cash" if rng.randrange(5) else "cash", "number": str(number),
        }  # fmt: skip
        part = common | {"id": number, "payment_id": number, "order_id": number, "amount": gross}
        return [[order], of_order, [document], of_document, [payment], [part]]

    def _ship_on(self, place: int, day: dt.date) -> dt.date:
        return self.working[place] if place < len(self.working) else day + dt.timedelta(14)

    def _plan(self) -> None:
        """A plan of this year: every seller in every group a little, adopted."""
        sellers = sorted(set(self.managers_of))
        with operation(by=None, kind=Operation.Kind.SYSTEM) as op:
            plan = SalesPlan.objects.create(year=self.today.year, adopted_at=op.at)
            PlanCell.objects.bulk_create(
                PlanCell(
                    plan=plan, month=dt.date(self.today.year, month, 1), group=group, manager_id=seller,
                    amount=Decimal(self.rng.randint(20, 60) * 1000),
                )
                for month in range(1, 13)
                for group in self.groups[:: len(KINDS)]
                for seller in sellers
            )  # fmt: skip


def _kopecks(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


def _net(gross: int) -> int:
    """Kopecks without VAT, half a kopeck rounded up."""
    return int((Decimal(gross) * 100 / (100 + VAT)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
