"""What stands beside plan and fact: what changed since yesterday evening, and the deals that decide the period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
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
    def _closed(self) -> dict[str, list[StageMove]]:
        """{kind of stage: the last moves of deals into it, the greatest first}; whole rows of those that are shown."""
        # Those of all people first: few, whereas one asked about a team SQLite goes through all of its deals.
        closed = StageMove.objects.filter(
            at__gt=self.since, to_stage__kind__in=(Stage.Kind.WON, Stage.Kind.LOST)
        )
        moves = StageMove.objects.visible_to(self.asked.user).filter(pk__in=closed.values("pk"))
        if self.asked.narrow:
            deals = narrowed(Deal.objects.all(), prospects.DEAL_COLUMNS, self.asked.narrow)
            moves = moves.filter(deal__in=deals)
        last = {
            deal: (amount or Decimal(0), pk, kind)
            for deal, amount, pk, kind in moves.order_by("at").values_list(
                "deal", "amount", "pk", "to_stage__kind"
            )
        }
        greatest: dict[str, list[int]] = defaultdict(list)
        for _amount, pk, kind in sorted(last.values(), key=lambda move: move[0], reverse=True):
            if len(greatest[kind]) < SHOWN:
                greatest[kind].append(pk)
        shown = StageMove.objects.select_related("deal__client", "deal__loss_reason", "to_stage").in_bulk(
            [pk for keys in greatest.values() for pk in keys]
        )
        return {kind: [shown[pk] for pk in keys] for kind, keys in greatest.items()}

    @property
    def won(self) -> list[StageMove]:
        return self._closed.get(Stage.Kind.WON, [])

    @property
    def lost(self) -> list[StageMove]:
        return self._closed.get(Stage.Kind.LOST, [])

    @cached_property
    def slipped(self) -> list[Slipped]:
        """Those whose date or amount is another, the greatest first."""
        changed = Deal.objects.open().filter(changed_at__gt=self.since)
        rows = Deal.objects.visible_to(self.asked.user).filter(pk__in=changed.order_by().values("pk"))
        rows = narrowed(rows, prospects.DEAL_COLUMNS, self.asked.narrow).order_by()
        now = {pk: (on, amount) for pk, on, amount in rows.values_list("pk", "expected_on", "amount")}
        then = Deal.versions.at(self.since).filter(record_id__in=rows.values("pk"))
        was = {
            pk: (on, amount)
            for pk, on, amount in then.values_list("record_id", "expected_on", "amount")
            if pk in now and now[pk] != (on, amount)
        }
        keys = sorted(was, key=lambda pk: now[pk][1] or Decimal(0), reverse=True)[:SHOWN]
        deals = Deal.objects.select_related("client").in_bulk(keys)
        return [Slipped(deals[pk], *was[pk]) for pk in keys]

    @cached_property
    def deciding(self) -> list[prospects.Deciding]:
        return prospects.deciding(self.asked)
