"""What a rollback of somebody's operation means for deals: the way back is a move too."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery

from core.history.operations import Operation
from core.history.tracked import Tracked
from pipeline.models import Deal, Stage, StageMove
from pipeline.passage import Moves


def record_counter_moves(
    operation: Operation, rows: Mapping[type[Tracked], Sequence[int]], **_kwargs: Any
) -> None:
    """Writes a move for every deal that a rollback has put into another stage than its last move says, and brings what
    derives from the stage into line. The deal stands there since it first entered: the slip is taken back, so the
    norm goes on counting. But one that was open meanwhile is won or lost anew: nobody could count it as closed then."""
    ids = rows.get(Deal, ())
    last = StageMove.objects.filter(deal=OuterRef("pk")).order_by("-at", "-pk").values("to_stage")[:1]
    for start in range(0, len(ids), 500):
        deals = Deal.objects.filter(pk__in=ids[start : start + 500]).select_related("stage")
        back = [
            deal for deal in deals.annotate(last_stage=Subquery(last)) if deal.last_stage != deal.stage_id
        ]
        if not back:
            continue
        before = _states_before(operation.reverts, back) if operation.reverts else {}
        stages = Stage.objects.in_bulk({deal.last_stage for deal in back})
        for deal in back:
            was: Any = before.get(deal.pk)
            same = was is not None and was.stage_id == deal.stage_id
            meanwhile = stages.get(deal.last_stage)
            deal.state = deal.stage.kind
            deal.stage_since = was.stage_since if same else operation.at
            if deal.state == Deal.State.OPEN:
                deal.closed_at = None
            elif same and meanwhile is not None and meanwhile.kind == deal.state:
                deal.closed_at = was.closed_at
            else:
                deal.closed_at = operation.at
        Deal.objects.bulk_update(back, ["state", "stage_since", "closed_at"])
        moves = Moves(operation, back)
        for deal in back:
            moves.add(deal, deal.last_stage)
        moves.write_deals()
        moves.write()


def _states_before(reverted: Operation, deals: Sequence[Deal]) -> dict[int, Any]:
    """The version of each deal that the reverted operation ended."""
    ended = Deal.versions.filter(record_id__in=[deal.pk for deal in deals], valid_to=reverted.at)
    return {version.record_id: version for version in ended.order_by("pk")}
