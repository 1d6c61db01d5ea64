"""Verbs of shipments: goods go out, come back, or cost something else than was written.

Each writes one document with the next number of its year, which nobody changes or rolls back any more. A document
takes its sums from what is left of the line, so all of a line's documents together come to the line, to the kopeck.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core import periods
from core.history.operations import Operation, operation
from core.money import plain_quantity
from orders import numbers, rollup
from orders.actions.locks import lock_order
from orders.actions.parts import sums_of_documents
from orders.lines import Sums, after_colon, net_of
from orders.models import NumberSeries, Order, OrderLine, Shipment, ShipmentLine
from orders.sums import NOTHING, refresh_orders
from people import access
from people.models import User


class Part(NamedTuple):
    """What a document holds, or still holds, of one line."""

    quantity: Decimal
    sums: Sums


def ship(
    order: Order,
    *,
    by: User,
    day: dt.date | None = None,
    quantities: Mapping[OrderLine, Decimal] | None = None,
    note: str = "",
) -> Shipment:
    """Goods of the order went out on the day (today by default): so many of each line, or everything that is left.

    ValidationError of the field "day" before the order or in the future, of "quantities" for more than is left, for
    fewer than none and for nothing at all; of none for a cancelled order.
    """
    access.require_change(by, order)
    with operation(by=by) as op:
        now = lock_order(order.pk)
        day = _day(day, now.ordered_on, _("The order was made later."), op)
        if now.cancelled_on:
            raise ValidationError(_("The order has been cancelled."))
        lines = {line.pk: line for line in OrderLine.objects.filter(order=now).select_related("product")}
        left = left_of(list(lines.values()))
        wanted = _wanted(quantities, left, lines, _("Only %(left)s are left to ship."))
        if not wanted:
            raise ValidationError({"quantities": _("Say how many go out, of one line at least.")})
        parts = {
            pk: Part(quantity, left[pk].sums.part(quantity, left[pk].quantity))
            for pk, quantity in wanted.items()
        }
        shipment = _write(Shipment(kind=Shipment.Kind.SHIPMENT, order=now, note=note), day, lines, parts, op)
        refresh_orders([now.pk])
    return shipment


def take_back(
    shipment: Shipment,
    *,
    by: User,
    day: dt.date | None = None,
    quantities: Mapping[OrderLine, Decimal] | None = None,
    replace: bool = False,
    note: str = "",
) -> Shipment:
    """Goods of a shipment came back on the day: so many of each line, or all that is still out. It counts against who
    shipped it, in its own month.

    The order becomes smaller by them, unless they will be shipped again (`replace`). ValidationError as of `ship`.
    """
    access.require_change(by, shipment.order)
    _require_shipment(shipment)
    with operation(by=by) as op:
        now = lock_order(shipment.order_id)
        day = _day(day, shipment.day, _("It was shipped later."), op)
        lines = {line.pk: line for line in OrderLine.objects.filter(order=now).select_related("product")}
        out = out_of(shipment)
        wanted = _wanted(quantities, out, lines, _("Only %(left)s of them are with the client."))
        if not wanted:
            raise ValidationError({"quantities": _("Say how many came back, of one line at least.")})
        parts = {}
        for pk, quantity in wanted.items():
            back = out[pk].sums.part(quantity, out[pk].quantity)
            parts[pk] = Part(-quantity, Sums().minus(back))
            if not replace:
                lines[pk].quantity -= quantity
                _add_to_line(lines[pk], parts[pk].sums)
        if not replace:
            OrderLine.objects.bulk_update([lines[pk] for pk in parts], ["quantity", "amount", "net", "cost"])
        document = Shipment(kind=Shipment.Kind.RETURN, order=now, corrects=shipment, note=note)
        document = _write(document, day, lines, parts, op)
        refresh_orders([now.pk])
    return document


def correct(
    shipment: Shipment,
    *,
    by: User,
    sums: Mapping[OrderLine, Decimal],
    note: str,
    day: dt.date | None = None,
) -> Shipment:
    """What went out costs something else: `sums` are the gross ones that lines of the shipment should come to, for
    what is still with the client. The document holds the differences, of the day's month; the order's lines follow.

    ValidationError of "sums" for a negative sum, for a line nothing of which is out, and where nothing differs; of
    "note" without a reason.
    """
    access.require_change(by, shipment.order)
    _require_shipment(shipment)
    note = " ".join(note.split())
    with operation(by=by) as op:
        now = lock_order(shipment.order_id)
        day = _day(day, shipment.day, _("It was shipped later."), op)
        if not note:
            raise ValidationError({"note": _("Say why the sums change.")})
        lines = {line.pk: line for line in OrderLine.objects.filter(order=now).select_related("product")}
        out = out_of(shipment)
        parts = {}
        for line, amount in sums.items():
            if line.pk not in out:
                raise PermissionDenied(f"line {line.pk} is not of shipment {shipment.pk}")
            known = out[line.pk]
            if amount == known.sums.amount:
                continue
            if not known.quantity:
                _refuse("sums", lines[line.pk], _("All of it has come back."))
            if amount < 0:
                _refuse("sums", lines[line.pk], _("The sum cannot be negative."))
            wanted = Sums(amount, net_of(amount, lines[line.pk].vat_rate), known.sums.cost)
            parts[line.pk] = Part(NOTHING, wanted.minus(known.sums))
            _add_to_line(lines[line.pk], parts[line.pk].sums)
        if not parts:
            raise ValidationError({"sums": _("Nothing differs from what was shipped.")})
        OrderLine.objects.bulk_update([lines[pk] for pk in parts], ["amount", "net", "cost"])
        document = Shipment(kind=Shipment.Kind.CORRECTION, order=now, corrects=shipment, note=note)
        document = _write(document, day, lines, parts, op)
        refresh_orders([now.pk])
    return document


def left_of(lines: list[OrderLine]) -> dict[int, Part]:
    """{line: what of it has still to go out}."""
    documents = sums_of_documents(lines)
    return {
        line.pk: Part(
            line.quantity - line.shipped,
            Sums(line.amount, line.net, line.cost).minus(documents.get(line.pk, Sums())),
        )
        for line in lines
    }


def out_of(shipment: Shipment) -> dict[int, Part]:
    """{order line: what of a shipment is still with the client}: less what came back, as corrected."""
    out: dict[int, Part] = {}
    documents = [shipment.pk, *shipment.corrected_by.values_list("pk", flat=True)]
    rows = ShipmentLine.objects.filter(shipment__in=documents).order_by("pk")
    for pk, quantity, *sums in rows.values_list("order_line_id", "quantity", "amount", "net", "cost"):
        known = out.get(pk, Part(NOTHING, Sums()))
        out[pk] = Part(known.quantity + quantity, known.sums.plus(Sums(*sums)))
    return out


def _wanted(
    quantities: Mapping[OrderLine, Decimal] | None,
    there: Mapping[int, Part],
    lines: Mapping[int, OrderLine],
    too_many: str,
) -> dict[int, Decimal]:
    """{line: how many}, without lines nothing is wanted of."""
    if quantities is None:
        return {pk: part.quantity for pk, part in there.items() if part.quantity > 0}
    wanted = {}
    for line, quantity in quantities.items():
        if line.pk not in there:
            raise PermissionDenied(f"line {line.pk} is not of this document")
        if quantity < 0:
            _refuse("quantities", lines[line.pk], _("The quantity cannot be negative."))
        if quantity > there[line.pk].quantity:
            left = plain_quantity(there[line.pk].quantity)
            _refuse("quantities", lines[line.pk], too_many % {"left": left})
        if quantity:
            wanted[line.pk] = quantity
    return wanted


def _day(day: dt.date | None, earliest: dt.date, too_early: str, op: Operation) -> dt.date:
    today = periods.day_of(op.at)
    day = day or today
    if day > today:
        raise ValidationError({"day": _("The day lies in the future.")})
    if day < earliest:
        raise ValidationError({"day": too_early})
    return day


def _require_shipment(shipment: Shipment) -> None:
    if shipment.kind != Shipment.Kind.SHIPMENT:
        raise ValidationError(_("Only what went out can come back or be corrected."))


def _add_to_line(line: OrderLine, sums: Sums) -> None:
    line.amount, line.net, line.cost = Sums(line.amount, line.net, line.cost).plus(sums)


def _write(
    document: Shipment,
    day: dt.date,
    lines: Mapping[int, OrderLine],
    parts: Mapping[int, Part],
    op: Operation,
) -> Shipment:
    """Saves the document with its lines and adds it to the sales of its month. A return and a correction stay with the
    seller of what they take back."""
    order = document.order
    document.client_id = order.client_id
    document.manager_id = document.corrects.manager_id if document.corrects else order.manager_id
    document.day, document.month, document.year = day, day.replace(day=1), day.year
    document.note = " ".join(document.note.split())
    document.operation = op
    document.amount, document.net, document.cost = _total(parts)
    document.clean_fields(exclude=[f.name for f in Shipment._meta.fields if f.name != "note"])
    document.number = numbers.take(NumberSeries.Kind.SHIPMENT, document.year)
    document.save()
    ShipmentLine.objects.bulk_create(
        ShipmentLine(
            shipment=document,
            order_line_id=pk,
            product_id=lines[pk].product_id,
            day=day,
            quantity=part.quantity,
            amount=part.sums.amount,
            net=part.sums.net,
            cost=part.sums.cost,
        )
        for pk, part in parts.items()
    )
    rollup.add([document])
    return document


def _total(parts: Mapping[int, Part]) -> Sums:
    total = Sums()
    for part in parts.values():
        total = total.plus(part.sums)
    return total


def _refuse(field: str, line: OrderLine, sentence: str) -> None:
    raise ValidationError({field: f"{line.product}: {after_colon(sentence)}"})
