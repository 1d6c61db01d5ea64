"""Lines and instalments of an order made those of the drafts, with their sums; for the verbs of orders."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.money import LARGEST, format_money
from orders.lines import ZERO, LineDraft, Sums, require_some, sums_of, written
from orders.models import Instalment, Order, OrderLine, ShipmentLine
from orders.terms import AgainstTerms, Credit, against


class InstalmentDraft(NamedTuple):
    """A part of an order's sum with a date of its own, and how sure the seller is of it, in %."""

    due_on: dt.date
    amount: Decimal
    confidence: int = 100


def change_lines(order: Order, drafts: Sequence[LineDraft] | None, *, anew: bool) -> list[OrderLine]:
    """Makes the order's lines those of the drafts; all lines it has then. A line that was wholly returned and reduced
    to nothing stays, as its documents do."""
    own = {line.pk: line for line in OrderLine.objects.filter(order=order)}
    if drafts is None:
        rows = list(own.values())
        if anew:
            for line in rows:
                write_sums(line, Sums(), prices_with_vat=order.prices_with_vat)
            OrderLine.objects.bulk_update(rows, ["amount", "net", "cost"])
        return rows
    require_some(drafts)
    rows = []
    new: list[OrderLine] = []
    changed: list[OrderLine] = []
    for position, draft in enumerate(drafts, 1):
        if draft.line is not None and draft.line.pk not in own:
            raise PermissionDenied("a line of another order")
        line = own.pop(draft.line.pk) if draft.line else OrderLine(order=order)
        before = _content(line)
        written(_at(draft, line), position, prices_with_vat=order.prices_with_vat)
        rows.append(line)
        if line.pk is None:
            new.append(line)
        elif anew or _content(line) != before:
            changed.append(line)
    gone = [line for line in own.values() if line.quantity]
    if any(line.shipped for line in gone):
        shipped = next(line for line in gone if line.shipped)
        sentence = _("“%(product)s” has been shipped: its line cannot go.")
        raise ValidationError({"lines": sentence % {"product": shipped.product}})
    documents = sums_of_documents(changed)
    for line in [*new, *changed]:
        write_sums(line, documents.get(line.pk, Sums()), prices_with_vat=order.prices_with_vat)
    if gone:
        OrderLine.objects.filter(pk__in=[line.pk for line in gone]).soft_delete()
    if changed:
        OrderLine.objects.bulk_update(changed, [*_CONTENT, "amount", "net", "cost"])
    OrderLine.objects.bulk_create(new)
    return [*rows, *(line for line in own.values() if not line.quantity)]


_CONTENT = ("position", "product", "quantity", "price", "discount", "vat_rate", "unit_cost")


def _content(line: OrderLine) -> tuple[Any, ...]:
    return tuple(getattr(line, OrderLine._meta.get_field(name).attname) for name in _CONTENT)  # type: ignore[union-attr]


def _at(draft: LineDraft, line: OrderLine) -> LineDraft:
    """The draft on the line as it stands now."""
    return LineDraft(
        draft.product, draft.quantity, draft.price, draft.discount, draft.vat_rate, draft.unit_cost, line
    )


def sums_of_documents(lines: Sequence[OrderLine]) -> dict[int, Sums]:
    """{line: what its shipments, returns and corrections come to}."""
    sums: dict[int, Sums] = {}
    rows = ShipmentLine.objects.filter(order_line__in=[line.pk for line in lines])
    for pk, *values in rows.values_list("order_line_id", "amount", "net", "cost"):
        sums[pk] = sums.get(pk, Sums()).plus(Sums(*values))
    return sums


def write_sums(line: OrderLine, documents: Sums, *, prices_with_vat: bool) -> None:
    """What has been shipped is worth what its documents say, the rest is priced by the line."""
    left = OrderLine(
        quantity=line.quantity - line.shipped,
        price=line.price,
        discount=line.discount,
        vat_rate=line.vat_rate,
        unit_cost=line.unit_cost,
    )
    sums = documents.plus(sums_of(left, prices_with_vat=prices_with_vat))
    line.amount, line.net, line.cost = sums


def write_sums_anew(lines: Sequence[OrderLine]) -> None:
    """Sums of lines (read with their orders) whose values came back by a rollback; only what differs is written."""
    documents = sums_of_documents(lines)
    changed = []
    for line in lines:
        before = line.amount, line.net, line.cost
        write_sums(line, documents.get(line.pk, Sums()), prices_with_vat=line.order.prices_with_vat)
        if (line.amount, line.net, line.cost) != before:
            changed.append(line)
    if changed:
        OrderLine.objects.bulk_update(changed, ["amount", "net", "cost"])


def sum_up(order: Order, lines: Sequence[OrderLine]) -> None:
    """The order's own sums, from lines in memory."""
    order.amount = sum((line.amount for line in lines), ZERO)
    order.net = sum((line.net for line in lines), ZERO)
    order.cost = sum((line.cost for line in lines), ZERO)
    if order.amount * 100 > LARGEST:
        raise ValidationError({"lines": _("The sum is too large.")})


def make_instalments(order: Order, drafts: Sequence[InstalmentDraft]) -> list[Instalment]:
    """ValidationError unless these are parts of the order's sum; what they leave is due by the deferral."""
    rows = [Instalment(due_on=due_on, amount=amount, confidence=sure) for due_on, amount, sure in drafts]
    for row in rows:
        row.clean_fields(exclude=["order"])
        if row.amount <= 0:
            raise ValidationError({"instalments": _("An instalment is above zero.")})
        if row.due_on < order.ordered_on:
            raise ValidationError({"instalments": _("An instalment cannot be due before the order.")})
    _require_parts_fit(order, rows)
    return rows


def _require_parts_fit(order: Order, parts: Sequence[Instalment]) -> None:
    total = sum((part.amount for part in parts), ZERO)
    if total > order.amount:
        sentence = _("The instalments come to %(parts)s, the order to %(order)s.")
        words = {"parts": format_money(total), "order": format_money(order.amount)}
        raise ValidationError({"instalments": sentence % words})


def change_instalments(order: Order, drafts: Sequence[InstalmentDraft] | None) -> list[Instalment]:
    """Makes the instalments those of the drafts; None leaves them, as long as they still fit."""
    own = list(Instalment.objects.filter(order=order))
    if drafts is None:
        _require_parts_fit(order, own)
        return own
    wanted = make_instalments(order, drafts)
    if [_said(part) for part in own] == sorted(_said(part) for part in wanted):
        return own
    Instalment.objects.filter(order=order).soft_delete()
    for part in wanted:
        part.order = order
    return Instalment.objects.bulk_create(wanted)


def _said(part: Instalment) -> tuple[dt.date, Decimal, int]:
    return part.due_on, part.amount, part.confidence


def require_terms(order: Order, lines: Sequence[OrderLine], parts: Sequence[Instalment]) -> None:
    if order.terms_reason:
        return
    sentences = against(order.client_id, credit_of(order, lines, parts), order_id=order.pk)
    if sentences:
        raise AgainstTerms(sentences)


def credit_of(order: Order, lines: Sequence[OrderLine], parts: Sequence[Instalment]) -> Credit:
    """What the order asks of the terms. What is due before it is shipped is no credit."""
    before = sum((part.amount for part in parts if part.due_on <= order.ship_on), ZERO)
    discount = max((line.discount for line in lines if line.quantity), default=Decimal(0))
    return Credit(discount, order.deferral_days, order.amount - max(order.paid, before))
