"""Whose a payment is, and which orders it is for: what can be known from the payment itself.

The client: by INN, else by exactly its name (legal form and quotes aside), where one client alone has it. The orders:
those the purpose names by number («заказ 12/2026», «счёт 12», «№ 12»); else the one that lacks exactly this sum; else
the oldest debts first. Sure is only what two things say at once, the client and a number of an order of this client:
that alone is matched without being asked.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from core.names import name_key
from leads.models import Client
from orders.models import Order, Payment

ZERO = Decimal("0.00")
_PORTION = 400


class Why(StrEnum):
    """By what the orders of a proposal were found."""

    NUMBER = "number"
    SUM = "sum"
    OLDEST = "oldest"
    NOTHING = ""


@dataclass
class Proposal:
    """Whose the payment seems to be and how much of it is for which order ({order id: sum})."""

    client: int | None = None
    sums: dict[int, Decimal] = field(default_factory=dict)
    why: Why = Why.NOTHING

    @property
    def is_sure(self) -> bool:
        """It may be matched without asking anybody."""
        return self.why == Why.NUMBER


class OrderNumber(NamedTuple):
    """What a purpose says of an order; `year` is None where it does not."""

    number: int
    year: int | None


class _Open(NamedTuple):
    """An order something is unpaid of."""

    pk: int
    number: int
    year: int
    is_debt: bool
    due: dt.date


# What stands before the number of an order, and what stands before numbers of something else.
_ORDER = r"(?:заказ\w*|сч[её]т\w*(?!-?\s*факт)|сч|order|invoice|inv)"
_OTHER = re.compile(
    r"(?:договор\w*|дог|контракт\w*|соглашени\w*|акт\w*|накладн\w*|упд|счет\w*\s*-?\s*фактур\w*|с/ф|сф|платеж\w*|"
    r"п/п|ттн|торг-?12|инн|кпп|спецификаци\w*|приложени\w*|лиц\w*\s*сч\w*|р/с\w*|тел\w*)\s*\.?\s*(?:№|n|#|no)?\.?\s*$"
)
_NUMBER = r"(\d{1,6})(?:\s*/\s*(\d{4}|\d{2}))?(?![\d./-]*\d)"
_NAMED = re.compile(rf"(?<!\w){_ORDER}\.?\s*(?:на\s+оплату\s*)?(?:№+|n|#|no\.?)?\s*\.?\s*{_NUMBER}")
_BARE = re.compile(rf"№+\s*{_NUMBER}")
_NEXT = re.compile(rf"\s*(?:,|;|и)\s*(?:№+\s*)?{_NUMBER}")
_DATED = re.compile(r"\s*(?:от\s+)?\d{1,2}[./]\d{1,2}[./]\d{2,4}\s*(?:г\.?)?")


def order_numbers(purpose: str) -> list[OrderNumber]:
    """The orders a purpose names, in its order: «Оплата по счёту № 12 от 03.11.2026, 13/26» → 12, 13 of 2026.

    A bare «№ 12» is one too, unless a word before it says that it is the number of a contract, an act, a waybill.
    """
    text = " ".join(purpose.lower().replace("ё", "е").split())
    found: dict[OrderNumber, None] = {}
    for pattern in (_NAMED, _BARE):
        for match in pattern.finditer(text):
            if _OTHER.search(text[: match.start()]) or (pattern is _BARE and found):
                continue
            found[_number(match)] = None
            end = match.end()
            while more := _NEXT.match(text, _after_date(text, end)):
                found[_number(more)] = None
                end = more.end()
    return list(found)


def _after_date(text: str, position: int) -> int:
    dated = _DATED.match(text, position)
    return dated.end() if dated else position


def _number(match: re.Match[str]) -> OrderNumber:
    year = match[2]
    return OrderNumber(int(match[1]), int(year) + (2000 if len(year) == 2 else 0) if year else None)


def propose(payment: Payment) -> Proposal:
    """What the payment, of which something is for no order yet, seems to be for. Writes nothing."""
    return propose_all([payment])[0]


def propose_all(payments: Sequence[Payment]) -> list[Proposal]:
    """The proposals for payments in their order, by a number of queries that does not grow with them.

    What one takes of an order the next ones do not find there any more; sure ones take first.
    """
    owners = _owners(payments)
    rest = _Rest({client for client in owners if client})
    found = [Proposal(client=client) for client in owners]
    pairs = [
        (payment, proposal) for payment, proposal in zip(payments, found, strict=True) if proposal.client
    ]
    for payment, proposal in pairs:
        named = rest.named(proposal.client, order_numbers(payment.purpose))
        if named:
            proposal.why, proposal.sums = Why.NUMBER, rest.take(named, payment.advance)
    for payment, proposal in pairs:
        if proposal.why:
            continue
        if equal := rest.lacking(proposal.client, payment.advance):
            proposal.why, proposal.sums = Why.SUM, rest.take([equal], payment.advance)
        elif oldest := rest.oldest(proposal.client):
            proposal.why, proposal.sums = Why.OLDEST, rest.take(oldest, payment.advance)
    return found


def _owners(payments: Iterable[Payment]) -> list[int | None]:
    """The client of each payment: the one it has, else the only one with the payer's INN, else with its very name."""
    payments = list(payments)
    unknown = [one for one in payments if one.client_id is None]
    by_inn = _only("inn", {one.payer_inn for one in unknown if one.payer_inn})
    # An INN of a client says more than a name: a namesake with another INN is somebody else.
    names = {name_key(one.payer) for one in unknown if one.payer_inn not in by_inn} - {""}
    by_name = _only("name_key", names)
    found: list[int | None] = []
    for one in payments:
        if one.client_id is not None:
            found.append(one.client_id)
            continue
        client = by_inn.get(one.payer_inn) if one.payer_inn in by_inn else by_name.get(name_key(one.payer))
        found.append(
            client[0] if client and (not one.payer_inn or client[1] in ("", one.payer_inn)) else None
        )
    return found


def _only(column: str, values: set[str]) -> dict[str, tuple[int, str] | None]:
    """{value: (id, INN) of the only client with it; None where several have it}."""
    found: dict[str, tuple[int, str] | None] = {}
    wanted = sorted(values)
    for start in range(0, len(wanted), _PORTION):
        rows = Client.objects.filter(**{f"{column}__in": wanted[start : start + _PORTION]})
        for value, pk, inn in rows.values_list(column, "pk", "inn"):
            found[value] = None if value in found else (pk, inn)
    return found


class _Rest:
    """What is still unpaid of the clients' orders, while payments take of it."""

    def __init__(self, clients: set[int]) -> None:
        self.unpaid: dict[int, Decimal] = {}
        self._of_client: dict[int, list[_Open]] = defaultdict(list)
        wanted = sorted(clients)
        for start in range(0, len(wanted), _PORTION):
            rows = Order.objects.unpaid().filter(client__in=wanted[start : start + _PORTION])
            for order in rows.only(
                "client_id", "number", "year", "amount", "paid", "shipped", "ship_on", "last_shipped_on",
                "deferral_days",
            ):  # fmt: skip
                due = (order.last_shipped_on or order.ship_on) + dt.timedelta(order.deferral_days)
                self.unpaid[order.pk] = order.unpaid
                self._of_client[order.client_id].append(
                    _Open(order.pk, order.number, order.year, order.debt > 0, due)
                )

    def named(self, client: int | None, numbers: Sequence[OrderNumber]) -> list[int]:
        """The client's open orders with these numbers; without a year the latest of that number."""
        found = []
        for number, year in numbers:
            same = [one for one in self._open(client) if one.number == number and year in (None, one.year)]
            if same:
                found.append(max(same, key=lambda one: one.year).pk)
        return found

    def lacking(self, client: int | None, amount: Decimal) -> int | None:
        """The client's only order that lacks exactly this sum."""
        same = [one.pk for one in self._open(client) if self.unpaid[one.pk] == amount]
        return same[0] if len(same) == 1 else None

    def oldest(self, client: int | None) -> list[int]:
        """The client's open orders: debts first, then what has still to be shipped, each the earliest due first."""
        ordered = sorted(self._open(client), key=lambda one: (not one.is_debt, one.due, one.pk))
        return [one.pk for one in ordered]

    def take(self, orders: Iterable[int], amount: Decimal) -> dict[int, Decimal]:
        """Spreads the sum over the orders in turn, each up to what it lacks."""
        sums: dict[int, Decimal] = {}
        for pk in orders:
            part = min(amount, self.unpaid[pk])
            if part > 0 and pk not in sums:
                sums[pk] = part
                self.unpaid[pk] -= part
                amount -= part
        return sums

    def _open(self, client: int | None) -> list[_Open]:
        return [one for one in self._of_client.get(client or 0, ()) if self.unpaid[one.pk] > 0]
