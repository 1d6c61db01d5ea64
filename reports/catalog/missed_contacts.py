"""Missed contacts (R9, A5): clients left alone for too long, planned calls that did not happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Activity
from core import show
from core.day_ends import DayEnd
from core.places import Text
from core.tables.columns import Column
from people.models import User
from reports.facts.activities import PLANNED_TALKS
from reports.facts.clients import CLIENTS
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added
from reports.silence import too_silent

_OF_CLIENTS = ("clients", "silent")
_OF_TASKS = ("planned", "missed", "late", "moved")


class MissedContacts(Report):
    code, title, section = "missed-contacts", gettext_lazy("Missed contacts"), Section.WORK
    about = gettext_lazy(
        "Silent clients: as of now, the last contact is longer ago than the norm of the client's segment (calendar"
        " days); where the segment has none, than the norm of the stage of an open deal of theirs (working days)."
        " Planned: calls and meetings that fell due in the period, cancelled ones left out. Did not happen: still"
        " undone though due. Late: done on a later day than they were due. Put off: of those planned, moved to another"
        " day at least once. Share is those that did not happen or were late / all planned."
    )
    roles = SELLERS
    period = "this-month"
    narrowings = ("team", "manager", "region", "source", "campaign", "segment")
    rows_are = gettext_lazy("Manager")
    compared = ("missed",)
    icon = "telephone-x"

    @cached_property
    def silence(self) -> Q:
        return too_silent(self.asked.moment)

    @cached_property
    def conditions(self) -> dict[str, Q]:
        day_is_over = DayEnd(F("due_on"), self.asked.first, max(self.asked.first, self.last))
        return {
            "planned": Q(),
            "missed": Q(status=Activity.Status.PLANNED),
            "late": Q(status=Activity.Status.DONE, happened_at__gte=day_is_over),
            "moved": Q(times_moved__gt=0),
        }

    @property
    def last(self) -> dt.date:
        """The last day of which anything is due by now."""
        return min(self.asked.last, self.asked.today)

    def tasks(self, **more: Any) -> QuerySet[Any]:
        """Talks of the period whose time has come."""
        due = Q(due_on__lt=self.asked.today) | Q(due_at__lt=self.asked.moment)
        return PLANNED_TALKS.records(self.asked, **more).filter(due, due_on__lte=self.last)

    def columns(self) -> Sequence[Column]:
        return [
            Column("clients", _("Clients"), "int"),
            Column("silent", _("Silent now"), "int"),
            Column("silent_share", _("Share of clients"), "percent"),
            Column("planned", _("Planned talks"), "int"),
            Column("missed", _("Did not happen"), "int"),
            Column("late", _("Late"), "int"),
            Column("missed_share", _("Share of planned"), "percent"),
            Column("moved", _("Put off so far"), "int", wide_only=True),
        ]

    def lines(self) -> list[Line]:
        of_clients = {"clients_": Count(Value(1)), "silent_": Count(Value(1), filter=self.silence)}
        of_tasks = {
            f"{key}_": Count(Value(1), filter=condition) for key, condition in self.conditions.items()
        }
        of_tasks["planned_"] = Count(Value(1))
        rows: dict[int, dict[str, int]] = {}
        for found, numbers in ((CLIENTS.records(self.asked), of_clients), (self.tasks(), of_tasks)):
            for row in found.order_by().values("manager").annotate(**numbers):
                values = rows.setdefault(row.pop("manager"), dict.fromkeys((*_OF_CLIENTS, *_OF_TASKS), 0))
                values |= {key.removesuffix("_"): value for key, value in row.items()}
        names = User.all_objects.in_bulk(rows)
        lines = [Line(str(pk), names[pk].short_name, _derived(values)) for pk, values in rows.items()]
        return sorted(
            lines, key=lambda line: (-line.values["silent"] - line.values["missed"], str(line.label))
        )

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        sums = added(lines, [*_OF_CLIENTS, *_OF_TASKS])
        return _derived({key: value or 0 for key, value in sums.items()})

    def opens(self, line: Line, column: Column) -> bool:
        return not column.key.endswith("share")

    def records(self, line: str, column: str) -> Found | None:
        more = {} if line == TOTAL else {"manager": int(line)}
        if column in _OF_CLIENTS:
            rows = CLIENTS.records(self.asked, **more)
            return Found(rows.filter(self.silence) if column == "silent" else rows, Count("pk"))
        if column in _OF_TASKS:
            return Found(self.tasks(**more).filter(self.conditions[column]), Count("pk"))
        return None

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Silent now"), [line.values.get("silent") for line in lines]),
                Series(_("Did not happen"), [line.values.get("missed") for line in lines]),
            ],
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _(
            "Silent for longer than the norm: <b>{}</b> of {} clients. Of {} planned talks <b>{}</b> did not happen."
        )
        return format_html(
            text, *(show.number(total[key]) for key in ("silent", "clients", "planned", "missed"))
        )


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    clients, planned = values["clients"], values["planned"]
    bad = values["missed"] + values["late"]
    return {
        **values,
        "silent_share": Decimal(values["silent"]) / clients if clients else None,
        "missed_share": Decimal(bad) / planned if planned else None,
    }
