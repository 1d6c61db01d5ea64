"""Reasons of loss (R8)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column
from pipeline.models import LossReason
from reports.facts.deals import LOST
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.saying import roubles

_NONE = "none"


class LossReasons(Report):
    code, title, section = "loss-reasons", gettext_lazy("Reasons of loss"), Section.FUNNEL
    about = gettext_lazy(
        "Deals that were lost in the period and still are, by the reason given; one that was opened again is not lost."
        " Share is the number of deals / all lost deals, share of the sum is their sum / the sum of all."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("funnel", "team", "manager", "region", "source", "campaign", "segment", "group")
    rows_are = gettext_lazy("Reason")
    compared = ("deals", "amount")
    icon = "x-circle"

    @cached_property
    def sums(self) -> dict[Any, dict[str, Any]]:
        """{reason: numbers}, in the order of their number of deals."""
        found = LOST.sums(self.asked, ["reason"])
        rows = {reason: {**row, "amount": row["amount"] or Decimal(0)} for (reason,), row in found.items()}
        return dict(sorted(rows.items(), key=lambda item: (-item[1]["deals"], item[0] or 0)))

    def columns(self) -> Sequence[Column]:
        return [
            Column("deals", _("Deals"), "int"),
            Column("share", _("Share"), "percent"),
            Column("amount", _("Sum, ₽"), "sum"),
            Column("amount_share", _("Share of the sum"), "percent"),
        ]

    def lines(self) -> list[Line]:
        names = dict(LossReason.all_objects.values_list("pk", "name"))
        return [
            Line(
                _NONE if reason is None else str(reason),
                _("No reason") if reason is None else names[reason],
                self._with_shares(row),
            )
            for reason, row in self.sums.items()
        ]

    @cached_property
    def whole(self) -> dict[str, Any]:
        """The sums of all reasons."""
        rows = self.sums.values()
        return {
            "deals": sum(row["deals"] for row in rows),
            "amount": sum((row["amount"] for row in rows), Decimal(0)),
        }

    def _with_shares(self, row: Mapping[str, Any]) -> dict[str, Any]:
        deals, amount = self.whole["deals"], self.whole["amount"]
        return {
            **row,
            "share": Decimal(row["deals"]) / deals if deals else None,
            "amount_share": row["amount"] / amount if amount else None,
        }

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self._with_shares(self.whole)

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in LOST.measures

    def records(self, line: str, column: str) -> Found | None:
        if column not in LOST.measures:
            return None
        more = {} if line == TOTAL else {"reason": None if line == _NONE else int(line)}
        return Found(LOST.records(self.asked, **more), LOST.measures[column].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        values = [line.values.get("deals") for line in lines]
        notes = [show.percent(share) if (share := line.values.get("share")) else "" for line in lines]
        return Picture(
            "bars", self.title, [line.label for line in lines], [Series(_("Deals"), values, notes=notes)]
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        first = lines[0]
        if not total.get("deals"):
            return ""
        text = _("Lost: <b>{}</b> deals for <b>{}</b>. Most of all because of “{}”: {}.")
        return format_html(
            text,
            show.number(total["deals"]),
            roubles(total["amount"]),
            first.label,
            show.percent(first.values["share"]),
        )
