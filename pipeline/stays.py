"""The path of a deal through its stages: how long it stood in each, who moved it on, as the stages were called then."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import periods
from people import calendar
from pipeline.models import Deal, Stage, StageMove


@dataclass(frozen=True)
class Stay:
    """One move and the stay that followed it; `until` None while it lasts. `days` are working days."""

    move: StageMove
    until: dt.datetime | None
    days: int

    @property
    def is_back(self) -> bool:
        """Whether the move went to an earlier stage of the same funnel."""
        was, now = self.move.from_stage, self.move.to_stage
        return was is not None and was.funnel_id == now.funnel_id and now.position < was.position


def stays_of(deal: Deal, moment: dt.datetime) -> list[Stay]:
    """All stays of the deal, the latest first; the day a stay began does not count."""
    moves = list(deal.moves.select_related("from_stage", "to_stage", "by").order_by("at", "pk"))
    name_as_then(moves)
    ends = [move.at for move in moves[1:]]
    return [
        Stay(move, until, calendar.working_days_between(move.day, periods.day_of(until or moment)))
        for move, until in reversed(list(zip(moves, [*ends, None], strict=False)))
    ]


def name_as_then(moves: Sequence[StageMove]) -> None:
    """Gives the stages of the moves (already read) the names they bore at the moment of each move. One query."""
    ids = {stage.pk for move in moves for stage in (move.from_stage, move.to_stage) if stage is not None}
    names: dict[int, list[tuple[dt.datetime, str]]] = defaultdict(list)
    versions: Any = Stage.versions.filter(record_id__in=ids).order_by("pk")
    for version in versions:
        names[version.record_id].append((version.valid_from, version.name))
    for move in moves:
        for stage in (move.from_stage, move.to_stage):
            if stage is None:
                continue
            known = names[stage.pk]
            then = [name for since, name in known if since <= move.at] or [name for _since, name in known[:1]]
            stage.name = then[-1] if then else stage.name
