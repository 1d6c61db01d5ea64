"""What is derived of the moves of deals, so that reports read it from an index: each thing kept by who writes a move.

Of a move: `stood_days`, working days of the stay it ended (the calendar of days that have begun does not change, so it
stands for ever), and `left_at`, when the stay it began ended. Of a deal: `passed`, which stages of the funnel it
stands in it has ever entered, and `lost_from`. `Moves` keeps them, `rebuilding.rebuild` makes them anew.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core import periods
from core.history.operations import Operation
from people import calendar
from pipeline.models import Deal, Stage, StageMove

_PORTION = 500


def passed_text(stages: Iterable[int]) -> str:
    """How `Deal.passed` says these stages: their ids in ascending order."""
    return " ".join(map(str, sorted(set(stages))))


def passed_stages(text: str) -> list[int]:
    """The stages that a `Deal.passed` names."""
    return [int(stage) for stage in text.split()]


@dataclass
class _Path:
    """What the moves of one deal say."""

    entered: list[tuple[int, int]] = field(default_factory=list)  # (funnel, stage), lost ones aside
    last: tuple[int, dt.date] | None = None  # the last move and its day
    lost_from: int | None = None
    is_lost: bool = False

    def went(self, start: int | None, stage: int, funnel: int, kind: str) -> None:
        if kind != Stage.Kind.LOST:
            self.entered.append((funnel, stage))
            self.is_lost, self.lost_from = False, None
            return
        if not self.is_lost:  # from one lost stage to another nothing is lost
            self.lost_from = start
        self.is_lost = True


class Moves:
    """Moves about to be written in an operation, of deals that are locked or just made.

    `add` each deal as it stands after its move, then `write`; `write_deals` where the deals themselves are not saved
    after `add`.
    """

    def __init__(self, op: Operation, deals: Iterable[Deal] = ()) -> None:
        """`deals`: those that have moves already. A query for 500 of them."""
        self.op, self.made, self.deals = op, list[StageMove](), list[Deal]()
        self._paths: dict[int, _Path] = defaultdict(_Path)
        ids = [deal.pk for deal in deals]
        for start in range(0, len(ids), _PORTION):
            moves = StageMove.objects.filter(deal__in=ids[start : start + _PORTION]).order_by("at", "pk")
            for pk, day, deal, came_from, stage, funnel, kind in moves.values_list(
                "pk", "day", "deal", "from_stage", "to_stage", "to_stage__funnel", "to_stage__kind"
            ):
                path = self._paths[deal]
                path.went(came_from, stage, funnel, kind)
                path.last = pk, day

    def add(self, deal: Deal, from_stage: int | None) -> StageMove:
        """The move of the deal into the stage it stands in now out of another, None for its first; sets what derives
        from it in the deal."""
        day = periods.day_of(self.op.at)
        path = self._paths[deal.pk] if deal.pk else _Path()
        move = StageMove(
            deal=deal,
            from_stage_id=from_stage,
            to_stage_id=deal.stage_id,
            at=self.op.at,
            day=day,
            month=day.replace(day=1),
            by_id=self.op.by_id,
            manager_id=deal.manager_id,
            amount=deal.amount,
            operation=self.op,
        )
        stage = deal.stage
        path.went(from_stage, stage.pk, stage.funnel_id, stage.kind)
        deal.passed = passed_text(one for funnel, one in path.entered if funnel == stage.funnel_id)
        deal.lost_from_id = path.lost_from
        self.made.append(move)
        self.deals.append(deal)
        return move

    def write(self) -> list[StageMove]:
        """Writes the moves and ends the stays before them."""
        ended = []
        with calendar.kept():
            for deal, move in zip(self.deals, self.made, strict=True):
                if (path := self._paths.get(deal.pk)) and path.last and move.from_stage_id:
                    before, began = path.last
                    move.stood_days = calendar.working_days_between(began, move.day)
                    ended.append(before)
        for start in range(0, len(ended), _PORTION):
            StageMove.objects.filter(pk__in=ended[start : start + _PORTION]).update(left_at=self.op.at)
        if len(self.made) == 1:
            self.made[0].save()
            return self.made
        return StageMove.objects.bulk_create(self.made, batch_size=1000)

    def write_deals(self) -> None:
        """Writes what derives from the moves to the deals."""
        alike: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for deal in self.deals:
            alike[deal.passed, deal.lost_from_id].append(deal.pk)
        # Past the tracked words on purpose: the moves are the history of it.
        plain: QuerySet[Deal] = QuerySet(Deal)
        for (passed, lost_from), ids in alike.items():
            for start in range(0, len(ids), _PORTION):
                some = plain.filter(pk__in=ids[start : start + _PORTION])
                some.update(passed=passed, lost_from=lost_from)
