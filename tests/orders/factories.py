"""What is sold, ordered, shipped and paid, as functions call for it: orders and documents by the program's own verbs,
the rest as the system writes it."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core import periods
from leads.models import Client
from orders.actions.orders import create_order
from orders.actions.shipments import out_of, ship
from orders.actions.shipments import take_back as take_back_of
from orders.lines import LineDraft
from orders.models import Allocation, Order, OrderLine, Payment, Product, Shipment, Supplier, Terms
from orders.sums import refresh_orders, refresh_payments
from people.models import User
from pipeline.models import ProductGroup
from tests.factories import by_system
from tests.pipeline.factories import make_plain_client

_numbers = itertools.count(1)


def make_group(name: str = "", parent: ProductGroup | None = None, **fields: Any) -> ProductGroup:
    with by_system():
        group: ProductGroup = ProductGroup.objects.create(
            name=name or f"Группа {next(_numbers)}", parent=parent, **fields
        )
    return group


def make_product(name: str = "", group: ProductGroup | None = None, **fields: Any) -> Product:
    """A product at 120 ₽ with 20 % VAT, which costs 60 ₽ without; in a group of its own unless one is given."""
    number = next(_numbers)
    name = name or f"Товар {number}"
    group = group or ProductGroup.objects.first() or make_group()
    fields = {"price": Decimal(120), "cost": Decimal(60), "vat_rate": 20} | fields
    with by_system():
        product: Product = Product.objects.create(
            name=name, name_key=name, search=f"{name} {fields.get('article', '')}", group=group, **fields
        )
    return product


def make_supplier(name: str = "") -> Supplier:
    with by_system():
        supplier: Supplier = Supplier.objects.create(name=name or f"Поставщик {next(_numbers)}")
    return supplier


def make_terms(client: Client, **fields: Any) -> Terms:
    with by_system():
        terms: Terms = Terms.objects.create(client=client, **fields)
    return terms


def line(quantity: Decimal | int | str = 10, product: Product | None = None, **fields: Any) -> LineDraft:
    """A line as it is typed: ten of a new product unless it is said."""
    return LineDraft(product or make_product(), Decimal(quantity), **fields)


def make_order(
    client: Client | None = None,
    *,
    lines: Sequence[LineDraft] | None = None,
    manager: User | None = None,
    ship_on: dt.date | None = None,
    **fields: Any,
) -> Order:
    """An order of ten pieces at 120 ₽ made by the client's manager today, to be shipped in a week."""
    client = client or make_plain_client(manager=manager)
    ordered_on = fields.setdefault("ordered_on", periods.today())
    return create_order(
        by=fields.pop("by", client.manager),
        client=client,
        lines=[line()] if lines is None else lines,
        ship_on=ship_on or ordered_on + dt.timedelta(7),
        manager=manager,
        **fields,
    )


def first_line(order: Order) -> OrderLine:
    found: OrderLine = order.lines.select_related("product").first()
    return found


def ship_all(order: Order, day: dt.date | None = None, by: User | None = None) -> Shipment:
    """All that is left goes out, today unless a day is given."""
    return ship(order, by=by or order.manager, day=day)


def ship_part(
    order: Order,
    quantities: Mapping[OrderLine, Decimal | int] | Decimal | int | str,
    day: dt.date | None = None,
) -> Shipment:
    """A part goes out: so many of each line, or of the first where a number is given."""
    if not isinstance(quantities, Mapping):
        quantities = {first_line(order): Decimal(quantities)}
    exact = {line: Decimal(quantity) for line, quantity in quantities.items()}
    return ship(order, by=order.manager, day=day, quantities=exact)


def take_back(
    shipment: Shipment, quantity: Decimal | int | str | None = None, day: dt.date | None = None, **fields: Any
) -> Shipment:
    """The client gives back all of a shipment, or so many of its first line."""
    quantities = None
    if quantity is not None:
        quantities = {OrderLine.objects.get(pk=next(iter(out_of(shipment)))): Decimal(quantity)}
    by = fields.pop("by", shipment.order.manager)
    return take_back_of(shipment, by=by, day=day, quantities=quantities, **fields)


def make_payment(
    client: Client | None = None,
    amount: Decimal | int | str = 1200,
    *,
    orders: Mapping[Order, Decimal | int] | Order | None = None,
    paid_on: dt.date | None = None,
    **fields: Any,
) -> Payment:
    """Money that came in today, for the order given (all of it), for parts of several, or for none."""
    if isinstance(orders, Order):
        orders = {orders: Decimal(amount)}
    if client is None and orders:
        client = next(iter(orders)).client
    with by_system():
        payment: Payment = Payment.objects.create(
            client=client, amount=Decimal(amount), paid_on=paid_on or periods.today(), **fields
        )
        for order, part in (orders or {}).items():
            Allocation.objects.create(payment=payment, order=order, amount=Decimal(part))
        refresh_payments([payment.pk])
        refresh_orders([order.pk for order in orders or {}])
    payment.refresh_from_db()
    for order in orders or {}:
        order.refresh_from_db()
    return payment
