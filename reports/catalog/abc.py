"""ABC analysis of clients by their sales (R11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column
from leads.models import Client
from people import access
from reports import vat
from reports.asking import Switch
from reports.facts import SOLD
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.saying import roubles

# A client is of the class while those before it have sold less than so many percent.
CLASSES = (("A", 80), ("B", 95), ("C", 101))
_ZERO = Decimal(0)
# Of a class with more clients the lines are opened one by one: a database takes only so many at once.
_MOST_OPENED = 10_000


def classes_of(sales: Sequence[tuple[int, Decimal]]) -> dict[int, str]:
    """{client: class} of clients with their sales, the greatest first. Who has brought nothing is of class C."""
    whole = sum((amount for _client, amount in sales if amount > 0), _ZERO)
    found, before = {}, _ZERO
    for client, amount in sales:
        found[client] = next(
            (name for name, percent in CLASSES if amount > 0 and before * 100 < whole * percent),
            CLASSES[-1][0],
        )
        before += max(amount, _ZERO)
    return found


class ABC(Report):
    code, title, section = "abc", gettext_lazy("ABC of clients"), Section.CLIENTS
    about = gettext_lazy(
        "Clients by what was shipped to them in the period, net of returns, without VAT or with it, the greatest"
        " first. A: who together bring 80 % of the sales, the one with whom it is reached included; B: the next, up to"
        " 95 %; C: the rest. So a client is A while all before it have brought less than 80 %, exactly. Who has"
        " returned as much as was shipped is C and is left out of the whole that shares are counted of."
    )
    roles = SELLERS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "campaign", "segment", "group")
    switches: ClassVar[Sequence[Switch]] = (vat.VAT,)
    rows_are = gettext_lazy("Class, client")
    compared = ("sales",)
    icon = "sort-down"

    @cached_property
    def sales(self) -> list[tuple[int, Decimal]]:
        measure = vat.measure(self.asked)
        found = SOLD.sums(self.asked, ["client"], [measure])
        rows = [(client, row[measure] or _ZERO) for (client,), row in found.items()]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    @cached_property
    def classes(self) -> dict[int, str]:
        return classes_of(self.sales)

    @cached_property
    def whole(self) -> Decimal:
        return sum((amount for _client, amount in self.sales if amount > 0), _ZERO)

    def columns(self) -> Sequence[Column]:
        return [
            Column("clients", _("Clients"), "int"),
            Column("sales", vat.sales(self.asked), "sum"),
            Column("share", _("Share"), "percent"),
            Column("together", _("With all before"), "percent"),
        ]

    def lines(self) -> list[Line]:
        names = self._names()
        owners = access.owners_visible_to(self.asked.user)
        together = _ZERO
        lines: list[Line] = []
        of_class: Line | None = None
        for client, amount in self.sales:
            name = self.classes[client]
            if of_class is None or of_class.key != name:
                of_class = Line(name, name, {"clients": 0, "sales": _ZERO}, is_sum=True)
                lines.append(of_class)
            together += max(amount, _ZERO)
            # The card, which may be somebody else's by now, may not be the reader's to open.
            is_seen = owners is None or names[client][1] in owners
            values = {"sales": amount, "together": self._share(together), "share": self._share(amount)}
            lines.append(
                Line(
                    str(client),
                    names[client][0],
                    values,
                    level=1,
                    parent=name,
                    url=partial(reverse, "leads:card", args=[client]) if is_seen else "",
                )
            )
            of_class.values["clients"] += 1
            of_class.values["sales"] += amount
            of_class.values["share"] = self._share(of_class.values["sales"])
            of_class.values["together"] = values["together"]
        return lines

    def _names(self) -> dict[int, tuple[str, int]]:
        """{client: (name, manager)}."""
        rows = Client.all_objects.filter(pk__among=[client for client, _amount in self.sales]).order_by()
        return {pk: (name, manager) for pk, name, manager in rows.values_list("pk", "name", "manager")}

    def _share(self, amount: Decimal) -> Decimal | None:
        return amount / self.whole if self.whole else None

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        whole = sum((amount for _client, amount in self.sales), _ZERO)
        return {"clients": len(self.sales), "sales": whole, "share": self._share(whole)}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key == "sales" and line.values.get("clients", 0) <= _MOST_OPENED

    def records(self, line: str, column: str) -> Found | None:
        if column != "sales":
            return None
        rows = SOLD.records(self.asked)
        if line == TOTAL:
            return Found(rows, SOLD.measures[vat.measure(self.asked)].value)
        of_class = [client for client, name in self.classes.items() if name == line]
        clients = of_class[:_MOST_OPENED] or [int(line)]
        return Found(rows.filter(shipment__client__in=clients), SOLD.measures[vat.measure(self.asked)].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.is_sum and line.values.get("sales") is not None]
        return Picture(
            "bars",
            self.title,
            [line.label for line in shown],
            [
                Series(
                    vat.sales(self.asked),
                    [line.values["sales"] for line in shown],
                    notes=[f"{show.number(line.values['clients'])}" for line in shown],
                )
            ],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        first = next(
            (line for line in lines if line.key == CLASSES[0][0] and line.values.get("clients")), None
        )
        if first is None:
            return ""
        text = _("<b>{}</b> of {} clients bring {} of the sales: <b>{}</b>.")
        return format_html(
            text,
            show.number(first.values["clients"]),
            show.number(total["clients"]),
            show.percent(first.values["share"]),
            roubles(first.values["sales"]),
        )
