"""Samples of the addresses of payments for the rights walk."""

from typing import Any

from core import periods
from core.imports.models import ImportRun
from orders.models import Order, Payment
from people.models import Role
from tests.cast import Cast, Member, Seller
from tests.factories import TODAY
from tests.orders.factories import make_order, make_payment
from tests.samples import SELLERS, Sample

ENTERING = SELLERS - {Role.MANAGER}


def payment(_cast: Cast, seller: Seller) -> Payment:
    """The seller's client's, which says whose it is."""
    known = Payment.objects.filter(client=seller.client).first()
    if known is None:
        order(seller)
        known = make_payment(seller.client, 100, purpose=f"Оплата {seller.token}")
    return known


def order(seller: Seller) -> Order:
    return Order.objects.filter(client=seller.client).first() or make_order(seller.client)


def run(_cast: Cast, seller: Seller) -> ImportRun:
    """A statement the seller sent, named after their token, checked, with nothing in it."""
    now = periods.now()
    found, _made = ImportRun.objects.get_or_create(
        by=seller.user,
        importer="payments",
        defaults={"name": f"{seller.token}.txt", "created_at": now, "changed_at": now, "state": "checked"},
    )
    return found


def matched(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {f"order-{order(seller).pk}": "10"}


def entered(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"client": seller.phone, "amount": "100", "paid_on": TODAY.isoformat(), "form": "cash"}


PAYMENT = {"of": payment, "roles": ENTERING}

SAMPLES = {
    "orders:payments": Sample(queries=("?client={client}", "?q={phone}", "?unmatched=on"), shows=False),
    "orders:payment": Sample(of=payment),
    "orders:payment_new": Sample(
        roles=ENTERING, post=entered, queries=("?client={client}",), shows=False, reaches=True
    ),
    "orders:payment_match": Sample(**PAYMENT, post=matched),
    "orders:payment_unmatch": Sample(**PAYMENT),
    "orders:payment_whose": Sample(
        **PAYMENT, post=lambda _c, _m, seller: {"client": seller.phone}, shows=False
    ),
    "orders:payment_edit": Sample(
        **PAYMENT, post=lambda *_: {"amount": "5", "paid_on": TODAY.isoformat(), "form": "cash"}, shows=False
    ),
    "orders:payment_delete": Sample(**PAYMENT),
    "orders:statement": Sample(of=run, private=True, roles=ENTERING),
    "orders:statement_new": Sample(roles=ENTERING, shows=False),
}
