"""How an order's sum falls into parts, each with the day it is to be paid on, and what is paid of them.

`Books` are the rows all of this is reckoned from: those of now (`books_now`), or as they stood at a moment that has
passed (`books_then`), asked of the versions. Either way by as many queries as there are kinds of rows. `left` is the
one definition of a due: what is kept (`orders.open_dues`) and written down (`orders.forecasts`) is reckoned by it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from orders.models import Instalment, Order, Payment, Shipment
from orders.queries import OrderQuerySet
from people import calendar

ZERO = Decimal("0.00")
_NAMED = 5_000
_YEAR = dt.timedelta(365)


class Source(StrEnum):
    """What says when a part is to be paid."""

    INSTALMENT = "instalment"
    DEFERRAL = "deferral"
    # No deferral, and not shipped yet: the client pays before the shipment or at it.
    ADVANCE = "advance"


class OrderFacts(NamedTuple):
    """What of an order its parts follow from."""

    pk: int
    client: int
    manager: int
    amount: Decimal
    paid: Decimal
    shipped: Decimal
    ship_on: dt.date
    deferral_days: int


class Part(NamedTuple):
    """A part of an order's sum. `is_out`: it is for goods that have gone out. `due_on` may be a day off."""

    due_on: dt.date
    amount: Decimal
    is_out: bool
    source: Source
    confidence: int = 100

    def of(self, amount: Decimal) -> "Part":
        return self._replace(amount=amount)


@dataclass
class Books:
    """Orders with their instalments [(day, sum, confidence)] and shipments [(day, sum less what came back)], each from
    the earliest on; what clients have paid for no order yet; how they pay."""

    orders: list[OrderFacts]
    instalments: Mapping[int, list[tuple[dt.date, Decimal, int]]] = field(default_factory=dict)
    shipments: Mapping[int, list[tuple[dt.date, Decimal]]] = field(default_factory=dict)
    advances: Mapping[int, Decimal] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)

    def parts_of(self, order: OrderFacts) -> list[Part]:
        """The parts of the order in the order in which payments cover them: what has gone out first, the earliest due
        first. They add up to the order's sum."""
        parts, left = [], order.amount
        for due_on, amount, confidence in self.instalments.get(order.pk, ()):
            if taken := min(amount, left):
                parts.append(Part(due_on, taken, True, Source.INSTALMENT, confidence))
                left -= taken
        rest = list(_from(self._by_shipment(order), order.amount - left))
        # Of instalments nothing says which goods they are for: the earliest are for those that went out first.
        parts = list(_out_first(parts, min(order.shipped, order.amount - left))) + rest
        return sorted(parts, key=lambda part: (not part.is_out, part.due_on))

    def _by_shipment(self, order: OrderFacts) -> Iterator[Part]:
        deferral = dt.timedelta(order.deferral_days)
        out = ZERO
        for day, amount in self.shipments.get(order.pk, ()):
            out += amount
            yield Part(day + deferral, amount, True, Source.DEFERRAL)
        if order.amount > out:
            source = Source.DEFERRAL if order.deferral_days > 0 else Source.ADVANCE
            yield Part(order.ship_on + deferral, order.amount - out, False, source)


def _from(parts: Iterable[Part], amount: Decimal) -> Iterator[Part]:
    """The parts without the first so many roubles of them."""
    for part in parts:
        skipped = min(amount, part.amount)
        amount -= skipped
        if part.amount > skipped:
            yield part.of(part.amount - skipped)


def _out_first(parts: Iterable[Part], out: Decimal) -> Iterator[Part]:
    """The same parts, the first so many roubles of them for what has gone out, cut in two where that ends."""
    for part in parts:
        gone = min(out, part.amount)
        out -= gone
        if gone:
            yield part.of(gone)
        if part.amount > gone:
            yield part.of(part.amount - gone)._replace(is_out=False)


def uncovered(parts: Iterable[Part], paid: Decimal) -> Iterator[Part]:
    """What a sum leaves of the parts, covering them in turn."""
    return _from(parts, paid)


def when_covered(
    parts: Sequence[Part], payments: Sequence[tuple[dt.date, Decimal]]
) -> Iterator[tuple[Part, dt.date]]:
    """Each part that is wholly paid, with the day on which it was. `payments`: (day, sum), the earliest first."""
    coming = iter(payments)
    day, have = None, ZERO
    for part in parts:
        while have < part.amount:
            if (following := next(coming, None)) is None:
                return
            day, have = following[0], have + following[1]
        have -= part.amount
        if day is not None:
            yield part, day


def left(books: Books) -> Iterator[tuple[OrderFacts, Part]]:
    """What is left of the parts of the books once payments and advances are taken off."""
    of_client: dict[int, list[tuple[OrderFacts, Part]]] = defaultdict(list)
    for order in books.orders:
        of_client[order.client] += [(order, part) for part in uncovered(books.parts_of(order), order.paid)]
    for client, pairs in of_client.items():
        pairs.sort(key=lambda pair: (not pair[1].is_out, pair[1].due_on, pair[0].pk))
        yield from _less(pairs, books.advances.get(client, ZERO))


def _less(pairs: Iterable[tuple[OrderFacts, Part]], advance: Decimal) -> Iterator[tuple[OrderFacts, Part]]:
    for order, part in pairs:
        covered = min(advance, part.amount)
        advance -= covered
        if part.amount > covered:
            yield order, part.of(part.amount - covered)


def ships_on(order: OrderFacts, part: Part) -> dt.date | None:
    """When the goods of the part are to go out; None once they have, and where it is due before they are."""
    return order.ship_on if not part.is_out and part.due_on >= order.ship_on else None


def working_day(day: dt.date) -> dt.date:
    """The day, or the next one on which the company works. Within `calendar.kept()` it is not asked each time."""
    return day if calendar.is_working(day) else calendar.next_working_day(day)


# --- The rows -------------------------------------------------------------------------------------------------------

_FACTS = ("client_id", "manager_id", "amount", "paid", "shipped", "ship_on", "deferral_days")


class Paid(NamedTuple):
    """What a client has paid for no order yet, and the last day on which they paid in each form."""

    advance: Decimal = ZERO
    non_cash_on: dt.date | None = None
    cash_on: dt.date | None = None
    unstated_on: dt.date | None = None


def paid_by(clients: Iterable[int]) -> dict[int, Paid]:
    """{client: what is known of their payments}; who has paid nothing is left out."""
    forms = Payment.Form
    rows = Payment.objects.filter(client__in=clients).order_by().values_list("client_id")
    found = rows.annotate(
        ahead=Sum(F("amount") - F("allocated")),
        non_cash=Max("paid_on", filter=Q(form=forms.NON_CASH)),
        cash=Max("paid_on", filter=Q(form=forms.CASH)),
        unstated=Max("paid_on", filter=Q(form=forms.UNSTATED)),
    )
    return {client: Paid(*row) for client, *row in found}


def books_now(orders: OrderQuerySet) -> Books:
    """The books of these orders as they stand, without what clients have paid in advance."""
    rows = [OrderFacts(*row) for row in orders.order_by("pk").values_list("pk", *_FACTS)]
    if not rows:
        return Books([])
    # Few are named; many are asked for as they were found, since there is an end to what one statement may name.
    ids: Any = [row.pk for row in rows] if len(rows) <= _NAMED else orders.order_by().values("pk")
    return Books(
        orders=rows,
        instalments=_instalments(Instalment.objects.filter(order__in=ids)),
        shipments=_shipments(Shipment.objects.filter(order__in=ids)),
    )


def books_then(moment: dt.datetime, day: dt.date) -> Books:
    """The books of all orders that were unpaid at the moment, as they stood then."""
    rows = Order.versions.at(moment).filter(
        deleted_at__isnull=True, cancelled_on__isnull=True, paid__lt=F("amount")
    )
    ids = rows.values("record_id")
    payments = Payment.versions.at(moment).filter(deleted_at__isnull=True)
    return Books(
        orders=[OrderFacts(*row) for row in rows.order_by("record_id").values_list("record_id", *_FACTS)],
        instalments=_instalments(
            Instalment.versions.at(moment).filter(deleted_at__isnull=True, order_id__in=ids)
        ),
        shipments=_shipments(Shipment.objects.filter(order__in=ids, operation__at__lt=moment)),
        advances=advances(payments),
        forms=_forms(payments, day),
    )


def _instalments(rows: QuerySet[Any]) -> dict[int, list[tuple[dt.date, Decimal, int]]]:
    found: dict[int, list[tuple[dt.date, Decimal, int]]] = defaultdict(list)
    for order, *part in rows.order_by("due_on", "pk").values_list(
        "order_id", "due_on", "amount", "confidence"
    ):
        found[order].append(tuple(part))
    return found


def _shipments(rows: QuerySet[Any]) -> dict[int, list[tuple[dt.date, Decimal]]]:
    """What went out by each shipment, less what came back of it and as it was corrected."""
    found: dict[int, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    documents = (
        rows.order_by()
        .annotate(shipment=Coalesce("corrects", "pk"))
        .values_list("order_id", "shipment")
        .annotate(day=Min("day", filter=Q(kind=Shipment.Kind.SHIPMENT)), sum=Sum("amount"))
    )
    for order, _shipment, day, amount in sorted(documents, key=lambda row: (row[2], row[1])):
        if amount > 0:
            found[order].append((day, amount))
    return found


def advances(payments: QuerySet[Any]) -> dict[int, Decimal]:
    """{client: what is paid and for no order}; clients without any are left out."""
    rows = payments.filter(client_id__isnull=False, allocated__lt=F("amount"))
    return dict(rows.order_by().values_list("client_id").annotate(sum=Sum(F("amount") - F("allocated"))))


def _forms(payments: QuerySet[Any], day: dt.date) -> dict[int, str]:
    """{client: the one form in which they have paid in the last year}; "" where there are two."""
    rows = payments.filter(client_id__isnull=False, paid_on__range=(day - _YEAR, day))
    forms = rows.order_by().values_list("client_id").annotate(first=Min("form"), last=Max("form"))
    return {client: first if first == last else "" for client, first, last in forms}
