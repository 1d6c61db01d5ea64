"""How long deals stand in each stage (R6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.tables.columns import Column
from people import calendar
from pipeline.models import Stage, StageMove
from reports.asking import Asked
from reports.facts.moves import MOVES
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.stages import Stages

_EARLIER = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))


@dataclass
class Stays:
    """Of one stage, in working days."""

    finished: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)

    def add(self, other: Stays) -> None:
        self.finished += other.finished
        self.open += other.open


class StageTime(Report):
    code, title, section = "stage-time", gettext_lazy("Time in stage"), Section.FUNNEL
    about = gettext_lazy(
        "Stays that ended in the period, in working days; the day a stay began does not count. Half of them were not"
        " longer than the median, nine of ten not longer than the 90th percentile: the shortest time that at least 90 %"
        " of them kept to. Stays that lasted on at the end of the period (now, where it goes on) are no part of these;"
        " they stand apart with a median of their own. The norm is that of the stage today."
    )
    roles = SELLERS
    period = "this-quarter"
    narrowings = ("funnel", "team", "manager", "region", "source", "campaign", "segment", "group")
    rows_are = gettext_lazy("Stage")
    compared = ("median",)
    icon = "hourglass-split"

    @cached_property
    def stages(self) -> Stages:
        return Stages.read(self.asked)

    def columns(self) -> Sequence[Column]:
        return [
            Column("stays", _("Ended stays"), "int"),
            Column("median", _("Median, days"), "quantity", tone=_beyond("median")),
            Column("most", _("90th percentile, days"), "quantity", tone=_beyond("most")),
            Column("norm", _("Norm, days"), "int"),
            Column("open", _("Last on"), "int"),
            Column("open_median", _("Median of those, days"), "quantity", tone=_beyond("open_median")),
        ]

    def ended(self) -> QuerySet[Any]:
        """The moves that ended a stay in an open stage, each with the moment it had begun."""
        before = StageMove.objects.filter(_EARLIER, deal=OuterRef("deal")).order_by("-at", "-pk")
        rows = self._of_funnel(MOVES.records(self._without_funnel), "from_stage")
        return rows.filter(from_stage__kind=Stage.Kind.OPEN).annotate(
            began=Subquery(before.values("day")[:1])
        )

    def lasting(self) -> QuerySet[Any]:
        """The moves that began a stay in an open stage which lasted on at the end of the period."""
        later = StageMove.objects.filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
            deal=OuterRef("deal"),
            at__lt=self._end,
        )
        until_then = self._without_funnel.at(periods.Period(_BEGINNING, self._end))
        rows = self._of_funnel(MOVES.records(until_then), "to_stage")
        return rows.filter(~Exists(later), to_stage__kind=Stage.Kind.OPEN)

    @property
    def _end(self) -> dt.datetime:
        """The end of the period, or a moment after now: what happened in this very instant has happened."""
        return min(self.asked.period.end, self.asked.moment + dt.timedelta(seconds=1))

    @property
    def _without_funnel(self) -> Asked:
        """A stay is its own stage's, not that of the stage it led to."""
        narrow = {key: value for key, value in self.asked.narrow.items() if key != "funnel"}
        return replace(self.asked, narrow=narrow)

    def _of_funnel(self, rows: QuerySet[Any], stage: str) -> QuerySet[Any]:
        funnel = self.asked.narrow.get("funnel")
        return rows.filter(**{f"{stage}__funnel__in": funnel}) if funnel else rows

    @cached_property
    def stays(self) -> dict[int, Stays]:
        found: dict[int, Stays] = defaultdict(Stays)
        days: dict[Any, int] = {}

        def between(began: Any, ended: Any) -> int:
            if (began, ended) not in days:
                days[began, ended] = calendar.working_days_between(began, ended)
            return days[began, ended]

        for stage, began, ended in self.ended().order_by().values_list("from_stage", "began", "day"):
            if began is not None:
                found[stage].finished.append(between(began, ended))
        last = min(self.asked.last, self.asked.today)
        for stage, began in self.lasting().order_by().values_list("to_stage", "day"):
            found[stage].open.append(between(began, last))
        return found

    def lines(self) -> list[Line]:
        return [
            Line(str(stage.pk), self.stages.label(stage.pk), _values(self.stays[stage.pk], stage.norm_days))
            for stage in self.stages.found
            if stage.pk in self.stays
        ]

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        everything = Stays()
        for stays in self.stays.values():
            everything.add(stays)
        return _values(everything, None)

    def opens(self, line: Line, column: Column) -> bool:
        return column.key != "norm"

    def records(self, line: str, column: str) -> Found | None:
        if column == "norm":
            return None
        is_open = column.startswith("open")
        rows = self.lasting() if is_open else self.ended().filter(began__isnull=False)
        if line != TOTAL:
            stage = self.stages.by_id[int(line)].pk
            rows = rows.filter(**{"to_stage" if is_open else "from_stage": stage})
        return Found(rows, Count("pk") if column in ("stays", "open") else None)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Picture(
            "axes",
            self.title,
            [line.label for line in lines],
            [
                Series(_("Median, days"), [line.values.get("median") for line in lines]),
                Series(_("90th percentile, days"), [line.values.get("most") for line in lines]),
                Series(_("Norm, days"), [line.values.get("norm") for line in lines], look="dashed"),
            ],
            unit=_("days"),
        )


_BEGINNING = periods.local(dt.date(2000, 1, 1))


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest of the values that at least so many percent of them do not exceed."""
    if not values:
        return None
    place = -(-len(values) * percent // 100)
    return sorted(values)[max(place, 1) - 1]


def _values(stays: Stays, norm: int | None) -> dict[str, Any]:
    return {
        "stays": len(stays.finished),
        "median": _median(stays.finished),
        "most": percentile(stays.finished, 90),
        "norm": norm,
        "open": len(stays.open),
        "open_median": _median(stays.open),
    }


def _median(values: Sequence[int]) -> Decimal | None:
    return Decimal(str(median(values))) if values else None


def _beyond(key: str) -> Any:
    """Longer than the norm."""

    def tone(line: Line) -> str:
        value, norm = line.values.get(key), line.values.get("norm")
        return "missed" if value is not None and norm is not None and value > norm else ""

    return tone
