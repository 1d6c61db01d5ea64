"""Verbs of orders: make, change, cancel, promises and papers. Extra costs and shipments have files of their own.

Whoever sees an order may change it; handing it to another seller is for who may "assign". What has been shipped is
changed by documents alone (`orders.actions.shipments`).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import periods
from core.history.operations import Operation, operation
from leads.models import Client
from orders import numbers
from orders.actions.locks import lock_client, lock_order
from orders.actions.parts import (
    InstalmentDraft,
    change_instalments,
    change_lines,
    make_instalments,
    require_terms,
    sum_up,
    write_sums,
)
from orders.lines import LineDraft, Sums, require_some, written
from orders.models import (
    Allocation,
    Instalment,
    NumberSeries,
    Order,
    OrderLine,
)
from orders.sums import refresh_orders, refresh_payments
from orders.terms import terms_of
from people import access
from people.models import User
from pipeline.models import Deal

# What `update_order` changes beside lines and instalments; the client stays who ordered.
ORDER_FIELDS = frozenset(
    {
        "deal",
        "manager",
        "ordered_on",
        "ship_on",
        "deferral_days",
        "prices_with_vat",
        "delivery_is_ours",
        "promised_on",
        "originals_on",
        "terms_reason",
        "note",
    }
)
# What a cancelled order may still be told.
_AFTERWARDS = frozenset({"originals_on", "note"})
# What the client's terms have a say in.
_ON_TERMS = frozenset({"deferral_days", "prices_with_vat", "ship_on"})


def create_order(
    *,
    by: User,
    client: Client,
    lines: Sequence[LineDraft],
    ship_on: dt.date,
    ordered_on: dt.date | None = None,
    manager: User | None = None,
    deal: Deal | None = None,
    deferral_days: int | None = None,
    instalments: Sequence[InstalmentDraft] = (),
    terms_reason: str = "",
    prices_with_vat: bool = True,
    delivery_is_ours: bool = False,
    promised_on: dt.date | None = None,
    note: str = "",
) -> Order:
    """A new order with the next number of its year. By default of today, by the client's manager, with the deferral of
    the client's terms.

    `AgainstTerms` (a ValidationError of the field "terms_reason") where it is against them and no reason is given;
    other ValidationErrors by field, those of lines in one field "lines".
    """
    access.require_change(by, client, *([deal] if deal else []))
    manager = manager or client.manager
    access.require_owner(by, manager)
    require_some(lines)
    with operation(by=by) as op:
        lock_client(client.pk)
        if deferral_days is None:
            terms = terms_of(client.pk)
            deferral_days = terms.deferral_days if terms else 0
        order = Order(
            client=client,
            deal=deal,
            manager=manager,
            ordered_on=ordered_on or periods.day_of(op.at),
            ship_on=ship_on,
            deferral_days=deferral_days,
            prices_with_vat=prices_with_vat,
            delivery_is_ours=delivery_is_ours,
            promised_on=promised_on,
            terms_reason=terms_reason.strip(),
            note=note.strip(),
        )
        _require_right_values(order, periods.day_of(op.at))
        rows = [
            written(draft, position, prices_with_vat=prices_with_vat)
            for position, draft in enumerate(lines, 1)
        ]
        for line in rows:
            write_sums(line, Sums(), prices_with_vat=prices_with_vat)
        sum_up(order, rows)
        parts = make_instalments(order, instalments)
        require_terms(order, rows, parts)
        order.year = order.ordered_on.year
        order.number = numbers.take(NumberSeries.Kind.ORDER, order.year)
        order.save()
        for line in rows:
            line.order = order
        for part in parts:
            part.order = order
        OrderLine.objects.bulk_create(rows)
        Instalment.objects.bulk_create(parts)
    return order


def update_order(
    order: Order,
    *,
    by: User,
    lines: Sequence[LineDraft] | None = None,
    instalments: Sequence[InstalmentDraft] | None = None,
    **fields: Any,
) -> Order:
    """Other values for `ORDER_FIELDS`; lines and instalments, where they are given, become exactly these.

    Lines may change while something has still to go out: never below what has been shipped, and the price of what has
    been shipped in part stays (that is a correction). `StaleRecord` if somebody saved the order since it was read;
    errors as of `create_order`. The client's terms are asked only where something they speak of is changed.
    """
    access.require_change(by, order)
    if unknown := set(fields) - ORDER_FIELDS:
        raise TypeError(f"no fields of an order that may be set here: {', '.join(sorted(unknown))}")
    if "manager" in fields and fields["manager"].pk != order.manager_id:
        access.require(by, "assign")
        access.require_owner(by, fields["manager"])
    if fields.get("deal"):
        access.require_change(by, fields["deal"])
    changed = {name for name, value in fields.items() if getattr(order, name) != value}
    with operation(by=by) as op:
        before = lock_order(order.pk)
        _require_may_change(before, changed, lines, instalments)
        for name, value in fields.items():
            setattr(order, name, value.strip() if isinstance(value, str) else value)
        _require_right_values(order, periods.day_of(op.at))
        _require_fits_shipments(order, before)
        rows = change_lines(order, lines, anew="prices_with_vat" in changed)
        sum_up(order, rows)
        asks = lines is not None or instalments is not None or changed & _ON_TERMS
        parts = change_instalments(order, instalments) if asks else []
        if asks:
            require_terms(order, rows, parts)
        # Also where lines alone have changed: the order's version is theirs, so no one's lines are lost.
        order.save()
        refresh_orders([order.pk])
    order.refresh_from_db()
    return order


def cancel_order(order: Order, *, by: User, reason: str) -> Operation:
    """Nothing of the order will be shipped. What was paid for it is free for others again, as an advance.

    ValidationError without a reason, for one that is cancelled already, and while something of it is with the client.
    A rollback of the operation returned brings the order back, with its payments where they are still free.
    """
    access.require_change(by, order)
    reason = " ".join(reason.split())
    with operation(by=by) as op:
        payments = list(Allocation.objects.filter(order=order).values_list("payment_id", flat=True))
        now = lock_order(order.pk, payments)
        if now.cancelled_on:
            raise ValidationError(_("The order has been cancelled already."))
        if OrderLine.objects.filter(order=order).exclude(shipped=0).exists():
            raise ValidationError(_("Something of it has been shipped: write the return first."))
        if not reason:
            raise ValidationError({"reason": _("Say why: without a reason no order is cancelled.")})
        order.cancelled_on, order.cancel_reason = periods.day_of(op.at), reason
        order.clean_fields(exclude=[f.name for f in Order._meta.fields if f.name != "cancel_reason"])
        order.save(update_fields=["cancelled_on", "cancel_reason"])
        Allocation.objects.filter(order=order).soft_delete()
        refresh_payments(payments)
        refresh_orders([order.pk])
    order.refresh_from_db()
    return op


def promise_payment(order: Order, promised_on: dt.date | None, *, by: User) -> Order:
    """When the client has promised to pay; None takes the promise back. ValidationError for a day that has passed."""
    access.require_change(by, order)
    with operation(by=by) as op:
        if promised_on and promised_on < periods.day_of(op.at):
            raise ValidationError({"promised_on": _("The day has passed: say when they will pay.")})
        order.promised_on = promised_on
        order.save(update_fields=["promised_on"])
    return order


def originals_came_back(order: Order, day: dt.date | None, *, by: User) -> Order:
    """When the signed originals of the documents came back; None: they have not."""
    access.require_change(by, order)
    with operation(by=by) as op:
        order.originals_on = day
        _require_right_values(order, periods.day_of(op.at))
        order.save(update_fields=["originals_on"])
    return order


# --- What the verbs have in common ----------------------------------------------------------------------------------


def _require_right_values(order: Order, today: dt.date) -> None:
    named = [*ORDER_FIELDS - {"deal", "manager"}]
    order.clean_fields(exclude=[field.name for field in Order._meta.fields if field.name not in named])
    errors: dict[str, str] = {}
    if order.ordered_on > today:
        errors["ordered_on"] = _("The day lies in the future.")
    if order.ship_on < order.ordered_on:
        errors["ship_on"] = _("The shipment cannot be planned before the order.")
    if order.originals_on and not order.ordered_on <= order.originals_on <= today:
        errors["originals_on"] = _("Between the day of the order and today.")
    if order.year is not None and order.ordered_on.year != order.year:
        sentence = _("The number %(order)s stays in its year.")
        errors["ordered_on"] = sentence % {"order": order}
    if order.deal is not None and order.deal.client_id != order.client_id:
        errors["deal"] = _("This is a deal of another client.")
    if errors:
        raise ValidationError(errors)


def _require_may_change(
    before: Order, changed: set[str], lines: object | None, instalments: object | None
) -> None:
    if before.cancelled_on and (changed - _AFTERWARDS or lines is not None or instalments is not None):
        raise ValidationError(_("The order has been cancelled: make a new one."))
    if lines is not None and not before.is_open:
        sentence = _("All of it has been shipped: what went out is changed by a return or a correction.")
        raise ValidationError({"lines": sentence})


def _require_fits_shipments(order: Order, before: Order) -> None:
    documents = order.shipments.order_by("day").values_list("day", flat=True)
    first = documents.first()
    if first and order.ordered_on > first:
        raise ValidationError({"ordered_on": _("The first shipment was before this day.")})
    if first and order.prices_with_vat != before.prices_with_vat:
        sentence = _("Something has been shipped at these prices: they stay as they are.")
        raise ValidationError({"prices_with_vat": sentence})
