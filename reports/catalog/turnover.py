"""Turnover of receivables and of advances in days (S6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Sum, When
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from orders.models import Payment, SalesByClient, Shipment
from people import access
from reports import owed
from reports.facts.base import FirstOfMonth
from reports.facts.clients import CLIENTS
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section, place_of

_ZERO = Decimal("0.00")
_TENTH = Decimal("0.1")
_ONE = dt.timedelta(1)
_Sql = tuple[str, Any]


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

    def _of_clients(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the clients asked for. A client with documents or payments is never deleted, so who sees and asks
        for all of them needs no condition."""
        if not self.asked.narrow and access.owners_visible_to(self.asked.user) is None:
            return rows
        return rows.filter(client__in=CLIENTS.records(self.asked).order_by().values("pk"))

    def _shipments(self, first: dt.date, last: dt.date) -> QuerySet[Any]:
        return self._of_clients(Shipment.objects.filter(day__gte=first, day__lte=last))

    def _payments(self, first: dt.date, last: dt.date) -> QuerySet[Any]:
        known = Payment.objects.filter(client__isnull=False)
        return self._of_clients(known.filter(paid_on__gte=first, paid_on__lte=last))

    @cached_property
    def _moved(self) -> dict[str, dict[dt.date, Decimal]]:
        """{"sales" or "received": {month: sum}}."""
        first, last = self.months[0][0], self.months[-1][1]
        sales = self._of_clients(SalesByClient.objects.between(first, last)).values_list("month")
        received = self._payments(first, last).annotate(month=FirstOfMonth("paid_on")).values_list("month")
        return {
            key: dict(rows.order_by().annotate(sum=Sum("amount")))
            for key, rows in (("sales", sales), ("received", received))
        }

    @cached_property
    def _sides(self) -> list[tuple[Decimal, Decimal]]:
        """What clients owed us in all, and what they had paid ahead: when the first month began and when each ended."""
        until = self.months[-1][1]
        sales = self._of_clients(SalesByClient.objects.filter(month__lte=until))
        payments = self._of_clients(Payment.objects.filter(client__isnull=False, paid_on__lte=until))
        questions = []
        for rows, on in ((sales, "month"), (payments, "paid_on")):
            steps = [When(**{f"{on}__lt": first}, then=n) for n, (first, _last) in enumerate(self.months)]
            step = Case(*steps, default=len(self.months), output_field=IntegerField())
            moves = rows.order_by().annotate(step=step).values_list("client_id", "step", "amount")
            questions.append(moves.query.sql_with_params())
        changes = _changes_of_balances(*questions)
        owed_us, whole, sides = _ZERO, _ZERO, []
        for number in range(len(self.months) + 1):
            more_owed, more = changes.get(number, (_ZERO, _ZERO))
            owed_us, whole = owed_us + more_owed, whole + more
            sides.append((owed_us, owed_us - whole))
        return sides

    def lines(self) -> list[Line]:
        if not self.months:
            return []
        lines = []
        for (first, last), before, after in zip(self.months, self._sides, self._sides[1:], strict=False):
            days = (last - first).days + 1
            values: dict[str, Any] = {
                key: self._moved[key].get(first, _ZERO) for key in ("sales", "received")
            }
            for side, start, end in zip(("debt", "advance"), before, after, strict=True):
                average = rounded((start + end) / 2)
                values |= {side: end, f"{side}_average": average}
                values[f"{side}_days"] = _days(average * days, values["sales"])
            place = place_of("month", self.asked.first, first)
            lines.append(Line(first.isoformat(), show.month(first), values, place=place))
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


def _changes_of_balances(shipped: _Sql, paid: _Sql) -> dict[int, tuple[Decimal, Decimal]]:
    """{step: (by how much what clients owe us grew in it, by how much all balances did)} of moves (client, step, sum).

    A balance is what a client was shipped less what they paid; what is owed to us is those above zero. One question
    with a row for each step, however many clients there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT step, SUM(CASE WHEN balance > 0 THEN balance ELSE 0 END"  # noqa: S608 (of QuerySets alone)
            " - CASE WHEN balance - moved > 0 THEN balance - moved ELSE 0 END), SUM(moved) FROM ("
            "SELECT step, moved, SUM(moved) OVER (PARTITION BY client_id ORDER BY step) AS balance FROM ("
            "SELECT client_id, step, SUM(amount) AS moved FROM ("
            f"SELECT client_id, step, amount FROM ({shipped[0]}) shipped"
            f" UNION ALL SELECT client_id, step, -amount FROM ({paid[0]}) paid"
            ") moves GROUP BY client_id, step) sums) balances GROUP BY step",
            [*shipped[1], *paid[1]],
        )
        return {
            step: (Decimal(owed_us).scaleb(-2), Decimal(whole).scaleb(-2))
            for step, owed_us, whole in cursor.fetchall()
        }


def _days(weighed: Decimal, sales: Decimal) -> Decimal | None:
    return (weighed / sales).quantize(_TENTH, rounding=ROUND_HALF_UP) if sales > 0 else None
