"""The year's sales by month (R14)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core import periods, show
from core.tables.columns import Column
from orders.lines import rounded
from reports import vat
from reports.asking import Switch
from reports.facts import SHIPMENTS, SOLD
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added, place_of

_SUMS = ("sales", "net", "margin", "shipments")


class SalesOfTheYear(Report):
    code, title, section = "sales-year", _("Sales by month"), Section.SALES
    about = _(
        "What was shipped in each month, net of returns, which count in the month they came back. Margin is sales"
        " without VAT less the cost of the goods, and its share that of sales without VAT, also where sales are shown"
        " with it; the average shipment is sales divided by the number of shipments."
    )
    roles = SELLERS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (vat.VAT,)
    rows_are = _("Month")
    compared = ("sales",)
    icon = "calendar3"

    def columns(self) -> Sequence[Column]:
        return [
            Column("sales", vat.sales(self.asked), "sum"),
            Column("margin", vat.margin(self.asked), "sum"),
            Column("share", _("Margin, %"), "percent"),
            Column("shipments", _("Shipments"), "int"),
            Column("average", _("Average shipment, ₽"), "sum"),
        ]

    def lines(self) -> list[Line]:
        measure = vat.measure(self.asked)
        wanted = list({measure, "net", "margin", "shipments"})
        sums = {month: sums for (month,), sums in SHIPMENTS.sums(self.asked, ["month"], wanted).items()}
        lines, month = [], min(sums, default=self.asked.last)
        while sums and month <= max(sums):
            # A month without sales between others is one of them.
            values = sums.get(month) or dict.fromkeys(wanted, 0)
            lines.append(
                Line(
                    month.isoformat(),
                    show.month(month),
                    _derived({**values, "sales": values[measure]}),
                    place=place_of("month", self.asked.first, month),
                )
            )
            month = periods.add_months(month, 1)
        return lines

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return _derived(added(lines, _SUMS))

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("sales", "margin", "shipments")

    def records(self, line: str, column: str) -> Found | None:
        more = {} if line == TOTAL else {"month": dt.date.fromisoformat(line)}
        if column == "shipments":
            return Found(
                SHIPMENTS.records(self.asked, **more).filter(kind="shipment"),
                SHIPMENTS.measures[column].value,
            )
        measure = {"sales": vat.measure(self.asked), "margin": "margin"}.get(column)
        return Found(SOLD.records(self.asked, **more), SOLD.measures[measure].value) if measure else None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [Series(vat.sales(self.asked), [line.values.get("sales") for line in lines])],
            unit="₽",
        )


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    net, margin, shipments = values["net"], values["margin"], values["shipments"]
    return {
        **values,
        "share": margin / net if net else None,
        "average": rounded(values["sales"] / shipments) if shipments else None,
    }
