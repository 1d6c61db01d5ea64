"""What stands beside plan and fact: what changed since yesterday evening, and the deals that decide the period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from people import calendar
from pipeline.models import Deal, Stage, StageMove
from reports import prospects
from reports.asking import Asked
from reports.facts.base import narrowed

# More than these are a list, and lists stand elsewhere.
SHOWN = 7


@dataclass(frozen=True)
class Slipped:
    """An open deal whose expected date or amount is another than it was yesterday evening."""

    deal: Deal
    was_on: dt.date | None
    was_amount: Decimal | None

    @property
    def date_changed(self) -> bool:
        return self.was_on != self.deal.expected_on

    @property
    def amount_changed(self) -> bool:
        return self.was_amount != self.deal.amount


class Beside:
    """Of the deals that the question narrows to; all of them visible to who asks."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @cached_property
    def since(self) -> dt.datetime:
        """Yesterday evening: the cut-off of the working day before the running one."""
        return calendar.window(calendar.working_day_of(self.asked.moment)).start

    @cached_property
    def _moves(self) -> list[StageMove]:
        # Those of all people first: few, whereas one asked about a team SQLite goes through all of its deals.
        closed = StageMove.objects.filter(
            at__gt=self.since, to_stage__kind__in=(Stage.Kind.WON, Stage.Kind.LOST)
        )
        moves = StageMove.objects.visible_to(self.asked.user).filter(pk__in=closed.values("pk"))
        if self.asked.narrow:
            deals = narrowed(Deal.objects.all(), prospects.DEAL_COLUMNS, self.asked.narrow)
            moves = moves.filter(deal__in=deals)
        last: dict[int, StageMove] = {}
        for move in moves.select_related("deal__client", "deal__loss_reason", "to_stage").order_by("at"):
            last[move.deal_id] = move
        return sorted(last.values(), key=lambda move: move.amount or Decimal(0), reverse=True)

    @property
    def won(self) -> list[StageMove]:
        return [move for move in self._moves if move.to_stage.kind == Stage.Kind.WON][:SHOWN]

    @property
    def lost(self) -> list[StageMove]:
        return [move for move in self._moves if move.to_stage.kind == Stage.Kind.LOST][:SHOWN]

    @cached_property
    def slipped(self) -> list[Slipped]:
        """Those whose date or amount is another, the greatest first."""
        changed = Deal.objects.open().filter(changed_at__gt=self.since)
        rows = Deal.objects.visible_to(self.asked.user).filter(pk__in=changed.order_by().values("pk"))
        rows = narrowed(rows, prospects.DEAL_COLUMNS, self.asked.narrow)
        deals = {deal.pk: deal for deal in rows.select_related("client")}
        then = Deal.versions.at(self.since).filter(record_id__in=rows.values("pk"))
        found = [
            Slipped(deals[pk], was_on, was_amount)
            for pk, was_on, was_amount in then.values_list("record_id", "expected_on", "amount")
            if pk in deals
        ]
        others = [each for each in found if each.date_changed or each.amount_changed]
        return sorted(others, key=lambda each: each.deal.amount or Decimal(0), reverse=True)[:SHOWN]

    @cached_property
    def deciding(self) -> list[prospects.Deciding]:
        return prospects.deciding(self.asked)
