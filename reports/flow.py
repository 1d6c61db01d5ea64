"""What moved between stages in a period: which moves went on, which back, which lost the deal.

On: to a later stage of the funnel, or into another funnel; back: to an earlier one; a move to a lost stage is neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from pipeline.models import Stage
from reports.asking import Asked
from reports.facts.moves import MOVES
from reports.stages import Stages

ON, BACK, LOST = WAYS = ("on", "back", "lost")
Pair = tuple[int, int]


@dataclass
class Flow:
    asked: Asked
    stages: Stages

    @cached_property
    def sums(self) -> dict[tuple[int | None, int], tuple[int, Decimal]]:
        """{(from, to): (moves, sum)}; from None where the deal was made."""
        # Day by day, as they stand in the index: so nothing is sorted, and a year of days is a few thousand sums.
        found = MOVES.sums(self.asked, ["day", "from", "to"], ["moves", "amount"])
        known = self.stages.by_id
        sums: dict[tuple[int | None, int], tuple[int, Decimal]] = {}
        for (_day, start, end), row in found.items():
            if end in known and (start is None or start in known):
                moves, amount = sums.get((start, end), (0, Decimal(0)))
                sums[start, end] = moves + row["moves"], amount + (row["amount"] or 0)
        return sums

    @property
    def funnels(self) -> set[int]:
        return {self.stages.by_id[pk].funnel_id for pair in self.sums for pk in pair if pk is not None}

    def way(self, start: int, end: int) -> str:
        """Which way a move goes."""
        one, other = self.stages.by_id[start], self.stages.by_id[end]
        if other.kind == Stage.Kind.LOST:
            return LOST
        if one.funnel_id == other.funnel_id and self.stages.rank[end] < self.stages.rank[start]:
            return BACK
        return ON

    def pairs(self, way: str, start: int | None = None) -> list[Pair]:
        """The moves of this way that happened, in the order of the stages; of one stage or of all."""
        found = [
            (one, other)
            for one, other in self.sums
            if one is not None and start in (None, one) and self.way(one, other) == way
        ]
        return sorted(found, key=lambda pair: [self.stages.rank[pk] for pk in pair])

    def count(self, pairs: Iterable[Pair]) -> int:
        return sum(self.sums[pair][0] for pair in pairs)

    def amount(self, pairs: Iterable[Pair]) -> Decimal:
        return sum((self.sums[pair][1] for pair in pairs), Decimal(0))

    def entered(self, end: int) -> tuple[int, Decimal]:
        """Moves into the stage, new deals among them, and their sum."""
        sums = [value for (_start, one), value in self.sums.items() if one == end]
        return sum(each[0] for each in sums), sum((each[1] for each in sums), Decimal(0))

    def moves(self, pairs: Iterable[Pair]) -> QuerySet[Any]:
        """The very moves."""
        by_start: dict[int, list[int]] = {}
        for start, end in pairs:
            by_start.setdefault(start, []).append(end)
        found = Q(pk__in=[])
        for start, ends in by_start.items():
            found |= Q(from_stage=start, to_stage__in=ends)
        return MOVES.records(self.asked).filter(found)
