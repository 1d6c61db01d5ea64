"""The verbs by which an import fills deals and puts them where the former table says they stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied

from core.history.operations import operation
from people import access
from people.models import User
from pipeline.actions import require_known, require_right_values
from pipeline.models import Deal, LossReason, Stage
from pipeline.passage import Moves

_PORTION = 500
# What a former table says of a deal besides its stage.
_FILLED = ("name", "amount", "expected_on")


def fill_deals(values: Iterable[tuple[Deal, Mapping[str, Any]]], *, by: User) -> int:
    """Gives deals (read anew or made in this operation) the `name`, `amount` and `expected_on` that they lack; what one
    says already stays, of several values for one deal the first is taken. How many were filled.

    ValidationError for a wrong value, PermissionDenied if one of the deals may not be changed: nothing is written then.
    """
    values = list(values)
    _require_change({deal.pk for deal, _fields in values}, by)
    filled: dict[int, Deal] = {}
    with operation(by=by):
        for given, fields in values:
            require_known(fields, frozenset(_FILLED))
            deal = filled.get(given.pk, given)
            for name, value in fields.items():
                if value and not getattr(deal, name):
                    setattr(deal, name, value)
                    filled[deal.pk] = deal
        for deal in filled.values():
            require_right_values(deal, _FILLED)
        Deal.objects.bulk_update(filled.values(), _FILLED)
    return len(filled)


def place_deals(
    places: Sequence[tuple[Deal, Stage]], *, by: User, loss_reason: LossReason | None = None
) -> int:
    """Moves the deals (read anew or made in this operation) to stages in use; how many stood elsewhere.

    The former table tells of what is past, so it is not asked for what a stage asks of a move today: control points
    may be empty, and a won deal may have no amount. A lost one that has no reason takes `loss_reason`: every report on
    losses counts by it. Nobody who waits for moves is told: these happened long ago.
    PermissionDenied, with nothing written, if one of the deals may not be changed.
    """
    _require_change({deal.pk for deal, _stage in places}, by)
    by_stage: dict[Stage, list[Deal]] = defaultdict(list)
    for deal, stage in places:
        if deal.stage_id != stage.pk:
            by_stage[stage].append(deal)
    with operation(by=by) as op:
        moves = Moves(op, [deal for deals in by_stage.values() for deal in deals])
        for stage, deals in by_stage.items():
            closed_at = None if stage.kind == Stage.Kind.OPEN else op.at
            put: dict[str, Any] = {"stage": stage, "state": stage.kind, "stage_since": op.at}
            if stage.kind != Stage.Kind.LOST:
                put |= {"loss_reason": None, "loss_note": "", "return_on": None}
            alike: dict[tuple[bool, bool], list[Deal]] = defaultdict(list)
            for deal in deals:
                alike[deal.state == stage.kind, deal.loss_reason_id is None].append(deal)
            for (was_so, lacks_reason), some in alike.items():
                # From one won stage to another nothing is won: it was closed when it was, as by `move_deal`.
                values = put if was_so else put | {"closed_at": closed_at}
                if stage.kind == Stage.Kind.LOST and lacks_reason:
                    values = values | {"loss_reason": loss_reason}
                _update(some, values)
            for deal in deals:
                former, deal.stage = deal.stage_id, stage
                moves.add(deal, former)
        moves.write_deals()
        return len(moves.write())


def _update(deals: Sequence[Deal], values: Mapping[str, Any]) -> None:
    """Grouped by stage the rows take the same values: a statement for 500 of them, not a branch for each."""
    ids = [deal.pk for deal in deals]
    for start in range(0, len(ids), _PORTION):
        Deal.objects.filter(pk__in=ids[start : start + _PORTION]).update(**values)


def _require_change(ids: set[int], by: User) -> None:
    if access.changeable(by, Deal, ids) != ids:
        raise PermissionDenied("deals of others")
