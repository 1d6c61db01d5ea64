"""Expected receipts by week and by month (R5)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.money import format_money
from core.periods import Period
from core.places import Text
from core.tables.columns import Column
from orders import receivables
from orders.models import Order
from orders.receivables import Due, DueSum
from reports import owed, prospects
from reports.asking import Switch, words_of
from reports.facts import PAID
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added, place_of

_ZERO = Decimal("0.00")
OVERDUE, LATE = "overdue", "late"
# The form of payment as a due says it, and the column it is in.
_FORMS = {"non_cash": "non_cash", "cash": "cash", "": "unstated"}
_SUMS = (*_FORMS.values(), "expected", "probable", "then", "received")


class ExpectedReceipts(Report):
    code, title, section = "receipts", gettext_lazy("Expected receipts"), Section.MONEY
    about = gettext_lazy(
        "Unpaid parts of orders in force, with VAT, by the day they are to be paid on: that of the instalment, else"
        " the shipment (actual, else planned) and the deferral, moved to the next working day. Payments for no order"
        " yet are taken off the client's earliest parts. The form is how the client has paid in the last year, not"
        " stated where in two ways or not at all. Overdue: the day has passed; late shipment: the goods should have"
        " gone out and have not, so nobody owes for them yet. With the usual delay each part comes as late as its"
        " client usually pays, so what is overdue stands in the week it may be hoped for. Probable: amount ×"
        " probability of open deals without an order, by the day they are expected to close. Was expected: what was due"
        " in the week or month as it was known when the period began, of those that are over. Received is credited to"
        " the client's manager; came is received / was expected."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("team", "manager", "region", "source", "segment")
    compared = ("received",)
    icon = "cash-coin"
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "rows",
            gettext_lazy("In the rows"),
            {"week": gettext_lazy("Weeks"), "month": gettext_lazy("Months")},
        ),
        Switch(
            "confidence",
            gettext_lazy("Sums"),
            {"whole": gettext_lazy("In full"), "weighed": gettext_lazy("By the seller's confidence")},
        ),
        Switch(
            "delay",
            gettext_lazy("Day of payment"),
            {"agreed": gettext_lazy("As agreed"), "usual": gettext_lazy("With the client's usual delay")},
        ),
    )

    @classmethod
    def default_period(cls, day: dt.date) -> str:
        """This month and the two next."""
        first = periods.first_of("month", day)
        last = periods.add_months(first, 3) - dt.timedelta(1)
        return f"{first.isoformat()}..{last.isoformat()}"

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return _("Month") if self.asked.switches.get("rows") == "month" else _("Week")

    @cached_property
    def spans(self) -> list[tuple[dt.date, dt.date]]:
        weeks = self.asked.switches.get("rows") != "month"
        return list(owed.spans(self.asked.first, self.asked.last, weeks=weeks))

    def columns(self) -> Sequence[Column]:
        return [
            Column("non_cash", _("Non-cash, ₽"), "sum"),
            Column("cash", _("Cash, ₽"), "sum"),
            Column("unstated", _("Form not stated, ₽"), "sum"),
            Column("expected", _("Expected in all, ₽"), "sum"),
            Column("probable", _("Probable deals, ₽"), "sum"),
            Column("then", _("Was expected, ₽"), "sum"),
            Column("received", _("Received, ₽"), "sum"),
            Column("came", _("Came, %"), "percent"),
        ]

    # --- what stands where ---

    def _key(self, day: dt.date) -> str | None:
        """The line of a day; None outside the period."""
        if not self.asked.first <= day <= self.asked.last:
            return None
        return self.spans[bisect_right(self.spans, day, key=lambda span: span[0]) - 1][0].isoformat()

    def _place(self, number: int, first: dt.date) -> str:
        """A month's place in the period, a week's in its month; in a period of days one row follows another."""
        month = place_of("month", self.asked.first, first)
        if self.asked.switches.get("rows") == "month":
            return month
        if not periods.is_whole_months(self.asked.period):
            return str(number)
        return f"{month}-{(first.day - 1 + first.replace(day=1).weekday()) // 7}"

    def _line_now(self, due: Due | DueSum) -> str | None:
        """The line of what is still to be paid."""
        if due.is_late_shipment:
            return LATE
        return OVERDUE if due.due_on < self.asked.today else self._key(due.due_on)

    def _line_then(self, due: Due | DueSum) -> str | None:
        """The line of what was expected: of a week or month that is over."""
        key = None if due.is_late_shipment else self._key(due.due_on)
        return key if key in self._over else None

    @cached_property
    def _over(self) -> set[str]:
        return {first.isoformat() for first, last in self.spans if last < self.asked.today}

    @property
    def _is_weighed(self) -> bool:
        return self.asked.switches.get("confidence") == "weighed"

    @property
    def _is_delayed(self) -> bool:
        return self.asked.switches.get("delay") == "usual"

    @cached_property
    def _amounts(self) -> dict[tuple[str, str], Decimal]:
        """{(line, column): its sum}."""
        found: dict[tuple[str, str], Decimal] = defaultdict(lambda: _ZERO)
        today, first, weighed = self.asked.today, self.asked.first, self._is_weighed
        if self.asked.last >= today:
            if self._is_delayed:
                sums = receivables.sums_of(self._dues_now, weighed=weighed)
            else:
                sums = receivables.due_sums(owed.rows_now(self.asked), today, weighed=weighed)
            for due in sums:
                if (key := self._line_now(due)) is not None:
                    found[key, _FORMS.get(due.form, "unstated")] += due.amount
                    found[key, "expected"] += due.amount
        if self._over:
            if self._is_delayed:
                sums = receivables.sums_of(self._dues_then, weighed=weighed)
            else:
                sums = owed.sums_then(self.asked, first, weighed=weighed)
            for due in sums:
                if (key := self._line_then(due)) is not None:
                    found[key, "then"] += due.amount
        return dict(found)

    @cached_property
    def _dues_now(self) -> list[Due]:
        dues = owed.dues_now(self.asked)
        return owed.usually_delayed(dues, self.asked.today) if self._is_delayed else dues

    @cached_property
    def _dues_then(self) -> list[Due]:
        dues = owed.dues_then(self.asked, self.asked.first)
        return owed.usually_delayed(dues, self.asked.first) if self._is_delayed else dues

    def _by_line(self, sums: Iterable[tuple[dt.date, Decimal]]) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(lambda: _ZERO)
        for day, amount in sums:
            if key := self._key(day):
                found[key] += amount
        return found

    def lines(self) -> list[Line]:
        today = self.asked.today
        received = self._by_line(
            (day, row["gross"]) for (day,), row in PAID.sums(self.asked, ["day"], ["gross"]).items()
        )
        probable = self._by_line(prospects.weighted(self.asked, "day").items())
        lines = []
        for key, label in ((OVERDUE, _("Overdue")), (LATE, _("Late shipment"))):
            if (key, "expected") in self._amounts:
                lines.append(Line(key, label, self._expected(key)))
        for number, (first, last) in enumerate(self.spans):
            key = first.isoformat()
            values = self._expected(key) if last >= today else {}
            values["probable"] = probable.get(key, _ZERO if last >= today else None)
            if first <= today:
                values["received"] = received.get(key, _ZERO)
            if last < today:
                values["then"] = self._sum(key, "then")
            place = self._place(number, first)
            lines.append(Line(key, _name_of(first, last), _with_share(values), place=place))
        return lines if any(any(line.values.values()) for line in lines) else []

    def _sum(self, key: str, column: str) -> Decimal:
        return self._amounts.get((key, column), _ZERO)

    def _expected(self, key: str) -> dict[str, Any]:
        return {column: self._sum(key, column) for column in (*_FORMS.values(), "expected")}

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        over = added([line for line in lines if line.values.get("then") is not None], ["then", "received"])
        return {**added(lines, _SUMS), "came": _with_share(over)["came"]}

    # --- what is behind it ---

    def opens(self, line: Line, column: Column) -> bool:
        return column.key != "came"

    def parts(self, line: str, column: str) -> Parts:
        """What of each order is in the cell; KeyError for a line that is not there."""
        keys = {each.key for each in self.found_lines}
        if line != TOTAL:
            if line not in keys:
                raise KeyError(line)
            keys = {line}
        if column == "then":
            dues = [due for due in self._dues_then if self._line_then(due) in keys]
        else:
            dues = [due for due in self._dues_now if self._line_now(due) in keys]
            if column != "expected":
                dues = [due for due in dues if _FORMS.get(due.form, "unstated") == column]
        return owed.parts_of(dues, weighed=self._is_weighed)

    def records(self, line: str, column: str) -> Found | None:
        if column not in _SUMS:
            return None
        if column not in ("received", "probable"):
            return Found(Order.objects.visible_to(self.asked.user).filter(pk__in=self.parts(line, column)))
        first, last = self.asked.first, self.asked.last
        if line != TOTAL:
            spans = dict(self.spans)
            first = dt.date.fromisoformat(line)
            last = spans[first]
        asked = self.asked.at(Period.of_days(first, last))
        if column == "probable":
            return Found(prospects.open_deals(asked))
        return Found(PAID.records(asked), PAID.measures["gross"].value)

    # --- what it says ---

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.key not in (OVERDUE, LATE)]
        names = {"non_cash": _("Non-cash"), "cash": _("Cash"), "unstated": _("Form not stated")}
        stacks = [
            Series(name, [line.values.get(key) for line in shown], "stacked")
            for key, name in names.items()
            if total.get(key)
        ]
        lines_of = [
            Series(_("Received"), [line.values.get("received") for line in shown], "line"),
            Series(_("Was expected"), [line.values.get("then") for line in shown], "dotted"),
        ]
        lines_of = [each for each in lines_of if any(each.values)]
        if not stacks and not lines_of:
            return None
        return Picture("axes", self.title, [line.label for line in shown], [*stacks, *lines_of], unit="₽")

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        said = []
        of_line = {line.key: line.values for line in lines}
        if total.get("expected") is not None:
            apart = [of_line.get(key, {}).get("expected", _ZERO) for key in (OVERDUE, LATE)]
            due = total["expected"] - sum(apart)
            text = _("<b>{}</b> is to come in until {}, besides <b>{}</b> overdue.")
            said.append(
                format_html(
                    text, format_money(due), show.day(self.asked.last, weekday=False), format_money(apart[0])
                )
            )
            if apart[1]:
                said.append(format_html(_("For {} the shipment is late."), format_money(apart[1])))
            if total.get("probable"):
                said.append(format_html(_("Probable deals may add {}."), format_money(total["probable"])))
        if total.get("received") is not None:
            said.append(format_html(_("Received: <b>{}</b>."), format_money(total["received"])))
        if total.get("came") is not None:
            text = _("Of what was expected of the weeks and months that are over {} came.")
            said.append(format_html(text, show.percent(total["came"])))
        return format_html("{}" + " {}" * (len(said) - 1), *said) if said else ""


def _name_of(first: dt.date, last: dt.date) -> str:
    """«2–8 ноября»: no row goes beyond its month."""
    period = Period.of_days(first, last)
    if first == last or periods.is_whole_months(period):
        return words_of(period)
    return f"{first.day}–{show.day(last, weekday=False)}"


def _with_share(values: dict[str, Any]) -> dict[str, Any]:
    then, received = values.get("then"), values.get("received")
    return {**values, "came": received / then if then and received is not None else None}
