"""Funnels and stages are set up at run time, and history keeps its meaning."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core import periods
from core.history.tracked import StaleRecord
from pipeline.actions import move_deal
from pipeline.funnels.actions import (
    add_funnel,
    add_stage,
    bring_back_stage,
    move_stage,
    rename_funnel,
    reorder_stages,
    retire_funnel,
    retire_stage,
    update_stage,
)
from pipeline.funnels.touches import touches
from pipeline.models import Deal, Funnel, Stage, StageMove
from pipeline.stays import stays_of
from tests.factories import THURSDAY
from tests.pipeline.factories import make_deal, make_funnel, stage_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def funnel(db: None) -> Funnel:
    return make_funnel()


def names(funnel: Funnel) -> list[str]:
    rows = Stage.objects.in_use().filter(funnel=funnel).order_by("position")
    return list(rows.values_list("name", flat=True))


def test_a_company_starts_with_the_funnel_of_nine_stages(db: None) -> None:
    funnel = Funnel.objects.get()
    stages = Stage.objects.filter(funnel=funnel).order_by("position")
    assert names(funnel)[0] == "Холодный" and names(funnel)[-2:] == ["Работа!", "Упущен"]
    assert [stage.kind for stage in stages] == ["open"] * 7 + ["won", "lost"]
    assert len({stage.colour for stage in stages}) == 9


def test_a_new_open_stage_stands_after_the_last_open_one(cast: SimpleNamespace, funnel: Funnel) -> None:
    add_stage(funnel, by=cast.admin, name="Согласование", colour=7, probability=70)
    add_stage(funnel, by=cast.admin, name="Отложено", kind="lost", colour=8)
    assert names(funnel) == ["Новый", "Переговоры", "Договор", "Согласование", "Продано", "Отказ", "Отложено"]


def test_stages_are_put_in_order(cast: SimpleNamespace, funnel: Funnel) -> None:
    move_stage(stage_of(funnel, "Договор"), up=True, by=cast.admin)
    assert names(funnel)[:3] == ["Новый", "Договор", "Переговоры"]
    move_stage(stage_of(funnel, "Новый"), up=True, by=cast.admin)
    assert names(funnel)[0] == "Новый"
    ids = list(Stage.objects.filter(funnel=funnel).order_by("-position").values_list("pk", flat=True))
    reorder_stages(funnel, ids, by=cast.admin)
    assert names(funnel) == ["Отказ", "Продано", "Переговоры", "Договор", "Новый"]
    with pytest.raises(ValidationError):
        reorder_stages(funnel, ids[1:], by=cast.admin)


def test_a_renamed_stage_keeps_its_old_name_in_the_past(
    cast: SimpleNamespace, funnel: Funnel, clock: periods.Clock
) -> None:
    deal = make_deal(manager=cast.anna, stage=stage_of(funnel, "Новый"))
    clock.advance(days=1)
    update_stage(stage_of(funnel, "Переговоры"), by=cast.admin, name="Беседа")
    move_deal(deal, stage_of(funnel, "Беседа"), by=cast.anna)
    clock.advance(days=1)
    update_stage(stage_of(funnel, "Новый"), by=cast.admin, name="Знакомство")
    stays = stays_of(Deal.objects.get(), periods.now())
    assert [stay.move.to_stage.name for stay in stays] == ["Беседа", "Новый"]
    assert stays[0].move.from_stage.name == "Новый"


def test_a_retired_stage_hands_its_deals_to_another_one_and_each_move_is_kept(
    cast: SimpleNamespace, funnel: Funnel
) -> None:
    stage, target = stage_of(funnel, "Переговоры"), stage_of(funnel, "Договор")
    deals = [
        make_deal(manager=cast.anna, stage=stage, since=THURSDAY - dt.timedelta(days=3)) for _n in range(3)
    ]
    assert retire_stage(stage, target, by=cast.admin) == 3
    assert set(Deal.objects.values_list("stage", "stage_since")) == {(target.pk, THURSDAY)}
    moves = StageMove.objects.filter(to_stage=target)
    assert [(move.from_stage, move.by, move.manager) for move in moves] == [
        (stage, cast.admin, cast.anna)
    ] * 3
    assert {move.deal for move in moves} == set(deals)
    assert names(funnel) == ["Новый", "Договор", "Продано", "Отказ"]
    assert Deal.versions.filter(operation=moves[0].operation).count() == 3


def test_retiring_writes_no_more_statements_for_more_deals(
    cast: SimpleNamespace, funnel: Funnel, django_assert_max_num_queries: object
) -> None:
    for _n in range(25):
        make_deal(manager=cast.anna, stage=stage_of(funnel, "Переговоры"))
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        retire_stage(stage_of(funnel, "Переговоры"), stage_of(funnel, "Договор"), by=cast.admin)


@pytest.mark.parametrize("target", [None, "Продано", "Переговоры"])
def test_deals_of_a_retired_stage_need_a_target_of_the_same_type(
    cast: SimpleNamespace, funnel: Funnel, target: str | None
) -> None:
    deal = make_deal(manager=cast.anna, stage=stage_of(funnel, "Переговоры"))
    with pytest.raises(ValidationError):
        retire_stage(
            stage_of(funnel, "Переговоры"), stage_of(funnel, target) if target else None, by=cast.admin
        )
    assert Deal.objects.get(pk=deal.pk).stage.name == "Переговоры" and "Переговоры" in names(funnel)


@pytest.mark.parametrize("name", ["Продано", "Отказ"])
def test_one_stage_of_each_type_remains(cast: SimpleNamespace, funnel: Funnel, name: str) -> None:
    with pytest.raises(ValidationError):
        retire_stage(stage_of(funnel, name), None, by=cast.admin)
    with pytest.raises(ValidationError):
        update_stage(stage_of(funnel, name), by=cast.admin, kind="open")
    assert name in names(funnel)


def test_a_stage_that_deals_went_through_keeps_its_type(cast: SimpleNamespace, funnel: Funnel) -> None:
    deal = make_deal(manager=cast.anna, stage=stage_of(funnel, "Переговоры"))
    move_deal(deal, stage_of(funnel, "Договор"), by=cast.anna)
    with pytest.raises(ValidationError):
        update_stage(stage_of(funnel, "Переговоры"), by=cast.admin, kind="lost")
    assert update_stage(stage_of(funnel, "Новый"), by=cast.admin, kind="lost").kind == "lost"


def test_a_stage_brought_back_takes_deals_again(cast: SimpleNamespace, funnel: Funnel) -> None:
    retire_stage(stage_of(funnel, "Переговоры"), None, by=cast.admin)
    bring_back_stage(stage_of(funnel, "Переговоры"), by=cast.admin)
    assert "Переговоры" in names(funnel)


def test_wrong_values_of_a_stage_are_named(cast: SimpleNamespace, funnel: Funnel) -> None:
    stage = stage_of(funnel, "Новый")
    for field, value in (
        ("name", "Договор"),
        ("name", ""),
        ("colour", 17),
        ("probability", 101),
        ("norm_days", 0),
    ):
        with pytest.raises(ValidationError) as error:
            update_stage(stage_of(funnel, "Новый"), by=cast.admin, **{field: value})
        assert field in error.value.message_dict
    with pytest.raises(ValidationError):
        update_stage(stage, by=cast.admin, control_points=["password"])


def test_of_two_admins_at_one_stage_the_second_is_told(cast: SimpleNamespace, funnel: Funnel) -> None:
    first, second = stage_of(funnel, "Новый"), stage_of(funnel, "Новый")
    update_stage(first, by=cast.admin, probability=15)
    with pytest.raises(StaleRecord):
        update_stage(second, by=cast.admin, probability=25)


def test_a_funnel_is_copied_renamed_and_retired(cast: SimpleNamespace, funnel: Funnel) -> None:
    copy = add_funnel("Опт", by=cast.admin, like=funnel)
    assert names(copy) == names(funnel)
    small = add_funnel("Розница", by=cast.admin)
    assert [stage.kind for stage in Stage.objects.filter(funnel=small)] == ["open", "won", "lost"]
    rename_funnel(copy, "Опт и тендеры", by=cast.admin)
    with pytest.raises(ValidationError):
        add_funnel("Розница", by=cast.admin)
    make_deal(manager=cast.anna, stage=stage_of(copy, "Новый"))
    with pytest.raises(ValidationError):
        retire_funnel(copy, by=cast.admin)
    retire_funnel(small, by=cast.admin)
    assert list(Funnel.objects.in_use().values_list("name", flat=True)) == [
        "Основная",
        "Сервис",
        "Опт и тендеры",
    ]


def test_only_the_admin_sets_up_funnels(cast: SimpleNamespace, funnel: Funnel) -> None:
    before = names(funnel)
    for person in (cast.anna, cast.head, cast.director, cast.logistician):
        for change in (
            lambda by: add_funnel("Опт", by=by),
            lambda by: add_stage(funnel, by=by, name="Ещё"),
            lambda by: update_stage(stage_of(funnel, "Новый"), by=by, name="Иной"),
            lambda by: retire_stage(stage_of(funnel, "Новый"), None, by=by),
            lambda by: move_stage(stage_of(funnel, "Новый"), up=False, by=by),
        ):
            with pytest.raises(PermissionDenied):
                change(person)
    assert names(funnel) == before


def test_what_a_change_will_touch_is_said_before_it_is_saved(cast: SimpleNamespace, funnel: Funnel) -> None:
    stage = stage_of(funnel, "Переговоры")  # the norm is 5 working days
    for days in (1, 6, 7, 30):
        make_deal(manager=cast.anna, stage=stage, since=THURSDAY - dt.timedelta(days=days), amount=1000)
    said = touches(stage, {"norm_days": 3, "name": "Беседа", "probability": 50, "colour": 5})
    assert said[0] == "В этапе стоят 4 сделки."
    assert "Норма 5 → 3: застрявшей станет ещё 1 сделка." in said
    assert any("«Беседа»" in sentence and "«Переговоры»" in sentence for sentence in said)
    assert any("1\u00a0600\u00a0₽ → 2\u00a0000\u00a0₽" in sentence for sentence in said)
    assert touches(stage, {}) == []
