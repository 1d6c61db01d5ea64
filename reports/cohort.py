"""How far deals made in a period have come (the funnel's cohort).

A deal has reached the furthest open or won stage of its funnel that it ever entered, and with it all before; a move to
a lost stage passes nothing. A stage that has been retired is reached by those only that were made while it was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from pipeline.models import Deal, Stage, StageMove
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


@dataclass
class Cohort:
    asked: Asked
    stages: Stages

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The deals, each with the place of its furthest stage."""
        passed = StageMove.objects.filter(deal=OuterRef("pk"), to_stage__funnel=OuterRef("stage__funnel"))
        ranked = passed.exclude(to_stage__kind=Stage.Kind.LOST).annotate(rank=self.stages.rank_of("to_stage"))
        furthest = Subquery(ranked.order_by("-rank").values("rank")[:1])
        return CREATED.records(self.asked).annotate(furthest=furthest)

    @cached_property
    def _groups(self) -> list[tuple[int, int, str, int, Decimal]]:
        """(funnel, furthest place, state, deals, sum); the place is `NOWHERE` for those lost at once."""
        found = self.rows.order_by().values_list("stage__funnel", "furthest", "state")
        return [
            (funnel, NOWHERE if furthest is None else furthest, state, deals, amount or Decimal(0))
            for funnel, furthest, state, deals, amount in found.annotate(Count("pk"), Sum("amount"))
        ]

    @property
    def funnels(self) -> set[int]:
        return {funnel for funnel, *_rest in self._groups}

    def passed(self, funnel: int) -> list[Stage]:
        """The funnel's open and won stages in order; a retired one while deals of the cohort could enter it."""
        stages = [stage for stage in self.stages.of(funnel) if stage.kind != Stage.Kind.LOST]
        return [stage for stage in stages if stage.retired_at is None or self._of_retired[stage.pk].deals]

    def reached(self, stage: Stage) -> Reached:
        if stage.retired_at is not None:
            return self._of_retired[stage.pk]
        found, rank = Reached(), self.stages.rank[stage.pk]
        for funnel, furthest, state, deals, amount in self._groups:
            if funnel == stage.funnel_id and furthest >= rank:
                found.deals += deals
                found.amount += amount
                if furthest == rank:
                    found.open += deals if state == Deal.State.OPEN else 0
                    found.lost += deals if state == Deal.State.LOST else 0
        return found

    def nowhere(self, funnel: int | None = None) -> Reached:
        """Those that were lost as soon as they were made."""
        return self._sum(lambda group: group[1] == NOWHERE and funnel in (None, group[0]))

    def all(self, funnel: int | None = None) -> Reached:
        return self._sum(lambda group: funnel in (None, group[0]))

    def won(self, funnel: int | None = None) -> int:
        """How many came to a won stage."""
        first: dict[int, int] = {}
        for stage in self.stages.found:
            if stage.kind == Stage.Kind.WON:
                first.setdefault(stage.funnel_id, self.stages.rank[stage.pk])
        return sum(
            deals
            for of, furthest, _state, deals, _amount in self._groups
            if funnel in (None, of) and of in first and furthest >= first[of]
        )

    def deals(self, stage: Stage) -> QuerySet[Any]:
        """The deals of `reached`."""
        return self.rows.filter(self._of(stage))

    def _sum(self, wanted: Any) -> Reached:
        found = Reached()
        for group in self._groups:
            if wanted(group):
                found.deals += group[3]
                found.amount += group[4]
                found.open += group[3] if group[2] == Deal.State.OPEN else 0
                found.lost += group[3] if group[2] == Deal.State.LOST else 0
        return found

    @cached_property
    def _of_retired(self) -> dict[int, Reached]:
        """One query for all of them."""
        retired = [stage for stage in self.stages.found if stage.retired_at and stage.kind != Stage.Kind.LOST]
        if not retired:
            return {}
        numbers: dict[str, Any] = {}
        for stage in retired:
            here = self._of(stage)
            stands = here & Q(furthest=self.stages.rank[stage.pk])
            numbers |= {
                f"deals_{stage.pk}": Count("pk", filter=here),
                f"amount_{stage.pk}": Sum("amount", filter=here),
                f"open_{stage.pk}": Count("pk", filter=stands & Q(state=Deal.State.OPEN)),
                f"lost_{stage.pk}": Count("pk", filter=stands & Q(state=Deal.State.LOST)),
            }
        row = self.rows.order_by().aggregate(**numbers)
        return {
            stage.pk: Reached(
                row[f"deals_{stage.pk}"],
                row[f"amount_{stage.pk}"] or Decimal(0),
                row[f"open_{stage.pk}"],
                row[f"lost_{stage.pk}"],
            )
            for stage in retired
        }

    def _of(self, stage: Stage) -> Q:
        """The condition that a deal of the cohort has reached the stage."""
        found = Q(stage__funnel=stage.funnel_id, furthest__gte=self.stages.rank[stage.pk])
        return found if stage.retired_at is None else found & Q(created_at__lt=stage.retired_at)
