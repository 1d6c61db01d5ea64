"""The receipts plan: what the sales plan brings in, and when, by the deferrals of clients (S4)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.money import format_money
from core.periods import Period
from core.places import Text
from core.tables.columns import Column
from orders import receivables
from orders.dues import working_day
from orders.lines import rounded
from orders.models import Order, Terms
from orders.plans import plan_of
from people import access, calendar
from reports import owed
from reports.facts import PAID, SHIPMENTS
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section, added, place_of

_ZERO = Decimal("0.00")
_ONE = dt.timedelta(1)
# The longest deferral there is reaches so many months on.
_REACH = 13
_SUMS = ("sales", "planned", "earlier", "made", "received")


class ReceiptsPlan(Report):
    code, title, section = "receipts-plan", gettext_lazy("Receipts plan"), Section.MONEY
    about = gettext_lazy(
        "The sales plan in force of each month, with the VAT of the last 12 whole months' shipments, shipped evenly"
        " over the days of the month and paid the client's deferral later, on the next working day. Each deferral has"
        " the weight of its clients in the shipments of those 12 months; clients without terms pay at once. Earlier is"
        " what of it was planned to be shipped in months before. By orders made: what is due in the month by orders"
        " that exist, what is overdue and late shipments aside; the two say the same money in two ways and are not to"
        " be added. Done is received / planned, of the months that have begun."
    )
    roles = HEADS
    period = "this-year"
    narrowings = ("team", "manager")
    rows_are = gettext_lazy("Month")
    compared = ("planned", "received")
    icon = "calendar-check"

    @cached_property
    def months(self) -> list[dt.date]:
        """The firsts of the months the period touches."""
        first = periods.first_of("month", self.asked.first)
        return [month for month, _end in owed.spans(first, self.asked.last, weeks=False)]

    @cached_property
    def whole(self) -> Period:
        return Period.of_days(self.months[0], periods.add_months(self.months[-1], 1) - _ONE)

    # --- the sales plan ---

    @cached_property
    def _sellers(self) -> set[int] | None:
        """Whose plan it is; None: everybody's, and what is nobody's yet."""
        owners = access.owners_visible_to(self.asked.user)
        found = None if owners is None else set(owners)
        for key in ("team", "manager"):
            if key in self.asked.narrow:
                chosen = set(self.asked.narrow[key])
                found = chosen if found is None else found & chosen
        return found

    @cached_property
    def _shipped(self) -> dict[int, dict[str, Decimal]]:
        """{client: what was shipped in the last twelve whole months, gross and net}."""
        this = periods.first_of("month", self.asked.today)
        year = self.asked.at(Period.of_days(periods.add_months(this, -12), this - _ONE))
        sums = SHIPMENTS.sums(year, ["client"], ["gross", "net"])
        return {client: row for (client,), row in sums.items() if row["gross"] and row["gross"] > 0}

    @cached_property
    def _sales(self) -> dict[dt.date, Fraction]:
        """{month: its sales plan with VAT}, also of the months before that still bring in something."""
        gross = sum((row["gross"] for row in self._shipped.values()), _ZERO)
        net = sum((row["net"] for row in self._shipped.values()), _ZERO)
        vat = Fraction(gross) / Fraction(net) if net else Fraction(1)
        first = periods.add_months(self.months[0], -_REACH)
        count = _REACH + len(self.months)
        months = [periods.add_months(first, number) for number in range(count)]
        amounts = plan_of(months, user=self.asked.user).amount
        found = {}
        for month in months:
            if self._sellers is None:
                planned = amounts.of(None, None, [month])
            else:
                planned = amounts.of_sellers(self._sellers, None, [month])
            if planned:
                found[month] = Fraction(planned) * vat
        return found

    @cached_property
    def _weights(self) -> dict[int, Fraction]:
        """{deferral in days: which share of shipments has it}."""
        gross = sum((row["gross"] for row in self._shipped.values()), _ZERO)
        if not gross:
            return {0: Fraction(1)}
        deferrals = dict(Terms.objects.exclude(deferral_days=0).values_list("client", "deferral_days"))
        found: dict[int, Decimal] = defaultdict(lambda: _ZERO)
        for client, row in self._shipped.items():
            found[deferrals.get(client, 0)] += row["gross"]
        return {deferral: Fraction(amount) / Fraction(gross) for deferral, amount in found.items()}

    @cached_property
    def _brought(self) -> dict[dt.date, dict[str, Fraction]]:
        """{month: what comes in by the plan, and what of it was to be shipped in months before}."""
        found: dict[dt.date, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        with calendar.kept():
            pays = cache(working_day)
            for month, planned in self._sales.items():
                length = (periods.add_months(month, 1) - month).days
                for deferral, weight in self._weights.items():
                    days = (month + dt.timedelta(number + deferral) for number in range(length))
                    for comes, count in Counter(pays(day).replace(day=1) for day in days).items():
                        part = planned * weight * count / length
                        found[comes]["planned"] += part
                        if comes > month:
                            found[comes]["earlier"] += part
        return found

    # --- what is known already ---

    @cached_property
    def _made(self) -> dict[dt.date, Decimal]:
        """{month: what is due in it by orders that exist}."""
        found: dict[dt.date, Decimal] = defaultdict(lambda: _ZERO)
        if self.whole.last_day() >= self.asked.today:
            for due in receivables.due_sums(owed.rows_now(self.asked), self.asked.today):
                if not due.is_overdue and not due.is_late_shipment:
                    found[due.due_on.replace(day=1)] += due.amount
        return found

    def columns(self) -> Sequence[Column]:
        return [
            Column("sales", _("Sales plan with VAT, ₽"), "sum"),
            Column("planned", _("Planned receipts, ₽"), "sum"),
            Column("earlier", _("Of it shipped earlier, ₽"), "sum"),
            Column("made", _("By orders made, ₽"), "sum"),
            Column("received", _("Received, ₽"), "sum"),
            Column("done", _("Done, %"), "percent"),
        ]

    def lines(self) -> list[Line]:
        this = periods.first_of("month", self.asked.today)
        received = PAID.sums(self.asked.at(self.whole), ["month"], ["gross"])
        lines = []
        for month in self.months:
            brought = self._brought.get(month, {})
            values: dict[str, Any] = {
                "sales": _exact(self._sales.get(month, Fraction())),
                "planned": _exact(brought.get("planned", Fraction())),
                "earlier": _exact(brought.get("earlier", Fraction())),
            }
            if month >= this:
                values["made"] = self._made.get(month, _ZERO)
            if month <= this:
                values["received"] = received.get((month,), {}).get("gross") or _ZERO
            place = place_of("month", self.asked.first, month)
            lines.append(Line(month.isoformat(), show.month(month), _with_share(values), place=place))
        return lines if any(any(line.values.values()) for line in lines) else []

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        """Done is of the months that have a plan and have begun."""
        begun = [line for line in lines if line.values["done"] is not None]
        return {**added(lines, _SUMS), "done": _with_share(added(begun, _SUMS))["done"]} if lines else {}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("made", "received")

    def _months(self, line: str) -> list[dt.date]:
        if line == TOTAL:
            return self.months
        month = dt.date.fromisoformat(line)
        if month not in self.months:
            raise KeyError(line)
        return [month]

    def parts(self, line: str, column: str) -> Parts:
        """What of each order is due in the month."""
        months = set(self._months(line))
        dues = [due for due in owed.dues_now(self.asked) if not due.is_overdue and not due.is_late_shipment]
        return owed.parts_of(due for due in dues if due.due_on.replace(day=1) in months)

    def records(self, line: str, column: str) -> Found | None:
        months = self._months(line)
        if column == "made":
            ids = self.parts(line, column)
            return Found(Order.objects.visible_to(self.asked.user).filter(pk__in=ids))
        if column == "received":
            span = Period.of_days(months[0], periods.add_months(months[-1], 1) - _ONE)
            return Found(PAID.records(self.asked.at(span)), PAID.measures["gross"].value)
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Planned receipts"), [line.values["planned"] for line in lines]),
                Series(_("Received"), [line.values.get("received") for line in lines]),
            ],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("By the sales plan <b>{}</b> are to come in.")
        said = format_html(text, format_money(total["planned"].quantize(Decimal(1))))
        if total["done"] is None:
            return said
        text = _("Of what was planned for the months that have begun, <b>{}</b> came.")
        return format_html("{} {}", said, format_html(text, show.percent(total["done"])))


def _exact(amount: Fraction) -> Decimal:
    return rounded(Decimal(amount.numerator) / Decimal(amount.denominator))


def _with_share(values: dict[str, Any]) -> dict[str, Any]:
    planned, received = values.get("planned"), values.get("received")
    return {**values, "done": received / planned if planned and received is not None else None}
