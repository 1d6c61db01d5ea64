"""How well past forecasts of receipts came true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.periods import Period
from core.places import Text
from core.tables.columns import Column
from orders.models import Order
from orders.receivables import Due
from reports import owed
from reports.facts import PAID
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section, added, place_of, signed

_ZERO = Decimal("0.00")
_SUMS = ("expected", "overdue", "received")


class AccuracyOfReceipts(Report):
    code, title, section = "receipts-accuracy", gettext_lazy("Accuracy of expected receipts"), Section.MONEY
    about = gettext_lazy(
        "For each month that has begun: what was due in it as it was known when the month began, with orders, payments"
        " and deferrals as they stood that day; what was overdue then, late shipments aside; what came in during the"
        " month, whatever it was for. Difference is received less expected; accuracy is the whole less the"
        " difference (without its sign) as a share of what was expected, and never below zero. The total is the"
        " accuracy of the sums. Managers are those of then."
    )
    roles = HEADS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "segment")
    rows_are = gettext_lazy("Month")
    compared = ("received", "accuracy")
    icon = "bullseye"

    @cached_property
    def months(self) -> list[tuple[dt.date, dt.date]]:
        """The whole months that the period touches and that have begun."""
        first = periods.first_of("month", self.asked.first)
        last = min(self.asked.last, self.asked.today)
        months = owed.spans(first, last, weeks=False)
        return [(month, periods.add_months(month, 1) - dt.timedelta(1)) for month, _end in months]

    def _amounts(self) -> dict[dt.date, dict[str, Decimal]]:
        """{month: {column: sum}}."""
        sums = owed.sums_of_days(self.asked, [month for month, _last in self.months])
        return {
            month: {
                "expected": sum((due.amount for due in sums[month] if month <= due.due_on <= last), _ZERO),
                "overdue": sum((due.amount for due in sums[month] if due.is_overdue), _ZERO),
            }
            for month, last in self.months
        }

    def columns(self) -> Sequence[Column]:
        return [
            Column("expected", _("Was expected, ₽"), "sum"),
            Column("overdue", _("Was overdue, ₽"), "sum"),
            Column("received", _("Received, ₽"), "sum"),
            Column("difference", _("Difference, ₽"), "sum", tone=signed("difference")),
            Column("accuracy", _("Accuracy, %"), "percent"),
        ]

    def lines(self) -> list[Line]:
        if not self.months:
            return []
        span = Period.of_days(self.months[0][0], self.months[-1][1])
        received = PAID.sums(self.asked.at(span), ["month"], ["gross"])
        lines = []
        for month, values in self._amounts().items():
            values["received"] = received.get((month,), {}).get("gross") or _ZERO
            place = place_of("month", self.asked.first, month)
            lines.append(Line(month.isoformat(), show.month(month), _derived(values), place=place))
        return lines if any(any(line.values[key] for key in _SUMS) for line in lines) else []

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        """What is overdue is so in every month anew: its sum would say nothing."""
        return {**_derived(added(lines, _SUMS)), "overdue": None}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in _SUMS

    def parts(self, line: str, column: str) -> Parts:
        """What of each order is in the cell; KeyError for a line that is not there."""
        found: list[Due] = []
        for month, last in self.months if line == TOTAL else [_month(line, self.months)]:
            dues = owed.dues_then(self.asked, month)
            if column == "overdue":
                found += [due for due in dues if due.is_overdue]
            elif column == "expected":
                found += [due for due in dues if month <= due.due_on <= last]
        return owed.parts_of(found)

    def records(self, line: str, column: str) -> Found | None:
        if not self.months:
            return None
        if column == "received":
            spans = self.months if line == TOTAL else [_month(line, self.months)]
            asked = self.asked.at(Period.of_days(spans[0][0], spans[-1][1]))
            return Found(PAID.records(asked), PAID.measures["gross"].value)
        if column not in _SUMS:
            return None
        return Found(Order.objects.visible_to(self.asked.user).filter(pk__in=self.parts(line, column)))

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Was expected"), [line.values["expected"] for line in lines]),
                Series(_("Received"), [line.values["received"] for line in lines]),
            ],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        known = [line for line in lines if line.values["accuracy"] is not None]
        if not known:
            return ""
        worst = min(known, key=lambda line: line.values["accuracy"])
        text = _("Over the period the forecast was <b>{}</b> accurate; the farthest off was {}: {}.")
        return format_html(
            text,
            show.percent(total["accuracy"] or 0),
            str(worst.label).lower(),
            show.percent(worst.values["accuracy"]),
        )


def _month(line: str, months: Sequence[tuple[dt.date, dt.date]]) -> tuple[dt.date, dt.date]:
    found = [span for span in months if span[0].isoformat() == line]
    if not found:
        raise KeyError(line)
    return found[0]


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    expected, received = values["expected"] or _ZERO, values["received"] or _ZERO
    difference = received - expected
    accuracy = max(Decimal(0), 1 - abs(difference) / expected) if expected else None
    return {**values, "difference": difference, "accuracy": accuracy}
