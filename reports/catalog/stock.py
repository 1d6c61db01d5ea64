"""What is in stock: balance, reserved, free, for how many days of sales it is enough (S10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import show
from core.money import format_money
from core.periods import Period
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from orders.models import Order, OrderLine, ShipmentLine
from orders.tree import Tree
from people import access
from reports import goods
from reports.asking import Asked
from reports.facts.base import narrowed
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added

_ZERO = Decimal("0.00")
_LEFT = Sum(F("quantity") - F("shipped"))


class InStock(Report):
    code, title, section = "stock", gettext_lazy("Balances and reserves"), Section.STOCK
    about = gettext_lazy(
        "As of today. Balance: the latest count less what went out since, plus what came back; reserved: what orders in"
        " force have still to ship; free is the difference, below zero it is promised but not there. Days of sales:"
        " free / what was shipped a day in the last 90 days, net of returns. Illiquid: nothing of it was sold for"
        " longer than its product group allows. The value is balance × cost of the card, without VAT, for those who"
        " see costs. Products nobody has counted and nobody has ordered are left out. A month or a year ago: the"
        " balance at the end of that day, at the cost the card says today; what was reserved then nobody asks."
    )
    roles = SELLERS
    period = ""
    narrowings = ("group",)
    rows_are = gettext_lazy("Product")
    compared = ("balance", "value")
    icon = "box-seam"

    @cached_property
    def sees_costs(self) -> bool:
        return access.may(self.asked.user, "costs")

    @cached_property
    def sees_all(self) -> bool:
        """The stock is everybody's, the documents behind it are not."""
        return access.owners_visible_to(self.asked.user) is None

    @cached_property
    def tree(self) -> Tree:
        return Tree.read()

    @cached_property
    def products(self) -> list[Any]:
        return goods.counted(self.asked, self.asked.last, self.tree)

    @cached_property
    def lately(self) -> Asked:
        day = self.asked.last
        return replace(self.asked, period=Period.of_days(day - dt.timedelta(goods.PACE_DAYS - 1), day))

    def _sold(self) -> QuerySet[Any]:
        """What the company shipped lately, whoever asks: the stock is for all of it."""
        lines = ShipmentLine.objects.between(self.lately.first, self.lately.last)
        return narrowed(lines, {"group": "product__group"}, self.asked.narrow)

    def columns(self) -> Sequence[Column]:
        columns = [
            Column("group", _("Product group")),
            Column("balance", _("In stock"), "quantity"),
            Column("reserved", _("Reserved"), "quantity"),
            Column("free", pgettext("stock", "Free"), "quantity", tone=_short),
            Column("sold", _("Sold in 90 days"), "quantity"),
            Column("days", _("Enough for, days"), "int"),
            Column("lies", _("Not sold for, days"), "int"),
            Column("mark", _("Mark"), tone=lambda line: "near" if line.values.get("mark") else ""),
        ]
        if self.sees_costs:
            columns.append(Column("value", _("Value at cost, ₽"), "sum"))
        return columns

    def lines(self) -> list[Line]:
        sold = dict(self._sold().order_by().values_list("product").annotate(sum=Sum("quantity")))
        return [
            Line(
                str(product.pk),
                product.name,
                self._values(product, sold.get(product.pk)),
                url=product.get_absolute_url(),
            )
            for product in self.products
        ]

    def _values(self, product: Any, sold: Decimal | None) -> dict[str, Any]:
        stock = product.stock
        values = {
            "group": self.tree.path(product.group_id),
            "balance": stock.balance,
            "reserved": stock.reserved,
            "free": stock.free,
            "sold": sold,
            "days": _days(stock.free, sold),
            "lies": stock.lies_days,
            "mark": _("illiquid") if stock.is_illiquid else "",
        }
        if self.sees_costs and product.cost is not None and (stock.balance or 0) > 0:
            values["value"] = rounded(stock.balance * product.cost)
        return values

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        """Pieces and kilograms do not add up; money does."""
        return {"value": added(lines, ["value"])["value"] or _ZERO} if self.sees_costs and lines else {}

    def opens(self, line: Line, column: Column) -> bool:
        return self.sees_all and column.key in ("reserved", "sold") and line.key != TOTAL

    def records(self, line: str, column: str) -> Found | None:
        if not self.sees_all or line == TOTAL:
            return None
        if column == "reserved":
            return Found(
                OrderLine.objects.filter(order__in=Order.objects.unshipped(), product=int(line)), _LEFT
            )
        if column == "sold":
            return Found(self._sold().filter(product=int(line)), Sum("quantity"))
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        if not self.sees_costs:
            return None
        shown = sorted(
            (line for line in lines if line.values.get("value")), key=lambda line: -line.values["value"]
        )[:15]
        return Picture(
            "bars",
            _("Value at cost"),
            [line.label for line in shown],
            [Series(_("Value at cost, ₽"), [line.values["value"] for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        short = sum((line.values["free"] or 0) < 0 for line in lines)
        illiquid = [line for line in lines if line.values["mark"]]
        said = format_html(
            _("Promised beyond the stock: <b>{}</b> products; illiquid: <b>{}</b>."),
            show.number(short),
            show.number(len(illiquid)),
        )
        if not self.sees_costs:
            return said
        lying = sum((line.values.get("value") or _ZERO for line in illiquid), _ZERO)
        text = _("In stock at cost: <b>{}</b>, of it illiquid {}.")
        return format_html(
            "{} {}", format_html(text, format_money(total["value"]), format_money(lying)), said
        )


def _short(line: Line) -> str:
    free = line.values.get("free")
    return "missed" if free is not None and free < 0 else ""


def _days(free: Decimal | None, sold: Decimal | None) -> int | None:
    """For how many days of sales it is enough; 0 where nothing is free, None where nothing is sold."""
    if free is None or not sold or sold < 0:
        return None
    return int(max(free, Decimal(0)) * goods.PACE_DAYS / sold)
