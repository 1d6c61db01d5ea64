"""The year's sales by month (R14)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import show
from core.tables.columns import Column
from reports.facts import SHIPMENTS, SOLD
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added, place_of

_MEASURES = ("net", "margin")


class SalesOfTheYear(Report):
    code, title, section = "sales-year", _("Sales by month"), Section.SALES
    about = _(
        "What was shipped in each month, net of returns, which count in the month they came back. Margin is sales"
        " without VAT less the cost of the goods; the average shipment is sales divided by the number of shipments."
    )
    roles = SELLERS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "segment")
    rows_are = _("Month")
    compared = ("net",)
    icon = "calendar3"

    def columns(self) -> Sequence[Column]:
        return [
            Column("net", _("Sales without VAT, ₽"), "sum"),
            Column("margin", _("Margin, ₽"), "sum"),
            Column("share", _("Margin, %"), "percent"),
            Column("shipments", _("Shipments"), "int"),
            Column("average", _("Average shipment, ₽"), "sum"),
        ]

    def lines(self) -> list[Line]:
        sums = SHIPMENTS.sums(self.asked, ["month"], [*_MEASURES, "shipments"])
        return [
            Line(
                month.isoformat(),
                show.month(month),
                _derived(values),
                place=place_of("month", self.asked.first, month),
            )
            for (month,), values in sorted(sums.items())
        ]

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return _derived(added(lines, [*_MEASURES, "shipments"]))

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in (*_MEASURES, "shipments")

    def records(self, line: str, column: str) -> Found | None:
        more = {} if line == TOTAL else {"month": dt.date.fromisoformat(line)}
        if column == "shipments":
            return Found(
                SHIPMENTS.records(self.asked, **more).filter(kind="shipment"),
                SHIPMENTS.measures[column].value,
            )
        return Found(SOLD.records(self.asked, **more), SOLD.measures[column].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [Series(_("Sales without VAT, ₽"), [line.values.get("net") for line in lines])],
            unit="₽",
        )


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    net, margin, shipments = values["net"], values["margin"], values["shipments"]
    cent = Decimal("0.01")
    return {
        **values,
        "share": margin / net if net else None,
        "average": (net / shipments).quantize(cent) if shipments else None,
    }
