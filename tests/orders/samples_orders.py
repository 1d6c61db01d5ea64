"""Samples of the addresses of orders, shipments and terms."""

from decimal import Decimal
from typing import Any

from orders.actions import costs
from orders.models import ExtraCost, Order, Shipment
from people.models import Role
from tests.cast import Cast, Member, Seller
from tests.factories import TODAY
from tests.orders.factories import first_line, line, make_order, make_product, ship_part
from tests.samples import SELLERS, Sample


def order_of(_cast: Cast, seller: Seller) -> Order:
    """The seller's order, shipped in part, with a cost."""
    known = Order.objects.filter(client=seller.client).first()
    if known:
        return known
    order = make_order(seller.client, lines=[line(10, make_product(f"Товар {seller.token}"))])
    ship_part(order, 4)
    costs.add_cost(order, by=seller.user, kind="transport", amount=Decimal(100), accrued_on=TODAY)
    return Order.objects.get(pk=order.pk)


def shipment_of(cast: Cast, seller: Seller) -> Shipment:
    shipment: Shipment = Shipment.objects.get(order=order_of(cast, seller))
    return shipment


def cost_of(cast: Cast, seller: Seller) -> ExtraCost:
    cost: ExtraCost = ExtraCost.objects.get(order=order_of(cast, seller))
    return cost


def order_data(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {
        "client": seller.phone,
        "ordered_on": TODAY.isoformat(),
        "ship_on": TODAY.isoformat(),
        "deferral_days": "0",
        "prices_with_vat": "on",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-product": make_product().name,
        "lines-0-quantity": "2",
        "lines-0-vat_rate": "product",
        "parts-TOTAL_FORMS": "0",
        "parts-INITIAL_FORMS": "0",
    }


def edit_data(cast: Cast, member: Member, seller: Seller) -> dict[str, Any]:
    order = order_of(cast, seller)
    return {
        **order_data(cast, member, seller),
        "version": order.version,
        "lines-TOTAL_FORMS": "0",
        "note": "Чужая рука",
    }


def _line(cast: Cast, seller: Seller) -> str:
    return f"line-{first_line(order_of(cast, seller)).pk}"


def quantity(cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"day": TODAY.isoformat(), _line(cast, seller): "1"}


def sum_data(cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"day": TODAY.isoformat(), "note": "Уценка", _line(cast, seller): "400"}


ORDER: dict[str, Any] = {"of": order_of}
SHIPMENT: dict[str, Any] = {"of": shipment_of}
COST = {"kind": "other", "amount": "5", "accrued_on": TODAY.isoformat()}

SAMPLES = {
    "orders:orders": Sample(
        queries=("?manager={user}", "?q={phone}", "?state=all", "?state=late"), shows=False
    ),
    "orders:new_order": Sample(
        post=order_data, queries=("?client={client}", "?deal={deal}"), reaches=True, shows=False
    ),
    "orders:order_sums": Sample(post=order_data, queries=("?client={client}", "?deal={deal}"), shows=False),
    "orders:find_products": Sample(queries=("?lines-0-product=Товар",), shows=False),
    "orders:order": Sample(**ORDER),
    "orders:edit_order": Sample(**ORDER, post=edit_data),
    "orders:order_history": Sample(**ORDER),
    "orders:cancel_order": Sample(**ORDER, post=lambda *_: {"reason": "Передумали"}, shows=False),
    "orders:promise": Sample(**ORDER, post=lambda *_: {"promised_on": TODAY.isoformat()}, shows=False),
    "orders:originals": Sample(**ORDER, post=lambda *_: {"originals_on": TODAY.isoformat()}, shows=False),
    "orders:ship": Sample(**ORDER, post=quantity),
    "orders:new_cost": Sample(**ORDER, post=lambda *_: COST, shows=False),
    "orders:cost": Sample(of=cost_of, post=lambda *_: {**COST, "version": "1"}, shows=False),
    "orders:remove_cost": Sample(of=cost_of),
    "orders:take_back": Sample(**SHIPMENT, post=quantity),
    "orders:correct": Sample(**SHIPMENT, post=sum_data),
    "orders:terms": Sample(
        of=lambda cast, seller: seller.client,
        roles=SELLERS - {Role.MANAGER},
        post=lambda *_: {"discount": "5", "deferral_days": "10"},
    ),
}
