"""Moves back (R6): which stages deals return from, and where to."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.tables.columns import Column
from reports.facts.moves import MOVES
from reports.flow import BACK, Flow, Pair
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.stages import Stages


class MovesBack(Report):
    code, title, section = "moves-back", gettext_lazy("Moves back"), Section.FUNNEL
    about = gettext_lazy(
        "Moves of the period to an earlier stage of the same funnel, by the stages between which they went; a deal that"
        " was opened again after it was lost or won is one of them. Sums and managers are those of the moment of the"
        " move. A deal that went back several times is one deal in the column of deals."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("funnel", "team", "manager", "region", "source", "campaign", "segment", "group")
    rows_are = gettext_lazy("From → to")
    compared = ("moves",)
    icon = "arrow-counterclockwise"

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.asked, Stages.read(self.asked))

    @cached_property
    def deals(self) -> dict[Any, int]:
        """{pair: different deals}, None for all of them. Two queries."""
        rows = self.flow.moves(self.flow.pairs(BACK)).order_by()
        measure = MOVES.measures["deals"].value
        found: dict[Any, int] = {
            (start, end): deals
            for start, end, deals in rows.values_list("from_stage", "to_stage").annotate(deals=measure)
        }
        found[None] = rows.aggregate(deals=measure)["deals"]
        return found

    def columns(self) -> Sequence[Column]:
        return [
            Column("moves", _("Moves"), "int"),
            Column("deals", _("Deals"), "int"),
            Column("amount", _("Sum, ₽"), "sum"),
        ]

    def lines(self) -> list[Line]:
        pairs = self.flow.pairs(BACK)
        pairs.sort(key=lambda pair: -self.flow.count([pair]))
        stages = self.flow.stages
        return [
            Line(
                f"{start}-{end}",
                f"{stages.label(start)} → {stages.label(end)}",
                self._values([(start, end)], (start, end)),
            )
            for start, end in pairs
        ]

    def _values(self, pairs: Sequence[Pair], deals: Pair | None) -> dict[str, Any]:
        return {
            "moves": self.flow.count(pairs),
            "deals": self.deals[deals],
            "amount": self.flow.amount(pairs),
        }

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self._values(self.flow.pairs(BACK), None)

    def records(self, line: str, column: str) -> Found | None:
        pairs = self.flow.pairs(BACK)
        if line != TOTAL:
            start, _dash, end = line.partition("-")
            pairs = [pair for pair in pairs if pair == (int(start), int(end))]
            if not pairs:
                raise KeyError(line)
        return Found(self.flow.moves(pairs), MOVES.measures[column].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        values = [line.values.get("moves") for line in lines]
        return Picture("bars", self.title, [line.label for line in lines], [Series(_("Moves"), values)])
