"""Delays of shipment and of payment: planned against actual days (S6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any, ClassVar

from django.db.models import Count, F
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column
from orders import receivables
from orders.models import Order, Shipment
from orders.receivables import PaidDue
from reports import owed, whom
from reports.asking import Switch
from reports.facts import SHIPMENTS
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section

_SHIPMENTS, _PAYMENTS = "shipment", "payment"
_TENTH = Decimal("0.1")


class Delays(Report):
    code, title, section = "delays", gettext_lazy("Delays of shipment and payment"), Section.MONEY
    about = gettext_lazy(
        "Shipments of the period: the day they went out against the planned one of their order. Payments: parts of"
        " orders that were wholly paid in the period, the day they were against the one they were to be paid on (moved"
        " to the next working day). Days are calendar days; early is on time. Average, median and worst are of those"
        " that were late. What has not gone out or is not paid yet stands among expected receipts and debtors."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "of",
            gettext_lazy("Delays of"),
            {_SHIPMENTS: gettext_lazy("Shipments"), _PAYMENTS: gettext_lazy("Payments")},
        ),
        whom.WHOM,
    )
    compared = ("average",)
    icon = "alarm"

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return whom.rows_are(self.asked)

    @property
    def of_payments(self) -> bool:
        return self.asked.switches.get("of") == _PAYMENTS

    def columns(self) -> Sequence[Column]:
        counted = _("Parts paid") if self.of_payments else _("Shipments")
        return [
            Column("all", counted, "int"),
            Column("late", _("Late"), "int"),
            Column("share", _("Share of late"), "percent"),
            Column("average", _("Late on the average, days"), "quantity"),
            Column("median", _("Median, days"), "quantity"),
            Column("worst", _("Worst, days"), "int"),
        ]

    @cached_property
    def paid(self) -> list[PaidDue]:
        return receivables.paid_dues(owed.orders_of(self.asked), self.asked.first, self.asked.last)  # type: ignore[arg-type]

    @cached_property
    def days(self) -> dict[int, list[int]]:
        """{seller or client: how many days late each was}; 0 is on time."""
        found: dict[int, list[int]] = defaultdict(list)
        by = whom.chosen(self.asked)
        if self.of_payments:
            for due in self.paid:
                found[due.client_id if by == whom.CLIENTS else due.manager_id].append(due.days_late)
            return found
        for pk, day, planned in self._shipments().order_by().values_list(by, "day", "order__ship_on"):
            found[pk].append(max(0, (day - planned).days))
        return found

    def _shipments(self, **more: Any) -> Any:
        return SHIPMENTS.records(self.asked, **more).filter(kind=Shipment.Kind.SHIPMENT)

    def lines(self) -> list[Line]:
        return whom.lines(self.asked, {pk: _numbers(days) for pk, days in self.days.items()}, "late")

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return _numbers([day for days in self.days.values() for day in days]) if lines else {}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("all", "late")

    def _of(self, line: str, column: str) -> list[PaidDue]:
        by_client = whom.chosen(self.asked) == whom.CLIENTS
        return [
            due
            for due in self.paid
            if (line == TOTAL or (due.client_id if by_client else due.manager_id) == int(line))
            and (column == "all" or due.days_late)
        ]

    def parts(self, line: str, column: str) -> Parts:
        """What of each order was paid; nothing where shipments are counted."""
        return owed.parts_of(self._of(line, column)) if self.of_payments else {}

    def records(self, line: str, column: str) -> Found | None:
        if column not in ("all", "late"):
            return None
        if self.of_payments:
            return Found(Order.objects.visible_to(self.asked.user).filter(pk__in=self.parts(line, column)))
        rows = self._shipments(**whom.narrow(self.asked, line))
        return Found(rows.filter(day__gt=F("order__ship_on")) if column == "late" else rows, Count("pk"))

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.values.get("late")][:15]
        if not shown:
            return None
        return Picture(
            "bars",
            _("Late on the average, days"),
            [line.label for line in shown],
            [Series(_("Days"), [line.values["average"] for line in shown])],
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if not total["late"]:
            return _("Nothing was late.")
        text = _("Late: <b>{}</b> of {} ({}), by <b>{}</b> days on the average, {} at the worst.")
        return format_html(
            text,
            show.number(total["late"]),
            show.number(total["all"]),
            show.percent(total["share"]),
            show.number(total["average"]),
            show.number(total["worst"]),
        )


def _numbers(days: Sequence[int]) -> dict[str, Any]:
    late = [day for day in days if day]
    return {
        "all": len(days),
        "late": len(late),
        "share": Decimal(len(late)) / len(days) if days else None,
        "average": (Decimal(sum(late)) / len(late)).quantize(_TENTH) if late else None,
        "median": Decimal(str(median(late))) if late else None,
        "worst": max(late, default=None),
    }
