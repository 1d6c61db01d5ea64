"""Stuck and forgotten deals (R7): how many, with how much money in them, whose and where; as of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column
from people.models import User
from pipeline import marks
from reports.asking import Switch
from reports.facts.deals import OPEN
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added
from reports.saying import roubles
from reports.stages import Stages

_MANAGERS, _STAGES = "manager", "stage"
_MARKS = ("stuck", "forgotten", "nothing")


class StuckDeals(Report):
    code, title, section = "stuck", gettext_lazy("Stuck and forgotten deals"), Section.FUNNEL
    about = gettext_lazy(
        "Open deals as they stand now. Stuck: longer in their stage than its norm of working days, whatever is planned."
        " Forgotten: no contact for longer than the norm, and nothing planned. Nothing planned: no next step, and not"
        " waiting for a date to come. A deal may have several of these marks. Share is the sum of stuck deals / the sum"
        " of all open ones. There is no comparison with the past: marks are judged by the norms stages have today."
    )
    roles = SELLERS
    period = ""
    narrowings = ("team", "manager", "funnel", "region", "source", "campaign", "segment", "group")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "rows",
            gettext_lazy("In the rows"),
            {_MANAGERS: gettext_lazy("Managers"), _STAGES: gettext_lazy("Stages")},
        ),
    )
    icon = "hourglass"

    @property
    def by(self) -> str:
        return self.asked.switches.get("rows", _MANAGERS)

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return _("Manager") if self.by == _MANAGERS else _("Stage")

    @cached_property
    def stages(self) -> Stages:
        return Stages.read(self.asked)

    @cached_property
    def marks(self) -> dict[str, Q]:
        moment, stages = self.asked.moment, self.stages.found
        return {
            "stuck": marks.stuck_condition(moment, stages),
            "forgotten": marks.forgotten_condition(moment, stages),
            "nothing": marks.step_condition(marks.NOTHING, moment),
        }

    def columns(self) -> Sequence[Column]:
        return [
            Column("deals", _("Open deals"), "int"),
            Column("amount", _("Sum, ₽"), "sum"),
            Column("stuck", _("Stuck"), "int"),
            Column("stuck_amount", _("Sum of stuck, ₽"), "sum"),
            Column("share", _("Share of the sum"), "percent"),
            Column("forgotten", _("Forgotten"), "int"),
            Column("forgotten_amount", _("Sum of forgotten, ₽"), "sum"),
            Column("nothing", _("Nothing planned"), "int"),
            Column("nothing_amount", _("Sum of those, ₽"), "sum", wide_only=True),
        ]

    def lines(self) -> list[Line]:
        numbers: dict[str, Any] = {"deals_": Count("*"), "amount_": Sum("amount")}
        for key, condition in self.marks.items():
            numbers[f"{key}_"] = Count("stage", filter=condition)  # all have one, and the index has it
            numbers[f"{key}_amount_"] = Sum("amount", filter=condition)
        # The sign says nothing: without it SQLite follows an index in the order of the stages through the whole table.
        sign = "+" if self.by == _STAGES else ""
        by = Func(F(self.by), template=f"{sign}%(expressions)s", output_field=IntegerField())
        found = OPEN.records(self.asked).order_by().annotate(by=by).values("by").annotate(**numbers)
        rows = {
            row.pop("by"): _derived(_filled({key.removesuffix("_"): value for key, value in row.items()}))
            for row in found
        }
        if self.by == _STAGES:
            rank = self.stages.rank
            return [
                Line(str(pk), self.stages.label(pk), rows[pk]) for pk in sorted(rows, key=lambda pk: rank[pk])
            ]
        names = User.all_objects.in_bulk(rows)
        lines = [Line(str(pk), names[pk].short_name, values) for pk, values in rows.items()]
        return sorted(lines, key=lambda line: (-line.values["stuck_amount"], str(line.label)))

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        keys = ["deals", "amount", *(f"{mark}{part}" for mark in _MARKS for part in ("", "_amount"))]
        return _derived(_filled(added(lines, keys)))

    def opens(self, line: Line, column: Column) -> bool:
        return column.key != "share"

    def records(self, line: str, column: str) -> Found | None:
        if column == "share":
            return None
        more = {} if line == TOTAL else {self.by: int(line)}
        rows = OPEN.records(self.asked, **more)
        mark = column.removesuffix("_amount")
        if mark in self.marks:
            rows = rows.filter(self.marks[mark])
        return Found(rows, OPEN.measures["amount" if column.endswith("amount") else "deals"].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Stuck"), [line.values["stuck_amount"] for line in lines]),
                Series(_("Forgotten"), [line.values["forgotten_amount"] for line in lines]),
            ],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if not total["stuck"] and not total["forgotten"]:
            return _("No deal is stuck or forgotten.")
        text = _(
            "<b>{}</b> of {} open deals are stuck: <b>{}</b>, {} of all money in work. Forgotten: {} for {}."
        )
        return format_html(
            text,
            show.number(total["stuck"]),
            show.number(total["deals"]),
            roubles(total["stuck_amount"]),
            show.percent(total["share"] or 0),
            show.number(total["forgotten"]),
            roubles(total["forgotten_amount"]),
        )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """A number where there is none."""
    return {key: value or (Decimal(0) if "amount" in key else 0) for key, value in values.items()}


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    amount = values["amount"]
    return {**values, "share": Decimal(values["stuck_amount"]) / Decimal(amount) if amount else None}
