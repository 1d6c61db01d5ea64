"""Where deals are lost and why (R6): the stage they were lost from by the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.places import Text
from core.tables.columns import Column, KindName
from pipeline.models import LossReason
from reports.asking import Switch
from reports.facts.deals import LOST
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.stages import Stages

_ALL = "all"
_NONE = "none"


class WhereLost(Report):
    code, title, section = "lost-where", gettext_lazy("Where deals are lost"), Section.FUNNEL
    about = gettext_lazy(
        "Deals that were lost in the period and still are, by the stage they were lost from and by the reason; the same"
        " deals as in “Reasons of loss”. Share is the part of all lost deals (of their sum)."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("funnel", "team", "manager", "region", "source", "campaign", "segment", "group")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "measure",
            gettext_lazy("Measure"),
            {"deals": gettext_lazy("Number of deals"), "amount": gettext_lazy("Sum, ₽")},
        ),
    )
    rows_are = gettext_lazy("Lost from")
    compared = (_ALL,)
    icon = "grid-3x3"

    @property
    def measure(self) -> str:
        return self.asked.switches.get("measure", "deals")

    @cached_property
    def stages(self) -> Stages:
        return Stages.read(self.asked)

    @cached_property
    def sums(self) -> dict[tuple[int | None, int | None], Any]:
        """{(stage, reason): number}"""
        found = LOST.sums(self.asked, ["lost_from", "reason"], [self.measure])
        return {key: row[self.measure] or 0 for key, row in found.items()}

    @cached_property
    def reasons(self) -> list[tuple[str, str]]:
        """(key of the column, name) of the reasons that were given, in their order."""
        given = {reason for _stage, reason in self.sums}
        names = [
            (f"r{reason.pk}", reason.name)
            for reason in LossReason.all_objects.order_by("position", "pk")
            if reason.pk in given
        ]
        return [*names, (_NONE, _("No reason"))] if None in given else names

    def columns(self) -> Sequence[Column]:
        kind: KindName = "int" if self.measure == "deals" else "sum"
        of_reasons = [Column(key, name, kind) for key, name in self.reasons]
        return [*of_reasons, Column(_ALL, _("All"), kind), Column("share", _("Share"), "percent")]

    def lines(self) -> list[Line]:
        places = {stage for stage, _reason in self.sums}
        rank = self.stages.rank
        lines = []
        for stage in sorted(places, key=lambda pk: -1 if pk is None else rank[pk]):
            label = _("No stage: lost at once") if stage is None else self.stages.label(stage)
            lines.append(Line(_NONE if stage is None else str(stage), label, self._values(stage)))
        return lines

    def _values(self, *stages: int | None) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for (stage, reason), number in self.sums.items():
            if not stages or stage in stages:
                key = _NONE if reason is None else f"r{reason}"
                values[key] = values.get(key, 0) + number
        values[_ALL] = sum(values.values())
        whole = sum(self.sums.values())
        values["share"] = Decimal(values[_ALL]) / whole if whole else None
        return values

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self._values()

    def opens(self, line: Line, column: Column) -> bool:
        return column.key != "share"

    def records(self, line: str, column: str) -> Found | None:
        if column == "share":
            return None
        more: dict[str, Any] = {}
        if line != TOTAL:
            more["lost_from"] = None if line == _NONE else self.stages.by_id[int(line)].pk
        if column != _ALL:
            more["reason"] = None if column == _NONE else int(column[1:])
        return Found(LOST.records(self.asked, **more), LOST.measures[self.measure].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(name, [line.values.get(key) or 0 for line in lines], look="stacked")
                for key, name in self.reasons
            ],
            unit=_("deals") if self.measure == "deals" else "₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        worst = max(lines, key=lambda line: line.values.get(_ALL) or 0)
        if not worst.values.get("share"):
            return ""
        text = _("Most are lost from <b>{}</b>: {} of all, most of all because of “{}”.")
        _key, name = max(self.reasons, key=lambda reason: worst.values.get(reason[0]) or 0)
        return format_html(text, worst.label, show.percent(worst.values["share"]), name)
