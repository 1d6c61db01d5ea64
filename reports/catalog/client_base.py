"""The client base by month (R11): new, active, sleeping and lost clients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import periods, show
from core.places import Text
from core.tables.columns import Column
from leads.base import ACTIVE, ACTIVE_DAYS, LOST, NEW, NEW_DAYS, SLEEPING, SLEEPING_DAYS, STATES
from reports import base_of_clients
from reports.facts.clients import CLIENTS
from reports.pictures import Picture, Series
from reports.report import SELLERS, Found, Line, Report, Section, place_of, signed

# So many months are shown at most, the latest.
_MOST_MONTHS = 24


class ClientBase(Report):
    code, title, section = "client-base", gettext_lazy("Client base"), Section.CLIENTS
    about = gettext_lazy(
        "Clients at the end of each month (today, where it is not over). New: the card was made within the last 30"
        " days. Else active: shipped to, or spoken with, within the last 90 days. Else sleeping: within the last 365"
        " days, or the card itself is not older. Else lost. Share of active is active / all; the change is that of"
        " active clients to the month before. Clients are those of whoever is responsible for them today."
    )
    roles = SELLERS
    period = "this-year"
    narrowings = ("team", "manager", "region", "source", "campaign", "segment")
    rows_are = gettext_lazy("At the end of")
    compared = ("all", ACTIVE)
    icon = "people"

    @cached_property
    def days(self) -> list[dt.date]:
        """The days that are looked at: the last ones of the period's months, today at the latest, and the end of the
        month before."""
        last = min(self.asked.last, self.asked.today)
        month = max(
            periods.first_of("month", self.asked.first),
            periods.add_months(periods.first_of("month", last), 1 - _MOST_MONTHS),
        )
        found = [month - dt.timedelta(1)]
        while month <= last:
            following = periods.add_months(month, 1)
            found.append(min(following - dt.timedelta(1), last))
            month = following
        return found

    @cached_property
    def numbers(self) -> dict[dt.date, dict[str, int]]:
        """{day: {state: clients}}."""
        return base_of_clients.numbers(self.asked, self.days)

    def columns(self) -> Sequence[Column]:
        return [
            Column("all", _("Clients"), "int"),
            Column(NEW, pgettext("clients", "New"), "int"),
            Column(ACTIVE, pgettext("clients", "Active"), "int"),
            Column(SLEEPING, pgettext("clients", "Sleeping"), "int"),
            Column(LOST, pgettext("clients", "Lost"), "int"),
            Column("share", _("Share of active"), "percent"),
            Column("change", _("Active, change"), "int", tone=signed("change")),
        ]

    def lines(self) -> list[Line]:
        if len(self.days) < 2:
            return []
        lines = []
        for before, day in zip(self.days, self.days[1:], strict=False):
            values: dict[str, Any] = dict(self.numbers[day])
            values["all"] = sum(values.values())
            if not values["all"]:
                continue
            values["share"] = Decimal(values[ACTIVE]) / values["all"]
            values["change"] = values[ACTIVE] - self.numbers[before][ACTIVE]
            place = place_of("month", self.asked.first, day)
            lines.append(Line(day.isoformat(), show.month(day), values, place=place))
        return lines

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in ("all", *STATES)

    def records(self, line: str, column: str) -> Found | None:
        day = dt.date.fromisoformat(line)
        if day not in self.days[1:] or column not in ("all", *STATES):
            return None
        rows = base_of_clients.on_day(CLIENTS.records(self.asked), day, today=self.asked.today)
        return Found(rows if column == "all" else rows.filter(state=column), Count("pk"))

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        names = {column.key: column.label for column in self.columns()}
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(names[state], [line.values[state] for line in lines], look="stacked")
                for state in (ACTIVE, NEW, SLEEPING, LOST)
            ],
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        first, last = self.numbers[self.days[0]], lines[-1].values
        text = _(
            "Of <b>{}</b> clients <b>{}</b> are active, {} sleep, {} are lost. Active since the beginning: {}."
        )
        return format_html(
            text,
            *(show.number(last[key]) for key in ("all", ACTIVE, SLEEPING, LOST)),
            show.number(last[ACTIVE] - first[ACTIVE], signed=True),
        )


# What the text above says in words.
assert (NEW_DAYS, ACTIVE_DAYS, SLEEPING_DAYS) == (30, 90, 365)
