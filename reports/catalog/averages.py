"""The average order, and average sales per manager and client (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from people.models import User
from reports import vat
from reports.asking import Switch
from reports.facts import SHIPMENTS, SOLD
from reports.facts.orders import MADE
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added

_ZERO = Decimal("0.00")
_SUMS = ("orders", "ordered", "sales")


class Averages(Report):
    code, title, section = "averages", gettext_lazy("Average order and sales per manager"), Section.SALES
    about = gettext_lazy(
        "By manager: orders in force of the period and their average; what was shipped, net of returns, to how many"
        " clients, and the average per client; all of it without VAT or with it. The total's sales per manager are all"
        " sales divided by the managers who sold."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (vat.VAT,)
    rows_are = gettext_lazy("Manager")
    compared = ("average",)
    icon = "person-lines-fill"

    @property
    def _ordered(self) -> str:
        return "amount" if vat.is_with(self.asked) else "net"

    def columns(self) -> Sequence[Column]:
        return [
            Column("orders", _("Orders"), "int"),
            Column("ordered", MADE.measures[self._ordered].label, "sum"),
            Column("average", _("Average order, ₽"), "sum"),
            Column("sales", vat.sales(self.asked), "sum"),
            Column("clients", _("Clients shipped to"), "int"),
            Column("per_client", _("Average per client, ₽"), "sum"),
            Column("per_manager", _("Average per manager, ₽"), "sum"),
        ]

    def lines(self) -> list[Line]:
        empty = {"orders": 0, "ordered": _ZERO, "sales": _ZERO, "clients": 0}
        found: dict[int, dict[str, Any]] = {}
        rows = MADE.records(self.asked).order_by().values_list("manager")
        ordered = MADE.measures[self._ordered].value
        for pk, orders, sum_ in rows.annotate(orders_=Count("pk"), sum_=ordered):
            found.setdefault(pk, dict(empty)).update(orders=orders, ordered=sum_)
        rows = SHIPMENTS.records(self.asked).order_by().values_list("manager")
        sales = SHIPMENTS.measures[vat.measure(self.asked)].value
        for pk, sum_, clients in rows.annotate(sum_=sales, clients_=Count("client", distinct=True)):
            found.setdefault(pk, dict(empty)).update(sales=sum_, clients=clients)
        names = User.all_objects.in_bulk(list(found))
        lines = [Line(str(pk), names[pk].short_name, _derived(values)) for pk, values in found.items()]
        return sorted(lines, key=lambda line: (-line.values["sales"], str(line.label)))

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        if not lines:
            return {}
        clients = SHIPMENTS.records(self.asked).aggregate(clients=Count("client", distinct=True))["clients"]
        values = _derived({**added(lines, _SUMS), "clients": clients})
        sold = [line for line in lines if line.values["clients"]]
        return {**values, "per_manager": _share(values["sales"], len(sold))}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in (*_SUMS, "clients")

    def records(self, line: str, column: str) -> Found | None:
        more = {} if line == TOTAL else {"manager": int(line)}
        if column in ("orders", "ordered"):
            return Found(
                MADE.records(self.asked, **more),
                MADE.measures["orders" if column == "orders" else self._ordered].value,
            )
        if column == "sales":
            return Found(SOLD.records(self.asked, **more), SOLD.measures[vat.measure(self.asked)].value)
        if column == "clients":
            return Found(SHIPMENTS.records(self.asked, **more), Count("client", distinct=True))
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = lines[:15]
        return Picture(
            "bars",
            _("Average order"),
            [line.label for line in shown],
            [Series(_("Average order, ₽"), [line.values.get("average") for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("The average order is <b>{}</b>; a manager sold for <b>{}</b> on the average.")
        said = ((total[key] or _ZERO).quantize(Decimal(1)) for key in ("average", "per_manager"))
        return format_html(text, *map(format_money, said))


def _share(sum_: Decimal | None, count: int) -> Decimal | None:
    return rounded(sum_ / count) if sum_ is not None and count else None


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "average": _share(values["ordered"], values["orders"] or 0),
        "per_client": _share(values["sales"], values["clients"]),
        "per_manager": None,
    }
