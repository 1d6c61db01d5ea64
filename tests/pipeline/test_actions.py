"""Verbs of deals: what each writes, what it refuses, and that a refusal leaves everything as it was."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core import periods
from core.history import rollback
from core.history.tracked import StaleRecord
from leads import actions as leads_actions
from leads.models import ContactPoint
from people import access
from people.models import Company
from pipeline import actions
from pipeline.actions import (
    MissingForStage,
    assign_deals,
    create_deal,
    delete_deal,
    move_deal,
    update_deal,
)
from pipeline.bulk import place_deals
from pipeline.models import Deal, LossReason, Stage, StageMove
from tests.factories import THURSDAY, by_system
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of, start_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(cast: SimpleNamespace) -> Deal:
    return make_deal(manager=cast.anna, since=THURSDAY - dt.timedelta(days=9))


def reason() -> LossReason:
    return LossReason.objects.get(name="Дорого")


def set_up(stage: Stage, **fields: object) -> Stage:
    with by_system():
        for name, value in fields.items():
            setattr(stage, name, value)
        stage.save()
    return stage


def unchanged(deal: Deal) -> bool:
    now = Deal.objects.get(pk=deal.pk)
    return (
        now.version == Deal.versions.of(deal).count() == 1
        and StageMove.objects.filter(deal=deal).count() == 1
    )


# --- Beginning ---


def test_a_new_deal_begins_in_the_first_stage_with_the_client_s_manager(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    deal = create_deal(client, by=cast.anna, name="Станок", amount=Decimal("1200"))
    move = deal.moves.get()
    assert (deal.stage.name, deal.state, deal.stage_since, deal.closed_at) == (
        "Холодный",
        "open",
        THURSDAY,
        None,
    )
    assert deal.manager == cast.anna
    assert (move.from_stage, move.to_stage, move.by, move.manager) == (None, deal.stage, cast.anna, cast.anna)
    assert (move.day, move.month, move.amount) == (
        dt.date(2026, 11, 5),
        dt.date(2026, 11, 1),
        Decimal("1200"),
    )


def test_the_day_of_a_move_is_the_company_s(cast: SimpleNamespace, clock: periods.Clock) -> None:
    clock.move_to(dt.datetime(2026, 11, 30, 22, 30, tzinfo=dt.UTC))  # 01:30 of 1 December in Moscow
    move = create_deal(make_plain_client(manager=cast.anna), by=cast.anna).moves.get()
    assert (move.day, move.month) == (dt.date(2026, 12, 1), dt.date(2026, 12, 1))


def test_a_new_client_has_a_deal_by_itself(cast: SimpleNamespace) -> None:
    client = leads_actions.create_client(by=cast.anna, manager=cast.anna, name="Ромашка")
    deal = Deal.objects.get(client=client)
    assert (deal.stage.name, deal.manager) == ("Холодный", cast.anna)
    assert deal.moves.get().by == cast.anna


def test_a_new_client_has_no_deal_where_the_company_does_not_wish_it(cast: SimpleNamespace) -> None:
    with by_system():
        Company.objects.filter(pk=1).update(deal_for_new_client=False)
    client = leads_actions.create_client(by=cast.anna, manager=cast.anna, name="Ромашка")
    assert not Deal.objects.filter(client=client).exists()


def test_nobody_makes_a_deal_of_another_s_client_or_for_another_manager(cast: SimpleNamespace) -> None:
    theirs, own = make_plain_client(manager=cast.boris), make_plain_client(manager=cast.anna)
    with pytest.raises(PermissionDenied):
        create_deal(theirs, by=cast.anna)
    with pytest.raises(PermissionDenied):
        create_deal(own, by=cast.anna, manager=cast.boris)
    assert not Deal.objects.exists()


def test_the_first_stage_asks_a_new_deal_for_nothing_and_others_ask(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    set_up(start_stage(), control_points=["name"])
    second = set_up(start_stage("Интересуется"), control_points=["name", "client.inn"])
    create_deal(client, by=cast.anna)
    with pytest.raises(MissingForStage) as error:
        create_deal(client, by=cast.anna, stage=second)
    assert error.value.fields == ["name", "client.inn"]


# --- Moving ---


def test_a_move_is_kept_with_who_and_when(cast: SimpleNamespace, deal: Deal) -> None:
    move = move_deal(deal, start_stage("Обсуждаем задачу"), by=cast.head)
    assert move is not None
    deal.refresh_from_db()
    assert (deal.stage.name, deal.stage_since) == ("Обсуждаем задачу", THURSDAY)
    assert (move.from_stage.name, move.by, move.manager, move.at) == (
        "Холодный",
        cast.head,
        cast.anna,
        THURSDAY,
    )
    assert move.operation.by == cast.head


def test_deals_move_freely_forward_back_and_to_another_funnel(cast: SimpleNamespace, deal: Deal) -> None:
    for stage in (
        start_stage("Заключаем контракт"),
        start_stage("Интересуется"),
        stage_of(make_funnel(), "Переговоры"),
    ):
        move_deal(deal, stage, by=cast.anna)
        assert Deal.objects.get(pk=deal.pk).stage == stage
    assert StageMove.objects.filter(deal=deal).count() == 4


def test_a_move_to_the_same_stage_is_none(cast: SimpleNamespace, deal: Deal) -> None:
    assert move_deal(deal, deal.stage, by=cast.anna) is None
    assert unchanged(deal)


def test_a_deal_cannot_enter_a_stage_without_its_control_points(cast: SimpleNamespace, deal: Deal) -> None:
    stage = set_up(
        start_stage("Сделали оценку"), control_points=["amount", "product_group", "client.phone", "unknown"]
    )
    with pytest.raises(MissingForStage) as error:
        move_deal(deal, stage, by=cast.anna)
    assert error.value.fields == ["amount", "product_group", "client.phone"]
    assert unchanged(deal)


def test_what_a_stage_asks_for_can_be_given_with_the_move(cast: SimpleNamespace, deal: Deal) -> None:
    stage = set_up(
        start_stage("Сделали оценку"),
        control_points=["name", "client.city", "client.phone", "client.contact"],
    )
    fields = {
        "name": "Насос",
        "client.city": "Тула",
        "client.phone": "8 912 345-67-89",
        "client.contact": "Ольга",
    }
    assert move_deal(deal, stage, by=cast.anna, fields=fields)
    deal.refresh_from_db()
    assert (deal.name, deal.client.city, deal.client.contacts.get().name) == ("Насос", "Тула", "Ольга")
    assert ContactPoint.objects.get(client=deal.client).value == "79123456789"


def test_a_refused_move_leaves_the_client_as_it_was_too(cast: SimpleNamespace, deal: Deal) -> None:
    stage = set_up(start_stage("Сделали оценку"), control_points=["client.city", "amount"])
    with pytest.raises(MissingForStage):
        move_deal(deal, stage, by=cast.anna, fields={"client.city": "Тула"})
    assert Deal.objects.get(pk=deal.pk).client.city == ""
    assert unchanged(deal)


@pytest.mark.parametrize("amount", [None, Decimal(0)])
def test_a_won_deal_needs_an_amount(cast: SimpleNamespace, deal: Deal, amount: Decimal | None) -> None:
    with pytest.raises(MissingForStage) as error:
        move_deal(deal, start_stage("Работа!"), by=cast.anna, amount=amount)
    assert error.value.fields == ["amount"]
    assert unchanged(deal)
    deal.refresh_from_db()
    move = move_deal(deal, start_stage("Работа!"), by=cast.anna, amount=Decimal("50000"))
    deal.refresh_from_db()
    assert (deal.state, deal.closed_at, deal.amount) == ("won", THURSDAY, Decimal("50000.00"))
    assert move and move.amount == Decimal("50000")


def test_a_lost_deal_needs_a_reason(cast: SimpleNamespace, deal: Deal) -> None:
    with pytest.raises(MissingForStage) as error:
        move_deal(deal, start_stage("Упущен"), by=cast.anna)
    assert error.value.fields == ["loss_reason"]
    assert unchanged(deal)
    deal.refresh_from_db()
    later = dt.date(2027, 2, 1)
    move_deal(
        deal, start_stage("Упущен"), by=cast.anna, loss_reason=reason(), loss_note="На 20 %", return_on=later
    )
    deal.refresh_from_db()
    assert (deal.state, deal.loss_reason, deal.loss_note, deal.return_on) == (
        "lost",
        reason(),
        "На 20 %",
        later,
    )
    assert deal.closed_at == THURSDAY


def test_a_reopened_deal_is_open_in_every_respect(cast: SimpleNamespace, clock: periods.Clock) -> None:
    deal = make_deal(manager=cast.anna, stage=start_stage("Упущен"), return_on=dt.date(2027, 1, 1))
    clock.advance(hours=1)
    move_deal(deal, start_stage("Интересуется"), by=cast.anna)
    deal.refresh_from_db()
    assert (deal.state, deal.closed_at, deal.loss_reason, deal.return_on) == ("open", None, None, None)
    assert deal.stage_since == periods.now()


def test_a_wrong_amount_is_named_and_nothing_is_written(cast: SimpleNamespace, deal: Deal) -> None:
    with pytest.raises(ValidationError) as error:
        move_deal(deal, start_stage("Работа!"), by=cast.anna, amount=Decimal(-5))
    assert "amount" in error.value.message_dict
    assert unchanged(deal)


def test_a_retired_stage_takes_no_deals(cast: SimpleNamespace, deal: Deal) -> None:
    stage = set_up(start_stage("Сделали оценку"), retired_at=THURSDAY)
    with pytest.raises(ValidationError):
        move_deal(deal, stage, by=cast.anna)
    assert unchanged(deal)


def test_not_yours_is_not_moved(cast: SimpleNamespace, deal: Deal) -> None:
    for stranger in (cast.boris, cast.foreign, cast.logistician):
        with pytest.raises(PermissionDenied):
            move_deal(deal, start_stage("Интересуется"), by=stranger)
    assert unchanged(deal)


def test_of_two_who_move_one_deal_the_second_is_told(cast: SimpleNamespace, deal: Deal) -> None:
    seen_by_head = Deal.objects.select_related("stage").get(pk=deal.pk)
    move_deal(deal, start_stage("Интересуется"), by=cast.anna)
    with pytest.raises(StaleRecord):
        move_deal(seen_by_head, start_stage("Запросили оценку"), by=cast.head)
    assert StageMove.objects.filter(deal=deal).count() == 2


def test_upper_rooms_are_told_of_every_move(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, str]] = []
    monkeypatch.setattr(
        actions, "on_move", [lambda deal, move, op: heard.append((deal.pk, move.to_stage.name))]
    )
    deal = create_deal(make_plain_client(manager=cast.anna), by=cast.anna)
    move_deal(deal, start_stage("Интересуется"), by=cast.anna)
    assert heard == [(deal.pk, "Холодный"), (deal.pk, "Интересуется")]


# --- Changing, handing over, deleting ---


def test_a_deal_is_changed_by_one_verb(cast: SimpleNamespace, deal: Deal) -> None:
    update_deal(deal, by=cast.anna, name="Пресс", amount=Decimal("10.50"))
    assert Deal.objects.get(pk=deal.pk).amount == Decimal("10.50")
    with pytest.raises(TypeError):
        update_deal(deal, by=cast.anna, stage=start_stage("Работа!"))


def test_what_holds_a_closed_deal_in_its_stage_cannot_be_emptied(cast: SimpleNamespace) -> None:
    won = make_deal(manager=cast.anna, stage=start_stage("Работа!"))
    lost = make_deal(manager=cast.anna, stage=start_stage("Упущен"))
    for deal, change in ((won, {"amount": None}), (lost, {"loss_reason": None})):
        with pytest.raises(ValidationError):
            update_deal(deal, by=cast.anna, **change)
        assert unchanged(deal)


def test_a_head_hands_deals_over_within_the_team(cast: SimpleNamespace, deal: Deal) -> None:
    assert assign_deals([deal], manager=cast.boris, by=cast.head) == 1
    assert Deal.objects.get(pk=deal.pk).manager == cast.boris
    with pytest.raises(PermissionDenied):
        assign_deals([deal], manager=cast.foreign, by=cast.head)
    with pytest.raises(PermissionDenied):
        assign_deals([deal], manager=cast.boris, by=cast.anna)


def test_open_deals_go_along_with_their_client(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    own, of_boris = make_deal(client), make_deal(client, manager=cast.boris)
    won = make_deal(client, stage=start_stage("Работа!"))
    leads_actions.assign_clients([client.pk], cast.foreign, by=cast.director)
    managers = dict(Deal.objects.values_list("pk", "manager"))
    assert managers == {own.pk: cast.foreign.pk, of_boris.pk: cast.boris.pk, won.pk: cast.anna.pk}


def test_a_deleted_deal_is_nowhere_and_comes_back_by_rollback(cast: SimpleNamespace, deal: Deal) -> None:
    op = delete_deal(deal, by=cast.anna)
    assert not Deal.objects.exists() and not StageMove.objects.visible_to(cast.director).exists()
    rollback.apply(op, by=cast.anna, allowed=lambda model, ids: access.changeable(cast.anna, model, ids))
    assert Deal.objects.get() == deal


def test_deals_are_deleted_with_their_client_and_come_back_with_it(cast: SimpleNamespace, deal: Deal) -> None:
    op = leads_actions.delete_client(deal.client, by=cast.anna)
    assert not Deal.objects.exists()
    rollback.apply(op, by=cast.anna, allowed=lambda model, ids: access.changeable(cast.anna, model, ids))
    assert Deal.objects.get() == deal


def test_a_move_rolled_back_is_a_move_back(cast: SimpleNamespace, deal: Deal, clock: periods.Clock) -> None:
    entered = deal.stage_since
    move = move_deal(deal, start_stage("Упущен"), by=cast.anna, loss_reason=reason())
    assert move is not None
    clock.advance(hours=2)
    rollback.apply(
        move.operation, by=cast.anna, allowed=lambda model, ids: access.changeable(cast.anna, model, ids)
    )
    deal.refresh_from_db()
    back = StageMove.objects.order_by("pk").last()
    assert (deal.stage.name, deal.state, deal.closed_at, deal.loss_reason) == ("Холодный", "open", None, None)
    assert deal.stage_since == entered
    assert back and (back.from_stage.name, back.to_stage.name, back.at) == (
        "Упущен",
        "Холодный",
        periods.now(),
    )


def test_an_import_that_moves_a_won_deal_to_another_won_stage_wins_nothing(
    cast: SimpleNamespace, deal: Deal
) -> None:
    won = start_stage("Работа!")
    with by_system():
        other = Stage.objects.create(funnel=won.funnel, name="Оплачено", kind="won", position=90, colour=1)
    actions.move_deal(deal, won, by=cast.anna, amount=Decimal(5))
    with periods.clock(THURSDAY + dt.timedelta(hours=1)):
        place_deals([(deal, other)], by=cast.anna)
        deal.refresh_from_db()
        assert (deal.stage, deal.closed_at) == (other, THURSDAY)
        place_deals([(deal, start_stage("Упущен"))], by=cast.anna)
    deal.refresh_from_db()
    assert (deal.stage.name, deal.closed_at) == ("Упущен", THURSDAY + dt.timedelta(hours=1))
