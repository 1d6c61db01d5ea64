"""The average order, and average sales per manager and client (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from people.models import User
from reports.facts import SHIPMENTS, SOLD
from reports.facts.orders import MADE
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added

_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")
_SUMS = ("orders", "ordered", "sales")


class Averages(Report):
    code, title, section = "averages", gettext_lazy("Average order and sales per manager"), Section.SALES
    about = gettext_lazy(
        "By manager: orders in force of the period without VAT and their average; what was shipped without VAT, net of"
        " returns, to how many clients, and the average per client. The total's sales per manager are all sales divided"
        " by the managers who sold."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    rows_are = gettext_lazy("Manager")
    compared = ("average",)
    icon = "person-lines-fill"

    def columns(self) -> Sequence[Column]:
        return [
            Column("orders", _("Orders"), "int"),
            Column("ordered", _("Orders without VAT, ₽"), "sum"),
            Column("average", _("Average order, ₽"), "sum"),
            Column("sales", _("Sales without VAT, ₽"), "sum"),
            Column("clients", _("Clients shipped to"), "int"),
            Column("per_client", _("Average per client, ₽"), "sum"),
            Column("per_manager", _("Average per manager, ₽"), "sum"),
        ]

    def lines(self) -> list[Line]:
        empty = {"orders": 0, "ordered": _ZERO, "sales": _ZERO, "clients": 0}
        found: dict[int, dict[str, Any]] = {}
        rows = MADE.records(self.asked).order_by().values_list("manager")
        for pk, orders, net in rows.annotate(orders_=Count("pk"), net_=Sum("net")):
            found.setdefault(pk, dict(empty)).update(orders=orders, ordered=net)
        rows = SHIPMENTS.records(self.asked).order_by().values_list("manager")
        for pk, net, clients in rows.annotate(net_=Sum("net"), clients_=Count("client", distinct=True)):
            found.setdefault(pk, dict(empty)).update(sales=net, clients=clients)
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
            return Found(MADE.records(self.asked, **more), Count("pk") if column == "orders" else Sum("net"))
        if column == "sales":
            return Found(SOLD.records(self.asked, **more), SOLD.measures["net"].value)
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
    return (sum_ / count).quantize(_CENT, rounding=ROUND_HALF_UP) if sum_ is not None and count else None


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "average": _share(values["ordered"], values["orders"] or 0),
        "per_client": _share(values["sales"], values["clients"]),
        "per_manager": None,
    }
