"""The funnel (R6): how far the deals of a period have come, or what moved in it."""

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
from core.tables.columns import Column
from reports.asking import Switch
from reports.cohort import Cohort, Reached
from reports.facts.deals import CREATED
from reports.facts.moves import MOVES
from reports.flow import BACK, LOST, ON, WAYS
from reports.flow import Flow as Moved
from reports.pictures import Flow, Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.stages import Stages

COHORT, FLOW = "cohort", "flow"
# Keys of lines that are no stages: a funnel, the deals that were lost at once.
_FUNNEL, _NOWHERE = "f", "n"


class FunnelReport(Report):
    code, title, section = "funnel", gettext_lazy("Funnel"), Section.FUNNEL
    about = gettext_lazy(
        "Deals made in the period: a deal has reached the furthest open or won stage it ever entered, and with it all"
        " before; a move to a lost stage passes nothing. Conversion is those who reached the stage / those who reached"
        " the stage before it (or the first one); in the total, won / made. Open and lost are those for whom this is"
        " the furthest stage. Amounts are those of today. Moves of the period: entered are all moves into it, new"
        " deals among them; on is to a later stage or another funnel, back to an earlier one; sums and managers are"
        " those of the moment of the move. Retired stages are shown while they have deals, called as they were."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("funnel", "team", "manager", "region", "source", "campaign", "segment", "group")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "view",
            gettext_lazy("View"),
            {COHORT: gettext_lazy("Deals made in the period"), FLOW: gettext_lazy("Moves of the period")},
        ),
    )
    rows_are = gettext_lazy("Stage")
    compared = ("reached", "entered")
    icon = "funnel"

    @cached_property
    def stages(self) -> Stages:
        return Stages.read(self.asked)

    @cached_property
    def cohort(self) -> Cohort:
        return Cohort(self.asked, self.stages)

    @cached_property
    def moved(self) -> Moved:
        return Moved(self.asked, self.stages)

    @property
    def is_flow(self) -> bool:
        return self.asked.switches.get("view") == FLOW

    def columns(self) -> Sequence[Column]:
        if self.is_flow:
            return [
                Column("entered", _("Entered the stage"), "int"),
                Column("amount", _("Sum, ₽"), "sum"),
                Column("on", _("Went on"), "int"),
                Column("back", _("Went back"), "int"),
                Column("lost", _("Lost"), "int"),
            ]
        return [
            Column("reached", _("Reached"), "int"),
            Column("amount", _("Sum, ₽"), "sum"),
            Column("from_before", _("From the stage before"), "percent"),
            Column("from_first", _("From the first"), "percent"),
            Column("open", _("Still open"), "int"),
            Column("lost", _("Lost"), "int"),
        ]

    def lines(self) -> list[Line]:
        of = self.moved.funnels if self.is_flow else self.cohort.funnels
        funnels = self.stages.funnels(of)
        lines: list[Line] = []
        for funnel in funnels:
            stages = self._of_flow(funnel.pk) if self.is_flow else self._of_cohort(funnel.pk)
            if len(funnels) > 1:
                values = self._sums_of(stages) if self.is_flow else self._all(funnel.pk)
                parent = f"{_FUNNEL}{funnel.pk}"
                lines.append(Line(parent, funnel.name, values, is_sum=True))
                for line in stages:
                    line.level, line.parent = 1, parent
            lines += stages
        return lines

    def _of_cohort(self, funnel: int) -> list[Line]:
        lines: list[Line] = []
        first = before = 0
        for stage in self.cohort.passed(funnel):
            reached = self.cohort.reached(stage)
            first = first or reached.deals
            # Not everybody could enter a stage that is there no more: it has no share of theirs.
            is_there = stage.retired_at is None
            values = _values(reached)
            values["from_before"] = _share(reached.deals, before) if is_there else None
            values["from_first"] = _share(reached.deals, first) if is_there else None
            lines.append(Line(str(stage.pk), stage.name, values))
            if is_there:
                before = reached.deals
        if (nowhere := self.cohort.nowhere(funnel)).deals:
            lines.append(
                Line(
                    f"{_NOWHERE}{funnel}", _("Lost at once"), {"amount": nowhere.amount, "lost": nowhere.lost}
                )
            )
        return lines

    def _all(self, funnel: int | None = None) -> dict[str, Any]:
        """All deals made: of one funnel or of all."""
        everyone = self.cohort.all(funnel)
        share = _share(self.cohort.won(funnel), everyone.deals)
        return {**_values(everyone), "from_before": None, "from_first": share}

    def _of_flow(self, funnel: int) -> list[Line]:
        lines = []
        for stage in self.stages.of(funnel):
            entered, amount = self.moved.entered(stage.pk)
            left = {way: self.moved.count(self.moved.pairs(way, stage.pk)) for way in WAYS}
            if entered or any(left.values()) or stage.retired_at is None:
                values = {"entered": entered, "amount": amount, **left}
                lines.append(Line(str(stage.pk), stage.name, values))
        return lines

    def _sums_of(self, lines: Sequence[Line]) -> dict[str, Any]:
        keys = ("entered", "amount", *WAYS)
        return {key: sum(line.values[key] for line in lines if not line.is_sum) for key in keys}

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self._sums_of(lines) if self.is_flow else self._all()

    def opens(self, line: Line, column: Column) -> bool:
        return column.key not in ("from_before", "from_first")

    def records(self, line: str, column: str) -> Found | None:
        return self._moves(line, column) if self.is_flow else self._deals(line, column)

    def _deals(self, line: str, column: str) -> Found | None:
        rows = self.cohort.rows
        if line.startswith(_NOWHERE):
            rows = self.cohort.deals_nowhere(int(line[1:]))
        elif line.startswith(_FUNNEL):
            rows = rows.filter(stage__funnel=int(line[1:]))
        elif line != TOTAL:
            rows = self.cohort.deals(self.stages.by_id[int(line)], stayed=column in ("open", "lost"))
        if column in ("open", "lost"):
            rows = rows.filter(state=column)
        if column in ("from_before", "from_first"):
            return None
        return Found(rows, CREATED.measures["amount" if column == "amount" else "deals"].value)

    def _moves(self, line: str, column: str) -> Found | None:
        if line == TOTAL:
            stages = [stage.pk for stage in self.stages.found]
        elif line.startswith(_FUNNEL):
            stages = [stage.pk for stage in self.stages.of(int(line[1:]))]
        else:
            stages = [self.stages.by_id[int(line)].pk]
        if column in WAYS:
            pairs = [pair for start in stages for pair in self.moved.pairs(column, start)]
            return Found(self.moved.moves(pairs), MOVES.measures["moves"].value)
        rows = MOVES.records(self.asked).filter(to_stage__in=stages)
        return Found(rows, MOVES.measures["amount" if column == "amount" else "moves"].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        if self.is_flow:
            return Picture("sankey", _("Where deals went"), flows=self._flows(), unit=_("moves"))
        # One funnel is a picture; several are too many.
        if len(self.cohort.funnels) != 1:
            return None
        shown = [line for line in lines if line.values.get("reached") is not None]
        return Picture(
            "funnel",
            self.title,
            [line.label for line in shown],
            [
                Series(
                    _("Deals"),
                    [line.values["reached"] for line in shown],
                    notes=[
                        show.percent(share) if (share := line.values.get("from_before")) is not None else ""
                        for line in shown
                    ],
                )
            ],
        )

    def _flows(self) -> list[Flow]:
        """On and lost; what went back has a report of its own, and would run in circles here."""
        pairs = [*self.moved.pairs(ON), *self.moved.pairs(LOST)]
        return [
            Flow(self.stages.label(start), self.stages.label(end), self.moved.sums[start, end][0])
            for start, end in pairs
        ]

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if self.is_flow:
            text = _("Moves on: <b>{}</b>, back: <b>{}</b>, lost: <b>{}</b>.")
            return format_html(text, *(show.number(total[way]) for way in (ON, BACK, LOST)))
        if not total["reached"]:
            return ""
        made, won = total["reached"], self.cohort.won()
        said = format_html(
            _(
                "Of <b>{}</b> deals made <b>{}</b> have been won ({}); <b>{}</b> are still open, so the share may grow."
            ),
            *(
                show.number(made),
                show.number(won),
                show.percent(total["from_first"], 1),
                show.number(total["open"]),
            ),
        )
        narrow = self._narrowest(lines)
        if narrow is None:
            return said
        more = format_html(
            " " + _("Fewest go on to “{}”: {}."), narrow.label, show.percent(narrow.values["from_before"])
        )
        return said + more

    @staticmethod
    def _narrowest(lines: Sequence[Line]) -> Line | None:
        """The stage that the smallest share of those before it reach."""
        shares = [line for line in lines if line.values.get("from_before") is not None]
        return min(shares, key=lambda line: line.values["from_before"], default=None)


def _values(reached: Reached) -> dict[str, Any]:
    return {"reached": reached.deals, "amount": reached.amount, "open": reached.open, "lost": reached.lost}


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None
