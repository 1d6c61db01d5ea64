"""What is derived of moves says what the moves say, whatever happened to the deals."""

import random
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from core import periods
from core.history import rollback
from core.history.operations import Operation
from people import calendar
from pipeline import actions
from pipeline.bulk import place_deals
from pipeline.funnels.actions import bring_back_stage, retire_stage
from pipeline.models import Deal, LossReason, Stage, StageMove
from pipeline.rebuilding import rebuild
from tests.factories import by_system
from tests.pipeline.factories import make_funnel, make_plain_client, stage_of

pytestmark = pytest.mark.django_db

Move = tuple[int, Any, Any]
STAGES = ("Новый", "Переговоры", "Договор", "Продано", "Отказ")


def kept() -> tuple[dict[int, Move], dict[int, tuple[str, int | None]]]:
    """What stands in the tables: {move: (deal, days of the stay it ended, when it was left)}, {deal: what derives}."""
    moves = {
        pk: tuple(rest) for pk, *rest in StageMove.objects.values_list("pk", "deal", "stood_days", "left_at")
    }
    deals = {
        pk: (passed, stage) for pk, passed, stage in Deal.all_objects.values_list("pk", "passed", "lost_from")
    }
    return moves, deals  # type: ignore[return-value]


def told() -> tuple[dict[int, Move], dict[int, tuple[str, int | None]]]:
    """The same, of the moves one by one."""
    paths: dict[int, list[StageMove]] = defaultdict(list)
    for move in StageMove.objects.select_related("from_stage", "to_stage").order_by("at", "pk"):
        paths[move.deal_id].append(move)
    moves: dict[int, Move] = {}
    deals: dict[int, tuple[str, int | None]] = {}
    for deal in Deal.all_objects.select_related("stage"):
        path = paths[deal.pk]
        for before, move, after in zip([None, *path], path, [*path[1:], None], strict=False):
            days = calendar.working_days_between(before.day, move.day) if before else None
            moves[move.pk] = deal.pk, days, after.at if after else None
        passed = {
            move.to_stage_id
            for move in path
            if move.to_stage.funnel_id == deal.stage.funnel_id and move.to_stage.kind != "lost"
        }
        losses = [
            move.from_stage_id
            for move in path
            if move.to_stage.kind == "lost" and (move.from_stage is None or move.from_stage.kind != "lost")
        ]
        lost_from = losses[-1] if deal.state == "lost" else None
        deals[deal.pk] = " ".join(map(str, sorted(passed))), lost_from
    return moves, deals


@pytest.mark.parametrize("seed", range(6))
def test_what_is_derived_of_moves_says_what_they_say(
    seed: int, cast: SimpleNamespace, clock: periods.Clock
) -> None:
    rng = random.Random(seed)
    funnels = [make_funnel("Новые клиенты"), make_funnel("Дилеры")]
    with by_system():
        for funnel in funnels:
            Stage.objects.create(funnel=funnel, name="Отложено", kind="lost", position=90, colour=1)
    stages = [stage_of(funnel, name) for funnel in funnels for name in (*STAGES, "Отложено")]
    reason = LossReason.objects.first()
    clients = [make_plain_client(f"Клиент {number}", cast.anna) for number in range(5)]
    fields: dict[str, Any] = {"amount": 100}

    def deal() -> Deal:
        found: Deal = rng.choice(Deal.objects.select_related("stage__funnel"))
        return found

    def create() -> None:
        stage = rng.choice(stages)
        loss = {"loss_reason": reason} if stage.kind == "lost" else {}
        actions.create_deal(rng.choice(clients), by=cast.anna, stage=stage, **fields, **loss)

    def move() -> None:
        actions.move_deal(deal(), rng.choice(stages), by=cast.anna, amount=100, loss_reason=reason)  # type: ignore[arg-type]

    def place() -> None:
        some = rng.sample(list(Deal.objects.select_related("stage")), 3)
        place_deals([(one, rng.choice(stages)) for one in some], by=cast.anna, loss_reason=reason)

    def retire() -> None:
        funnel = rng.choice(funnels)
        stage, other = (stage_of(funnel, name) for name in rng.sample(STAGES[:3], 2))
        retire_stage(stage, other, by=cast.admin)
        bring_back_stage(stage, by=cast.admin)

    def take_back() -> None:
        last = StageMove.objects.order_by("-at", "-pk")[:1].get().operation
        if last.kind == Operation.Kind.FORM:
            rollback.apply(last, by=cast.admin, allowed=lambda _model, ids: set(ids))

    for _ in range(4):
        create()
    for step in rng.choices([create, move, place, retire, take_back], [2, 8, 2, 1, 4], k=40):
        clock.advance(hours=rng.randrange(1, 60))
        step()
        assert kept() == told(), step
    assert rebuild() == (0, 0)


def test_a_rebuilding_makes_anew_what_was_spoilt(
    cast: SimpleNamespace, capsys: Any, clock: periods.Clock
) -> None:
    funnel = make_funnel()
    for name in STAGES[1:]:
        deal = actions.create_deal(
            make_plain_client(manager=cast.anna), by=cast.anna, stage=stage_of(funnel, "Новый")
        )
        clock.advance(hours=50)
        reason = LossReason.objects.first()
        actions.move_deal(deal, stage_of(funnel, name), by=cast.anna, amount=100, loss_reason=reason)  # type: ignore[arg-type]
    QuerySet(Deal).update(passed="7", lost_from=None)
    StageMove.objects.update(stood_days=None, left_at=None)
    call_command("rebuild_moves")
    # Of four deals the first move was left and the second ended a stay; one was lost.
    assert "8 move(s) and 4 deal(s)" in capsys.readouterr().out
    assert kept() == told()
    call_command("rebuild_moves")
    assert "0 move(s) and 0 deal(s)" in capsys.readouterr().out
