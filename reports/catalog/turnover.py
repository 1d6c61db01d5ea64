"""Turnover of receivables and of advances in days (S6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from orders.models import Payment, Shipment
from people import access
from reports import owed
from reports.facts.clients import CLIENTS
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section, place_of

_ZERO = Decimal("0.00")
_TENTH = Decimal("0.1")
_ONE = dt.timedelta(1)


class Turnover(Report):
    code, title, section = "turnover", gettext_lazy("Turnover of receivables and advances"), Section.MONEY
    about = gettext_lazy(
        "Of each client: all that was shipped until a day, with VAT and net of returns, less all that was paid until"
        " then. Above zero it is a receivable, below zero an advance. The average of a month is the middle between its"
        " beginning and its end (of the month that runs: today). Turnover in days: average / shipped in the month × its"
        " days, so how many days of sales clients owe us, or have paid ahead. The total is weighed by days. Clients are"
        " whose they are today, whoever shipped."
    )
    roles = HEADS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "segment")
    rows_are = gettext_lazy("Month")
    compared = ("debt_days", "advance_days")
    icon = "arrow-repeat"

    @cached_property
    def months(self) -> list[tuple[dt.date, dt.date]]:
        """The whole months the period touches that have begun, the running one until today."""
        first = periods.first_of("month", self.asked.first)
        last = min(periods.add_months(periods.first_of("month", self.asked.last), 1) - _ONE, self.asked.today)
        return list(owed.spans(first, last, weeks=False))

    def columns(self) -> Sequence[Column]:
        return [
            Column("sales", _("Shipped with VAT, ₽"), "sum"),
            Column("received", _("Received, ₽"), "sum"),
            Column("debt", _("Receivables at the end, ₽"), "sum"),
            Column("debt_average", _("Receivables on the average, ₽"), "sum", wide_only=True),
            Column("debt_days", _("Receivables, days"), "quantity"),
            Column("advance", _("Advances at the end, ₽"), "sum"),
            Column("advance_average", _("Advances on the average, ₽"), "sum", wide_only=True),
            Column("advance_days", _("Advances, days"), "quantity"),
        ]

    @property
    def _clients(self) -> QuerySet[Any]:
        return CLIENTS.records(self.asked).order_by().values("pk")

    def _shipments(self, first: dt.date | None, last: dt.date) -> QuerySet[Any]:
        rows = Shipment.objects.filter(client__in=self._clients, day__lte=last)
        return rows.filter(day__gte=first) if first else rows

    def _payments(self, first: dt.date | None, last: dt.date) -> QuerySet[Any]:
        rows = Payment.objects.filter(client__in=self._clients, paid_on__lte=last)
        return rows.filter(paid_on__gte=first) if first else rows

    @cached_property
    def _before(self) -> dict[int, Decimal]:
        """{client: what they owed before the first month}; below zero: an advance."""
        found: dict[int, Decimal] = defaultdict(lambda: _ZERO)
        last = self.months[0][0] - _ONE
        for rows, sign in ((self._shipments(None, last), 1), (self._payments(None, last), -1)):
            for client, amount in rows.order_by().values_list("client").annotate(sum=Sum("amount")):
                found[client] += sign * amount
        return found

    @cached_property
    def _moved(self) -> dict[dt.date, dict[str, dict[int, Decimal]]]:
        """{month: {"sales" or "received": {client: sum}}}."""
        found: dict[dt.date, dict[str, dict[int, Decimal]]] = defaultdict(
            lambda: {"sales": defaultdict(lambda: _ZERO), "received": defaultdict(lambda: _ZERO)}
        )
        first, last = self.months[0][0], self.months[-1][1]
        of = (
            ("sales", self._shipments(first, last), "day"),
            ("received", self._payments(first, last), "paid_on"),
        )
        for key, rows, on in of:
            for client, day, amount in rows.order_by().values_list("client", on).annotate(sum=Sum("amount")):
                found[day.replace(day=1)][key][client] += amount
        return found

    def lines(self) -> list[Line]:
        if not self.months:
            return []
        balances, lines = dict(self._before), []
        before = _sides(balances)
        for first, last in self.months:
            moved = self._moved[first]
            for key, sign in (("sales", 1), ("received", -1)):
                for client, amount in moved[key].items():
                    balances[client] = balances.get(client, _ZERO) + sign * amount
            after, days = _sides(balances), (last - first).days + 1
            values: dict[str, Any] = {key: sum(moved[key].values(), _ZERO) for key in ("sales", "received")}
            for side, start, end in zip(("debt", "advance"), before, after, strict=True):
                average = rounded((start + end) / 2)
                values |= {side: end, f"{side}_average": average}
                values[f"{side}_days"] = _days(average * days, values["sales"])
            place = place_of("month", self.asked.first, first)
            lines.append(Line(first.isoformat(), show.month(first), values, place=place))
            before = after
        return lines if any(any(line.values.values()) for line in lines) else []

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        if not lines:
            return {}
        found: dict[str, Any] = {
            key: sum((line.values[key] for line in lines), _ZERO) for key in ("sales", "received")
        }
        lengths = {first.isoformat(): (last - first).days + 1 for first, last in self.months}
        for side in ("debt", "advance"):
            weighed = sum((line.values[f"{side}_average"] * lengths[line.key] for line in lines), _ZERO)
            average = rounded(weighed / sum(lengths.values()))
            found |= {side: lines[-1].values[side], f"{side}_average": average}
            found[f"{side}_days"] = _days(weighed, found["sales"])
        return found

    def opens(self, line: Line, column: Column) -> bool:
        """Sums hold everybody's shipments to a client: their documents are for who sees them all."""
        return column.key in ("sales", "received") and access.owners_visible_to(self.asked.user) is None

    def records(self, line: str, column: str) -> Found | None:
        if column not in ("sales", "received") or access.owners_visible_to(self.asked.user) is not None:
            return None
        spans = [span for span in self.months if line in (TOTAL, span[0].isoformat())]
        if not spans:
            raise KeyError(line)
        rows = self._shipments if column == "sales" else self._payments
        return Found(rows(spans[0][0], spans[-1][1]), Sum("amount"))

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Receivables, days"), [line.values["debt_days"] for line in lines], "line"),
                Series(_("Advances, days"), [line.values["advance_days"] for line in lines], "dashed"),
            ],
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if total["debt_days"] is None:
            return ""
        text = _("Clients owe us <b>{}</b> days of sales on the average, and have paid <b>{}</b> days ahead.")
        return format_html(text, show.number(total["debt_days"]), show.number(total["advance_days"]))


def _sides(balances: Mapping[int, Decimal]) -> tuple[Decimal, Decimal]:
    """What clients owe us in all, and what they have paid ahead."""
    owed_us = sum((amount for amount in balances.values() if amount > 0), _ZERO)
    return owed_us, owed_us - sum(balances.values(), _ZERO)


def _days(weighed: Decimal, sales: Decimal) -> Decimal | None:
    return (weighed / sales).quantize(_TENTH, rounding=ROUND_HALF_UP) if sales > 0 else None
