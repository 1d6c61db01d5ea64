"""Clients at risk of leaving (R11): they have not bought for longer than they usually do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.periods import Period
from core.places import Text
from core.tables.columns import Column
from leads.models import Client
from orders.models import Shipment
from reports import vat
from reports.asking import Asked, Switch
from reports.facts import SHIPMENTS, SOLD
from reports.facts.clients import CLIENTS
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added
from reports.rhythm import LOOKED_AT, Rhythm, rhythms
from reports.saying import roubles

_ZERO = Decimal(0)
_YEAR = 365
_SHOWN = 15


class ClientsAtRisk(Report):
    code, title, section = "at-risk", gettext_lazy("Clients at risk"), Section.CLIENTS
    about = gettext_lazy(
        "As of today. Usual rhythm: the median number of days between two days of shipment in the last two years, of"
        " clients with at least three such days. At risk: more than one and a half times that rhythm has passed since"
        " the last shipment, at least a fortnight, and not more than a year. Sales are those of the last 365 days,"
        " without VAT or with it, net of returns: what may be lost. The greatest stand first. Of a day a month or a"
        " year ago the shipments until then say who was at risk, of today's clients."
    )
    roles = SELLERS
    period = ""
    narrowings = ("team", "manager", "region", "source", "campaign", "segment")
    switches: ClassVar[Sequence[Switch]] = (vat.VAT,)
    rows_are = gettext_lazy("Client")
    compared = ("sales",)
    icon = "person-exclamation"

    @cached_property
    def long_ago(self) -> Asked:
        """The question about the days the rhythm is taken from; whose the client is today decides, not who shipped."""
        day = self.asked.last
        return replace(self.asked, period=Period.of_days(day - dt.timedelta(LOOKED_AT - 1), day), narrow={})

    @cached_property
    def year(self) -> Asked:
        day = self.asked.last
        return replace(self.asked, period=Period.of_days(day - dt.timedelta(_YEAR - 1), day), narrow={})

    @cached_property
    def found(self) -> list[Rhythm]:
        """Who is at risk."""
        clients = CLIENTS.records(self.asked).order_by()
        shipped = (
            Shipment.objects.between(self.long_ago.first, self.long_ago.last)
            .filter(kind=Shipment.Kind.SHIPMENT, client__in=clients.values("pk"))
            .order_by("client", "day")
            .values_list("client", "day")
            .distinct()
        )
        return [one for one in rhythms(shipped) if one.is_at_risk(self.asked.last)]

    @property
    def _sales(self) -> Text:
        return _("Sales in a year with VAT, ₽") if vat.is_with(self.asked) else _("Sales in a year, ₽")

    def columns(self) -> Sequence[Column]:
        return [
            Column("usual", _("Buys every, days"), "quantity"),
            Column("since", _("Days since the last"), "int"),
            Column("times", _("Of the rhythm"), "percent"),
            Column("last", _("Last shipment"), "date"),
            Column("sales", self._sales, "sum"),
            Column("spoken", _("Last contact"), "date"),
            Column("manager", _("Manager"), "person"),
        ]

    def lines(self) -> list[Line]:
        ids = [one.client for one in self.found]
        clients = Client.objects.select_related("manager").in_bulk(ids)
        measure = vat.measure(self.asked)
        sums = SOLD.sums(self.year, ["client"], [measure]) if ids else {}
        lines = []
        for one in self.found:
            client, since = clients[one.client], one.since(self.asked.last)
            values = {
                "usual": one.usual,
                "since": since,
                "times": since / one.usual if one.usual else None,
                "last": one.last,
                "sales": sums[(one.client,)][measure] if (one.client,) in sums else _ZERO,
                "spoken": client.last_contact_at,
                "manager": client.manager.short_name,
            }
            lines.append(Line(str(client.pk), client.name, values, url=client.get_absolute_url()))
        return sorted(lines, key=lambda line: (-line.values["sales"], str(line.label)))

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return {"sales": added(lines, ["sales"])["sales"] or _ZERO}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("usual", "since", "sales")

    def records(self, line: str, column: str) -> Found | None:
        ids = [one.client for one in self.found]
        if line != TOTAL:
            if int(line) not in ids:
                raise KeyError(line)
            ids = [int(line)]
        if column == "sales":
            rows = SOLD.records(self.year).filter(shipment__client__in=ids)
            return Found(rows, SOLD.measures[vat.measure(self.asked)].value)
        if column in ("usual", "since") and line != TOTAL:
            return Found(SHIPMENTS.records(self.long_ago, client=ids[0]).filter(kind=Shipment.Kind.SHIPMENT))
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = lines[:_SHOWN]
        return Picture(
            "bars",
            _("Sales in a year that may be lost"),
            [line.label for line in shown],
            [Series(self._sales, [line.values["sales"] for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("<b>{}</b> clients have not bought for longer than usual; in a year they brought <b>{}</b>.")
        return format_html(text, show.number(len(lines)), roubles(total["sales"]))
