"""How long deals stand in each stage (R6)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.tables.columns import Column
from people import calendar
from pipeline.models import Stage
from reports.asking import Asked
from reports.facts.moves import MOVES
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section
from reports.stages import Stages


@dataclass
class Stays:
    """Of one stage: {working days: so many stays}."""

    finished: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)

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
        """The moves that ended a stay in an open stage."""
        rows = MOVES.records(self._without_funnel).filter(stood_days__isnull=False)
        return self._of_stages(rows, "from_stage")

    def lasting(self) -> QuerySet[Any]:
        """The moves that began a stay in an open stage which lasted on at the end of the period."""
        until_then = self._without_funnel.at(periods.Period(_BEGINNING, self._end))
        rows = self._of_stages(MOVES.records(until_then), "to_stage")
        return rows.filter(Q(left_at__isnull=True) | Q(left_at__gte=self._end))

    @property
    def _end(self) -> dt.datetime:
        """The end of the period, or a moment after now: what happened in this very instant has happened."""
        return min(self.asked.period.end, self.asked.moment + dt.timedelta(seconds=1))

    @property
    def _without_funnel(self) -> Asked:
        """A stay is its own stage's, not that of the stage it led to."""
        narrow = {key: value for key, value in self.asked.narrow.items() if key != "funnel"}
        return replace(self.asked, narrow=narrow)

    def _of_stages(self, rows: QuerySet[Any], column: str) -> QuerySet[Any]:
        """Those of the open stages, of the funnels asked for."""
        funnels = self.asked.narrow.get("funnel")
        stages = [
            stage.pk
            for stage in self.stages.found
            if stage.kind == Stage.Kind.OPEN and (not funnels or stage.funnel_id in funnels)
        ]
        return rows.filter(**{f"{column}__in": stages})

    @cached_property
    def stays(self) -> dict[int, Stays]:
        """{stage: its stays}, counted in the order of an index."""
        found: dict[int, Stays] = defaultdict(Stays)
        ended = self.ended().order_by().values_list("from_stage", "stood_days").annotate(number=Count("*"))
        for stage, days, stays in ended:
            found[stage].finished[days] += stays
        last = min(self.asked.last, self.asked.today)
        lasting = self.lasting().order_by().values_list("to_stage", "day").annotate(number=Count("*"))
        for stage, began, stays in lasting:
            found[stage].open[calendar.working_days_between(began, last)] += stays
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
        rows = self.lasting() if is_open else self.ended()
        if line != TOTAL:
            stage = self.stages.by_id[int(line)].pk
            rows = rows.filter(**{"to_stage" if is_open else "from_stage": stage})
        return Found(rows, Count("*") if column in ("stays", "open") else None)

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


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The smallest of the values that at least so many percent of them do not exceed; `counts`: {value: how often}."""
    whole = sum(counts.values())
    return _at(counts, max(-(-whole * percent // 100), 1)) if whole else None


def median(counts: Mapping[int, int]) -> Decimal | None:
    """The value in the middle; of an even number the mean of the two that are."""
    whole = sum(counts.values())
    return Decimal(_at(counts, (whole + 1) // 2) + _at(counts, whole // 2 + 1)) / 2 if whole else None


def _at(counts: Mapping[int, int], place: int) -> int:
    """The value at the place, the first being 1, when all stand in order."""
    for value in sorted(counts):
        place -= counts[value]
        if place <= 0:
            return value
    raise IndexError(place)


def _values(stays: Stays, norm: int | None) -> dict[str, Any]:
    return {
        "stays": stays.finished.total(),
        "median": median(stays.finished),
        "most": percentile(stays.finished, 90),
        "norm": norm,
        "open": stays.open.total(),
        "open_median": median(stays.open),
    }


def _beyond(key: str) -> Any:
    """Longer than the norm."""

    def tone(line: Line) -> str:
        value, norm = line.values.get(key), line.values.get("norm")
        return "missed" if value is not None and norm is not None and value > norm else ""

    return tone
