"""What was illiquid when the period began, and who has sold of it (S6, S10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from orders.tree import Tree
from people import access
from people.models import User
from reports import goods, vat
from reports.asking import Switch
from reports.facts import SOLD
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added

_PRODUCTS, _MANAGERS = "product", "manager"
_ZERO = Decimal("0.00")


class Illiquid(Report):
    code, title, section = "illiquid", gettext_lazy("Illiquid goods and their sales"), Section.STOCK
    about = gettext_lazy(
        "Illiquid are products of which something lay in stock the day before the period began, and nothing had been"
        " sold for longer than their product group allows (the nearest group above that says so). Sold is what was"
        " shipped of them in the period without VAT or with it, net of returns. The share of a manager is that / all"
        " they sold. The value is the balance then × cost of the card, for those who see costs."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "group")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "rows",
            gettext_lazy("In the rows"),
            {_PRODUCTS: gettext_lazy("Products"), _MANAGERS: gettext_lazy("Managers")},
        ),
        vat.VAT,
    )
    compared = ("sales",)
    icon = "hourglass-bottom"

    @property
    def by(self) -> str:
        return self.asked.switches.get("rows", _PRODUCTS)

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return _("Manager") if self.by == _MANAGERS else _("Product")

    @cached_property
    def sees_costs(self) -> bool:
        return access.may(self.asked.user, "costs")

    @cached_property
    def tree(self) -> Tree:
        return Tree.read()

    @cached_property
    def products(self) -> dict[int, Any]:
        """What was illiquid; of a period that has not begun, what is so today."""
        day = min(self.asked.first - dt.timedelta(1), self.asked.today)
        return {each.pk: each for each in goods.counted(self.asked, day, self.tree) if each.stock.is_illiquid}

    @property
    def _sold(self) -> Text:
        return (
            _("Illiquid sold with VAT, ₽") if vat.is_with(self.asked) else _("Illiquid sold without VAT, ₽")
        )

    def columns(self) -> Sequence[Column]:
        if self.by == _MANAGERS:
            return [
                Column("sales", self._sold, "sum"),
                Column("all", vat.sales(self.asked), "sum"),
                Column("share", _("Share of illiquid"), "percent"),
            ]
        columns = [
            Column("group", _("Product group")),
            Column("balance", _("Was in stock"), "quantity"),
            Column("lies", _("Not sold for, days"), "int"),
            Column("allowed", _("Allowed, days"), "int"),
            Column("quantity", _("Sold"), "quantity"),
            Column("sales", self._sold, "sum"),
        ]
        if self.sees_costs:
            columns.append(Column("value", _("Value at cost, ₽"), "sum"))
        return columns

    def lines(self) -> list[Line]:
        return self._by_managers() if self.by == _MANAGERS else self._by_products()

    def _by_products(self) -> list[Line]:
        measure = vat.measure(self.asked)
        sold = SOLD.sums(self.asked, ["product"], [measure, "quantity"]) if self.products else {}
        lines = []
        for pk, product in self.products.items():
            row = sold.get((pk,), {})
            values = {
                "group": self.tree.path(product.group_id),
                "balance": product.stock.balance,
                "lies": product.stock.lies_days,
                "allowed": product.stock.illiquid_days,
                "quantity": row.get("quantity"),
                "sales": row.get(measure) or _ZERO,
            }
            if self.sees_costs and product.cost is not None:
                values["value"] = rounded(product.stock.balance * product.cost)
            lines.append(Line(str(pk), product.name, values, url=product.get_absolute_url()))
        return sorted(lines, key=lambda line: (-line.values["lies"], str(line.label)))

    def _by_managers(self) -> list[Line]:
        measure = vat.measure(self.asked)
        sold = SOLD.sums(self.asked, ["manager", "product"], [measure])
        found: dict[int, dict[str, Any]] = {}
        for (manager, product), row in sold.items():
            values = found.setdefault(manager, {"sales": _ZERO, "all": _ZERO})
            values["all"] += row[measure]
            if product in self.products:
                values["sales"] += row[measure]
        names = User.all_objects.in_bulk(list(found))
        lines = [Line(str(pk), names[pk].short_name, _derived(values)) for pk, values in found.items()]
        return sorted(lines, key=lambda line: (-line.values["sales"], str(line.label)))

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        if not lines:
            return {}
        if self.by == _MANAGERS:
            return _derived(added(lines, ["sales", "all"]))
        keys = ["sales", "value"] if self.sees_costs else ["sales"]
        return {key: value or _ZERO for key, value in added(lines, keys).items()}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("sales", "all", "quantity")

    def records(self, line: str, column: str) -> Found | None:
        if column not in ("sales", "all", "quantity"):
            return None
        more = {} if line == TOTAL else {self.by: int(line)}
        rows = SOLD.records(self.asked, **more)
        if column != "all":
            rows = rows.filter(product__in=self.products)
        return Found(
            rows, SOLD.measures["quantity" if column == "quantity" else vat.measure(self.asked)].value
        )

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        key = "value" if self.by == _PRODUCTS and self.sees_costs else "sales"
        names = {"value": _("Value at cost, ₽"), "sales": self._sold}
        shown = sorted((line for line in lines if line.values.get(key)), key=lambda line: -line.values[key])[
            :15
        ]
        if not shown:
            return None
        return Picture(
            "bars",
            self.title,
            [line.label for line in shown],
            [Series(names[key], [line.values[key] for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("Of <b>{}</b> illiquid products goods for <b>{}</b> were sold.")
        return format_html(text, show.number(len(self.products)), format_money(total["sales"]))


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "share": values["sales"] / values["all"] if values["all"] else None}
