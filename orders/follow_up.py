"""What happens in this room when something happened below: clients and deals were deleted, handed over, merged, or an
operation was rolled back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.history.operations import Operation
from core.history.rollback import Plan
from core.history.tracked import Tracked
from core.money import plain_quantity
from leads.merging import Merge, Mover
from leads.models import Client
from orders import rollup
from orders.actions.parts import write_sums_anew
from orders.lines import ZERO
from orders.models import Allocation, ExtraCost, Order, OrderLine, Payment, Shipment, Terms
from orders.sums import refresh_orders, refresh_payments
from people.models import User
from pipeline.models import Deal

_AT_ONCE = 500


def keep_clients(clients: Sequence[Client], op: Operation) -> None:
    """A client who ordered or paid stays: with the card its orders would be out of sight, and their money with them."""
    ids = [client.pk for client in clients]
    if Order.objects.filter(client__in=ids).exists():
        raise ValidationError(
            _(
                "The client has orders and cannot be deleted. If this is a second card of one client, merge them."
            )
        )
    if Payment.objects.filter(client__in=ids).exists():
        raise ValidationError(_("The client has payments and cannot be deleted."))


def keep_deals(deals: Sequence[Deal], op: Operation) -> None:
    """A deal that led to an order stays, unless the order has been cancelled."""
    order = Order.objects.in_force().filter(deal__in=[deal.pk for deal in deals]).first()
    if order is not None:
        sentence = _("The deal has the order %(order)s and cannot be deleted.")
        raise ValidationError(sentence % {"order": order})


def hand_over_orders(clients: Sequence[Client], manager: User, op: Operation) -> None:
    """Orders that something has still to come of go along with their clients, where they are the former manager's whom
    `clients` still name. What has been shipped stays credited to who shipped it: documents name their own seller."""
    for former in {client.manager_id for client in clients}:
        ids = [client.pk for client in clients if client.manager_id == former]
        unfinished = ~Q(shipping=Order.Shipping.WHOLE) | Q(paid__lt=F("amount"))
        Order.objects.in_force().filter(unfinished, client__in=ids, manager=former).update(manager=manager)


# --- Two cards become one -------------------------------------------------------------------------------------------


def _move_payments(merge: Merge) -> None:
    Payment.all_objects.filter(client=merge.away).update(client=merge.survivor)


def _count_payments(client: Client) -> str:
    count = Payment.objects.filter(client=client).count()
    return ngettext("%(count)s payment", "%(count)s payments", count) % {"count": count} if count else ""


def _move_orders(merge: Merge) -> None:
    Order.all_objects.filter(client=merge.away).update(client=merge.survivor)
    rollup.move(Shipment.objects.filter(client=merge.away), to_client=merge.survivor.pk)


def _count_orders(client: Client) -> str:
    count = Order.objects.filter(client=client).count()
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": count} if count else ""


def _move_terms(merge: Merge) -> None:
    """The survivor's terms stay; where nobody has set any, those of the other card."""
    if Terms.objects.filter(client=merge.survivor).exists():
        Terms.objects.filter(client=merge.away).soft_delete()
    Terms.all_objects.filter(client=merge.away).update(client=merge.survivor)


def _name_terms(client: Client) -> str:
    return _("terms of trade") if Terms.objects.filter(client=client).exists() else ""


# Payments before orders, as everywhere.
payments_of_merged = Mover(move=_move_payments, words=_count_payments)
orders_of_merged = Mover(move=_move_orders, words=_count_orders)
terms_of_merged = Mover(move=_move_terms, words=_name_terms)


# --- Rollbacks ------------------------------------------------------------------------------------------------------


def objection(plan: Plan) -> str:
    """For `core.history.rollback`: documents stay, and with them what they stand on."""
    document = Shipment.objects.filter(operation=plan.operation).first()
    if document is not None:
        sentence = _("The document %(number)s stays: write a return or a correction of it.")
        return sentence % {"number": document}
    for row in plan.rows:
        if row.model is Order and row.deletes:
            return _("Orders are not taken back, their numbers run without gaps. Cancel the order instead.")
    return _objection_to_lines(plan) or _objection_to_allocations(plan)


def _objection_to_lines(plan: Plan) -> str:
    """A line of which something has been shipped keeps its product and price, and at least that quantity."""
    rows = {row.record_id: row for row in plan.rows if row.model is OrderLine}
    shipped = OrderLine.objects.filter(pk__in=list(rows)).exclude(shipped=0).select_related("product")
    for line in shipped:
        row = rows[line.pk]
        back = {**row.restore, **row.conflicting}
        sentence = _("%(quantity)s of “%(product)s” have been shipped meanwhile: change the order instead.")
        if row.deletes or back.keys() & _PRICED or back.get("quantity", line.shipped) < line.shipped:
            return sentence % {"quantity": plain_quantity(line.shipped), "product": line.product}
    return ""


def _objection_to_allocations(plan: Plan) -> str:
    """Money that was for something else meanwhile does not come back to where it was."""
    back = {row.record_id: row.restore for row in plan.rows if row.model is Allocation and row.restore}
    parts = Allocation.all_objects.filter(pk__in=list(back))
    for payment in Payment.objects.filter(allocations__in=parts).distinct():
        kept = payment.allocations.exclude(pk__in=list(back)).aggregate(sum=Sum("amount"))["sum"] or ZERO
        own = [part for part in parts if part.payment_id == payment.pk]
        wanted = [
            back[part.pk].get("amount", part.amount) for part in own if not _is_gone(part, back[part.pk])
        ]
        if sum(wanted, kept) > payment.amount:
            sentence = _(
                "The payment %(payment)s is matched to other orders meanwhile: take it off them first."
            )
            return sentence % {"payment": payment}
    return ""


def _is_gone(part: Allocation, back: Mapping[str, Any]) -> bool:
    """Whether it is deleted once the rollback is done."""
    return bool(back.get("deleted_at", part.deleted_at))


_PRICED = {"product_id", "price", "discount", "vat_rate", "deleted_at"}


def after_rollback(rows: Mapping[type[Tracked], Sequence[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: what is derived is derived anew, and documents follow their order
    to the card it has come back to."""
    orders = set(rows.get(Order, ()))
    lines = list(rows.get(OrderLine, ()))
    came_back = set(lines)
    payments = set(rows.get(Payment, ()))
    for start in range(0, len(lines), _AT_ONCE):
        some = OrderLine.all_objects.filter(pk__in=lines[start : start + _AT_ONCE])
        orders.update(some.values_list("order_id", flat=True))
    for model in (ExtraCost, Allocation):
        touched = list(rows.get(model, ()))
        for start in range(0, len(touched), _AT_ONCE):
            parts = model.all_objects.filter(pk__in=touched[start : start + _AT_ONCE])
            orders.update(parts.values_list("order_id", flat=True))
            if model is Allocation:
                payments.update(parts.values_list("payment_id", flat=True))
    refresh_payments(payments)
    ids = sorted(orders)
    for start in range(0, len(ids), _AT_ONCE):
        some_orders = ids[start : start + _AT_ONCE]
        # Of an order nothing of which has gone out prices may include VAT again; of others lines alone came back.
        priced = OrderLine.objects.filter(order__in=some_orders).select_related("order")
        write_sums_anew([line for line in priced if line.pk in came_back or not line.order.last_shipped_on])
        _follow(some_orders)
        refresh_orders(some_orders)


def _follow(orders: Sequence[int]) -> None:
    """Shipments of the orders go over to the client of their order, where that is another by now."""
    astray = Shipment.objects.filter(order__in=orders).exclude(client=F("order__client"))
    for client_id in set(astray.values_list("order__client_id", flat=True)):
        ids = astray.filter(order__client=client_id).values_list("pk", flat=True)
        rollup.move(Shipment.objects.filter(pk__in=list(ids)), to_client=client_id)
