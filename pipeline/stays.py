"""The path of a deal through its stages: how long it stood in each, who moved it on."""

import datetime as dt
from dataclasses import dataclass

from core import periods
from people import calendar
from pipeline.models import Deal, StageMove


@dataclass(frozen=True)
class Stay:
    """One move and the stay that followed it; `until` None while it lasts."""

    move: StageMove
    until: dt.datetime | None
    days: int

    @property
    def is_back(self) -> bool:
        """Whether the move went to an earlier stage of the same funnel."""
        was, now = self.move.from_stage, self.move.to_stage
        return was is not None and was.funnel_id == now.funnel_id and now.position < was.position


def stays_of(deal: Deal, moment: dt.datetime) -> list[Stay]:
    """All stays of the deal, the latest first; `days` are working days, the first not counted."""
    moves = list(deal.moves.select_related("from_stage", "to_stage", "by").order_by("at", "pk"))
    ends = [move.at for move in moves[1:]]
    return [
        Stay(move, until, calendar.working_days_between(move.day, periods.day_of(until or moment)))
        for move, until in reversed(list(zip(moves, [*ends, None], strict=False)))
    ]
