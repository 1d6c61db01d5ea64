"""How far deals made in a period have come (the funnel's cohort).

A deal has reached the furthest open or won stage of its funnel that it ever entered, and with it all before; a move to
a lost stage passes nothing. A stage that has been retired is reached by those only that were made while it was there.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, QuerySet, Sum, Value, When

from pipeline.models import Deal, Stage
from pipeline.passage import passed_stages
from reports.asking import Asked
from reports.facts.deals import CREATED
from reports.stages import Stages

NOWHERE = -1


@dataclass
class Reached:
    """Deals that came to a stage; of those for which it is the furthest, how many are open still and how many lost."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    open: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Group:
    """Deals that passed the same stages of their funnel and have one state; `age`: before which of the retirements of
    the period they were made."""

    funnel: int
    passed: str
    furthest: int
    state: str
    age: int
    deals: int
    amount: Decimal


@dataclass
class Cohort:
    asked: Asked
    stages: Stages

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The deals."""
        return CREATED.records(self.asked)

    @cached_property
    def _cuts(self) -> list[dt.datetime]:
        """When stages were retired within the period: they are reached by older deals alone."""
        period = self.asked.period
        found = {stage.retired_at for stage in self.stages.found if stage.kind != Stage.Kind.LOST}
        return sorted(cut for cut in found if cut is not None and period.start < cut < period.end)

    @cached_property
    def _groups(self) -> list[Group]:
        """One query; in the order of an index where no stage was retired in the period."""
        rows, by = self.rows.order_by(), ["stage", "passed"]
        if self._cuts:
            whens = [When(created_at__lt=cut, then=Value(place)) for place, cut in enumerate(self._cuts)]
            rows = rows.annotate(age=Case(*whens, default=Value(len(self._cuts))))
            by.append("age")
        found = []
        for *key, deals, amount in rows.values_list(*by).annotate(deals=Count("*"), total=Sum("amount")):
            if stage := self.stages.by_id.get(key[0]):
                age = key[2] if self._cuts else 0
                furthest = self._furthest(key[1])
                found.append(
                    Group(stage.funnel_id, key[1], furthest, stage.kind, age, deals, amount or Decimal(0))
                )
        return found

    def _furthest(self, passed: str) -> int:
        """The place of the last of the stages passed; `NOWHERE` for those lost at once."""
        rank = self.stages.rank
        return max((rank[stage] for stage in passed_stages(passed) if stage in rank), default=NOWHERE)

    @property
    def funnels(self) -> set[int]:
        return {group.funnel for group in self._groups}

    def passed(self, funnel: int) -> list[Stage]:
        """The funnel's open and won stages in order; a retired one while deals of the cohort could enter it."""
        stages = [stage for stage in self.stages.of(funnel) if stage.kind != Stage.Kind.LOST]
        return [stage for stage in stages if stage.retired_at is None or self.reached(stage).deals]

    def reached(self, stage: Stage) -> Reached:
        found, rank = Reached(), self.stages.rank[stage.pk]
        for group in self._groups:
            if group.furthest >= rank and self._could_reach(group, stage):
                found.deals += group.deals
                found.amount += group.amount
                if group.furthest == rank:
                    found.open += group.deals if group.state == Deal.State.OPEN else 0
                    found.lost += group.deals if group.state == Deal.State.LOST else 0
        return found

    def _could_reach(self, group: Group, stage: Stage) -> bool:
        if stage.retired_at is None or group.funnel != stage.funnel_id:
            return group.funnel == stage.funnel_id
        return self.asked.period.start < stage.retired_at and group.age <= bisect_left(
            self._cuts, stage.retired_at
        )

    def nowhere(self, funnel: int | None = None) -> Reached:
        """Those that were lost as soon as they were made."""
        return self._sum(lambda group: group.furthest == NOWHERE and funnel in (None, group.funnel))

    def all(self, funnel: int | None = None) -> Reached:
        return self._sum(lambda group: funnel in (None, group.funnel))

    def won(self, funnel: int | None = None) -> int:
        """How many came to a won stage."""
        first: dict[int, int] = {}
        for stage in self.stages.found:
            if stage.kind == Stage.Kind.WON:
                first.setdefault(stage.funnel_id, self.stages.rank[stage.pk])
        return self._sum(
            lambda group: (
                funnel in (None, group.funnel)
                and group.funnel in first
                and group.furthest >= first[group.funnel]
            )
        ).deals

    def deals(self, stage: Stage, *, stayed: bool = False) -> QuerySet[Any]:
        """The deals of `reached`; `stayed`: those for which it is the furthest."""
        rank = self.stages.rank[stage.pk]
        rows = self._of(stage.funnel_id, lambda furthest: furthest == rank if stayed else furthest >= rank)
        return rows if stage.retired_at is None else rows.filter(created_at__lt=stage.retired_at)

    def deals_nowhere(self, funnel: int) -> QuerySet[Any]:
        """The deals of `nowhere`."""
        return self._of(funnel, lambda furthest: furthest == NOWHERE)

    def _of(self, funnel: int, wanted: Callable[[int], bool]) -> QuerySet[Any]:
        passed = {group.passed for group in self._groups if group.funnel == funnel and wanted(group.furthest)}
        return self.rows.filter(stage__funnel=funnel, passed__in=passed)

    def _sum(self, wanted: Callable[[Group], bool]) -> Reached:
        found = Reached()
        for group in self._groups:
            if wanted(group):
                found.deals += group.deals
                found.amount += group.amount
                found.open += group.deals if group.state == Deal.State.OPEN else 0
                found.lost += group.deals if group.state == Deal.State.LOST else 0
        return found
