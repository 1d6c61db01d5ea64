"""Deliveries at our expense (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from orders.models import ExtraCost
from reports import whom
from reports.asking import Switch
from reports.facts.orders import COST_PATHS, MADE, ORDER_PATHS
from reports.pictures import Picture, Series
from reports.report import SELLERS, Found, Line, Report, Section, added

_ZERO = Decimal("0.00")
_SUMS = ("orders", "ours", "amount", "transport")


class OurDeliveries(Report):
    code, title, section = "our-deliveries", gettext_lazy("Deliveries at our expense"), Section.MONEY
    about = gettext_lazy(
        "Orders in force of the period by the day of the order, and those of them that are delivered at our expense:"
        " how many, for how much with VAT, and what their transport cost (extra costs of the kind transport, whenever"
        " accrued). Share is such orders / all orders; cost of delivery is transport / sum of such orders."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (whom.WHOM,)
    compared = ("transport",)
    icon = "truck"

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return whom.rows_are(self.asked)

    def columns(self) -> Sequence[Column]:
        return [
            Column("orders", _("Orders"), "int"),
            Column("ours", _("At our expense"), "int"),
            Column("share", _("Share of orders"), "percent"),
            Column("amount", _("Sum of those, ₽"), "sum"),
            Column("transport", _("Transport, ₽"), "sum"),
            Column("cost", _("Cost of delivery, %"), "percent"),
        ]

    def _transport(self, **more: Any) -> QuerySet[Any]:
        orders = MADE.records(self.asked, **more).filter(delivery_is_ours=True)
        return ExtraCost.objects.filter(
            order__in=orders.order_by().values("pk"), kind=ExtraCost.Kind.TRANSPORT
        )

    def lines(self) -> list[Line]:
        by, ours = whom.chosen(self.asked), Q(delivery_is_ours=True)
        rows = MADE.records(self.asked).order_by().values_list(ORDER_PATHS[by])
        numbers = rows.annotate(
            orders=Count("pk"), ours=Count("pk", filter=ours), sum=Sum("amount", filter=ours)
        )
        transport = dict(
            self._transport().order_by().values_list(COST_PATHS[by]).annotate(transport=Sum("amount"))
        )
        found = {
            pk: _derived(
                {
                    "orders": orders,
                    "ours": ours,
                    "amount": amount or _ZERO,
                    "transport": transport.get(pk, _ZERO),
                }
            )
            for pk, orders, ours, amount in numbers
        }
        return whom.lines(self.asked, found, "transport")

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return _derived(added(lines, _SUMS)) if lines else {}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in _SUMS

    def records(self, line: str, column: str) -> Found | None:
        more = whom.narrow(self.asked, line)
        if column == "transport":
            return Found(self._transport(**more), Sum("amount"))
        rows = MADE.records(self.asked, **more)
        if column == "orders":
            return Found(rows, Count("pk"))
        if column in ("ours", "amount"):
            return Found(
                rows.filter(delivery_is_ours=True), Count("pk") if column == "ours" else Sum("amount")
            )
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.values.get("transport")][:15]
        if not shown:
            return None
        return Picture(
            "bars",
            _("Transport at our expense"),
            [line.label for line in shown],
            [Series(_("Transport, ₽"), [line.values["transport"] for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if not total["ours"]:
            return _("No order of the period is delivered at our expense.")
        text = _("At our expense: <b>{}</b> of {} orders; their transport cost <b>{}</b>, {} of their sum.")
        return format_html(
            text,
            show.number(total["ours"]),
            show.number(total["orders"]),
            format_money(Decimal(total["transport"])),
            show.percent(total["cost"] or 0, 1),
        )


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    amount, orders = values["amount"], values["orders"]
    return {
        **values,
        "share": Decimal(values["ours"]) / orders if orders else None,
        "cost": Decimal(values["transport"]) / amount if amount else None,
    }
