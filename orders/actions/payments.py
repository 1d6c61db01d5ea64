"""Verbs of payments: money that came in, and which orders it is for.

Who may "payments" writes them. A payment is never matched for more than it is, an order never for more than is unpaid
of it: what is left over stays the client's advance. Rows are locked in the order of `orders.actions.locks`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core import periods
from core.history.operations import Operation, operation
from core.money import format_money
from leads.models import Client
from orders.models import Allocation, Order, Payment
from orders.sums import refresh_orders, refresh_payments
from people import access
from people.models import User

ZERO = Decimal("0.00")
_AT_ONCE = 500
FIELDS = ("client", "paid_on", "amount", "form", "number", "payer", "payer_inn", "purpose")


def record_payment(
    *,
    by: User,
    paid_on: dt.date,
    amount: Decimal,
    client: Client | None = None,
    form: str = Payment.Form.NON_CASH,
    number: str = "",
    payer: str = "",
    payer_inn: str = "",
    purpose: str = "",
    allocations: Mapping[Order, Decimal] | None = None,
) -> Payment:
    """Money that came in, matched to orders at once if it is said to which; the rest is an advance.

    Without a client it is the client's of these orders. ValidationError names the field: a day to come, no sum, sums
    above the payment or above what an order lacks (as of `match_payment`).
    """
    access.require(by, "payments")
    orders = list(allocations or ())
    _require_orders(by, orders)
    if client is None and orders:
        client = orders[0].client
    elif client is not None:
        access.require_change(by, client)
    payment = Payment(
        client=client,
        paid_on=paid_on,
        amount=amount,
        form=form,
        number=number,
        payer=payer,
        payer_inn=payer_inn,
        purpose=purpose,
    )
    _check(payment)
    with operation(by=by):
        _lock_clients([client.pk] if client else [])
        payment.save()
        if allocations:
            _match(payment, {order.pk: sum_ for order, sum_ in allocations.items()})
    return payment


def match_payment(payment: Payment, allocations: Mapping[Order, Decimal], *, by: User) -> None:
    """Sets how much of the payment is for each of these orders; zero takes it off, other orders stay as they are.

    A payment of nobody's becomes that of the orders' client. ValidationError: {"order-<id>": sentence} for a sum above
    what the order lacks (it names the debt), {"allocations": …} for more than the payment is.
    """
    access.require(by, "payments")
    access.require_change(by, payment)
    _require_orders(by, allocations)
    with operation(by=by):
        _match(payment, {order.pk: amount for order, amount in allocations.items()})


def unmatch(payment: Payment, *, by: User, order: Order | None = None) -> None:
    """Takes the payment off the order, or off all of them: what it was for becomes an advance again."""
    access.require(by, "payments")
    access.require_change(by, payment)
    with operation(by=by):
        _lock(payment)
        rows = Allocation.objects.filter(payment=payment)
        _take_off(payment, list(rows if order is None else rows.filter(order=order)))


def update_payment(payment: Payment, *, by: User, **fields: Any) -> None:
    """Changes what is known of a payment (`FIELDS`). What is matched stays matched: the sum does not fall below it, and
    the client changes only once nothing is."""
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"no fields of a payment: {', '.join(sorted(unknown))}")
    access.require(by, "payments")
    access.require_change(by, payment)
    if fields.get("client"):
        access.require_change(by, fields["client"])
    with operation(by=by):
        former = payment.client_id
        _lock_clients({former, fields["client"].pk if fields.get("client") else None})
        for name, value in fields.items():
            setattr(payment, name, value)
        _check(payment)
        payment.save(update_fields=list(fields))
        # Asked after the row is ours: who matches it at this moment waits, or was before us and is seen.
        matched = sum(Allocation.objects.filter(payment=payment).values_list("amount", flat=True), ZERO)
        if matched > payment.amount:
            sentence = _("%(sum)s of it are matched to orders: take them off first.")
            raise ValidationError({"amount": sentence % {"sum": format_money(matched)}})
        if matched and payment.client_id != former:
            raise ValidationError(
                {"client": _("It is matched to orders of this client: take it off them first.")}
            )


def delete_payment(payment: Payment, *, by: User) -> Operation:
    """Takes a payment out, and off its orders. The operation, so that it can be undone."""
    access.require(by, "payments")
    access.require_change(by, payment)
    with operation(by=by) as op:
        _lock(payment)
        _take_off(payment, list(Allocation.objects.filter(payment=payment)))
        payment.soft_delete()
    return op


def record_payments(
    payments: Sequence[Payment], allocations: Sequence[Mapping[int, Decimal]], *, by: User
) -> None:
    """Many new ones at once, as a statement brings them: `allocations[n]` says {order id: sum} of `payments[n]`.

    Whose the clients are is not asked: a statement is the company's, whoever loads it. Called inside an operation.
    ValidationError as for one; then nothing may be kept.
    """
    access.require(by, "payments")
    for payment in payments:
        _check(payment)
    _lock_clients({payment.client_id for payment in payments})
    Payment.objects.bulk_create(payments)
    rows = [
        Allocation(payment=payment, order_id=order, amount=amount)
        for payment, sums in zip(payments, allocations, strict=True)
        for order, amount in sums.items()
    ]
    if not rows:
        return
    wanted: dict[int, Decimal] = {}
    for row in rows:
        wanted[row.order_id] = wanted.get(row.order_id, ZERO) + row.amount
    ids = sorted(wanted)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for order in Order.objects.select_for_update().filter(pk__in=some).order_by("pk"):
            _require_unpaid(order, wanted[order.pk], order.unpaid)
    Allocation.objects.bulk_create(rows)
    refresh_payments(payment.pk for payment in payments)
    refresh_orders(ids)


def _require_orders(by: User, orders: Iterable[Order]) -> None:
    ids = {order.pk for order in orders}
    if ids - access.changeable(by, Order, ids):
        raise PermissionDenied("orders of a payment")


# --- Inside an operation ---


def _lock(payment: Payment, clients: Iterable[int] = ()) -> None:
    """Nobody else matches the payment until the operation ends; `payment` is read anew."""
    _lock_clients({payment.client_id, *clients})
    Payment.objects.select_for_update().get(pk=payment.pk)
    payment.refresh_from_db()


def _lock_clients(ids: Iterable[int | None]) -> None:
    """Nobody merges or deletes the clients until the operation ends."""
    wanted = sorted({pk for pk in ids if pk})
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        locked = Client.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk")
        if len(locked) < len(some):
            raise ValidationError(_("The client has been deleted."))


def _match(payment: Payment, sums: Mapping[int, Decimal]) -> None:
    _lock(payment, Order.objects.filter(pk__in=sums).values_list("client_id", flat=True))
    known = {row.order_id: row for row in Allocation.objects.filter(payment=payment)}
    orders = Order.objects.select_for_update().select_related("client").filter(pk__in=sums)
    errors: dict[str, Any] = {}
    clients: set[int] = set()
    for order in orders.order_by("pk"):
        amount, before = sums[order.pk], known.get(order.pk)
        had = before.amount if before else ZERO
        if amount > had:
            clients.add(order.client_id)
            try:
                _require_unpaid(order, amount, order.unpaid + had)
            except ValidationError as error:
                errors[f"order-{order.pk}"] = error
        elif amount < 0:
            errors[f"order-{order.pk}"] = ValidationError(_("A sum cannot be negative."))
    after = {pk: row.amount for pk, row in known.items()} | dict(sums)
    total = sum(after.values(), ZERO)
    if total > payment.amount:
        sentence = _("Matched are %(sum)s, but the payment is %(amount)s: %(over)s too much.")
        said = {
            "sum": format_money(total),
            "amount": format_money(payment.amount),
            "over": format_money(total - payment.amount),
        }
        errors["allocations"] = ValidationError(sentence % said)
    if payment.client_id is None and len(clients) == 1:
        payment.client_id = clients.pop()
        payment.save(update_fields=["client"])
    elif clients - {payment.client_id}:
        errors["allocations"] = ValidationError(_("A payment is for the orders of one client, whose it is."))
    if errors:
        raise ValidationError(errors)
    _write(payment, known, sums)


def _write(payment: Payment, known: Mapping[int, Allocation], sums: Mapping[int, Decimal]) -> None:
    gone, touched = [], []
    for order, amount in sorted(sums.items()):
        row = known.get(order)
        if amount and row is None:
            Allocation(payment=payment, order_id=order, amount=amount).save()
        elif amount and row is not None and row.amount != amount:
            row.amount = amount
            row.save(update_fields=["amount"])
        elif not amount and row is not None:
            gone.append(row.pk)
        else:
            continue
        touched.append(order)
    if gone:
        Allocation.objects.filter(pk__in=gone).soft_delete()
    _refresh(payment, touched)


def _take_off(payment: Payment, rows: Sequence[Allocation]) -> None:
    if rows:
        Allocation.objects.filter(pk__in=[row.pk for row in rows]).soft_delete()
        _refresh(payment, [row.order_id for row in rows])


def _refresh(payment: Payment, orders: Sequence[int]) -> None:
    if orders:
        refresh_payments([payment.pk])
        refresh_orders(orders)
        payment.refresh_from_db()


def _require_unpaid(order: Order, amount: Decimal, unpaid: Decimal) -> None:
    """ValidationError unless the order lacks as much."""
    if order.cancelled_on:
        raise ValidationError(_("Order %(order)s is cancelled.") % {"order": order})
    if amount > max(unpaid, ZERO):
        sentence = _("Only %(debt)s are unpaid of order %(order)s: match as much, the rest stays an advance.")
        said = {"debt": format_money(max(unpaid, ZERO)), "order": order}
        raise ValidationError(sentence % said, code="over_debt", params={"debt": max(unpaid, ZERO)})


def _check(payment: Payment) -> None:
    errors = {}
    if payment.amount <= 0:
        errors["amount"] = _("A payment is above zero.")
    if payment.paid_on > periods.today():
        errors["paid_on"] = _("Money that has come in cannot be of a day to come.")
    if errors:
        raise ValidationError(errors)
