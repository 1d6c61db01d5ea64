"""Pages of deals and funnels: who gets them, what they say, what a wrong form keeps."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from pipeline.models import Deal, Funnel, Stage
from tests.factories import THURSDAY, by_system
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of, start_stage
from tests.pipeline.test_board import HTMX, signed_in

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\u00a0", " ")


def test_a_deal_s_page_says_stage_step_marks_and_path(cast: SimpleNamespace) -> None:
    deal = make_deal(manager=cast.anna, since=THURSDAY - dt.timedelta(days=60), amount=1240000, name="Станок")
    page = text(signed_in(cast.anna).get(deal.get_absolute_url()))
    for said in ("Станок", "1 240 000 ₽", "застряла 43 дня", "забыта", "Холодный", "Заключаем контракт"):
        assert said in page


@pytest.mark.parametrize("page", ["deal", "edit", "move", "delete", "assign"])
def test_not_yours_answers_as_not_there(cast: SimpleNamespace, page: str) -> None:
    deal = make_deal(manager=cast.foreign, name="Секрет")
    for user in (cast.anna, cast.head, cast.logistician):
        browser = signed_in(user)
        for method in (browser.get, browser.post):
            foreign = method(reverse(f"pipeline:{page}", args=[deal.pk]))
            missing = method(reverse(f"pipeline:{page}", args=[deal.pk + 1000]))
            assert (foreign.status_code, missing.status_code) in ((404, 404), (405, 405))
            assert "Секрет" not in text(foreign)
    assert Deal.objects.get().version == deal.version


def test_a_deal_is_added_for_a_client_found_by_name(cast: SimpleNamespace) -> None:
    client = make_plain_client("Ромашка", cast.anna, search="ромашка")
    make_plain_client("Ромашка чужая", cast.foreign, search="ромашка чужая")
    form = {
        "client": "ромашка",
        "amount": "12 500,50",
        "stage": start_stage("Интересуется").pk,
        "name": "Пресс",
    }
    response = signed_in(cast.anna).post(reverse("pipeline:new"), form)
    deal = Deal.objects.get()
    assert response.headers["Location"] == deal.get_absolute_url()
    assert (deal.client, deal.amount, deal.stage.name, deal.manager) == (
        client,
        Decimal("12500.50"),
        "Интересуется",
        cast.anna,
    )


def test_where_several_clients_match_they_are_offered_and_nothing_typed_is_lost(
    cast: SimpleNamespace,
) -> None:
    first = make_plain_client("Вектор Север", cast.anna, search="вектор север")
    make_plain_client("Вектор Юг", cast.anna, search="вектор юг")
    form = {"client": "вектор", "amount": "700", "stage": start_stage().pk, "name": "Пресс"}
    anna = signed_in(cast.anna)
    page = anna.post(reverse("pipeline:new"), form)
    assert page.status_code == 422 and "Вектор Юг" in text(page) and 'value="Пресс"' in text(page)
    anna.post(reverse("pipeline:new"), {**form, "client": ["вектор", str(first.pk)]})
    assert Deal.objects.get().client == first


def test_a_number_is_nobody_s_but_its_client_s(cast: SimpleNamespace) -> None:
    foreign = make_plain_client("Чужой", cast.foreign)
    own = make_plain_client("Свой", cast.anna, search=f"свой 7912345670{foreign.pk}")
    anna, address = signed_in(cast.anna), reverse("pipeline:new")
    form = {"amount": "700", "stage": start_stage().pk, "name": "Пресс"}
    told = text(anna.post(address, {**form, "client": f"№ {foreign.pk}"}))
    assert "Свой" not in told and not Deal.objects.exists()
    offered = text(anna.post(address, {**form, "client": str(foreign.pk)}))
    assert "Свой" in offered and not Deal.objects.exists()
    anna.post(address, {**form, "client": f"№ {own.pk}"})
    assert Deal.objects.get().client == own


def test_a_form_sent_twice_makes_one_deal(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    anna, address = signed_in(cast.anna), reverse("pipeline:new") + f"?client={client.pk}"
    form = {"stage": start_stage().pk, "once": "key-1"}
    first, second = anna.post(address, form), anna.post(address, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Deal.objects.count() == 1


def test_of_two_who_edit_one_deal_both_values_are_shown(cast: SimpleNamespace) -> None:
    deal = make_deal(manager=cast.anna, name="Насос")
    anna, head, address = signed_in(cast.anna), signed_in(cast.head), reverse("pipeline:edit", args=[deal.pk])
    anna.post(address, {"name": "Насос А", "version": 1})
    page = head.post(address, {"name": "Насос Б", "version": 1})
    assert page.status_code == 422 and "Насос А" in text(page) and "Насос Б" in text(page)
    assert Deal.objects.get().name == "Насос А"


def test_a_deleted_deal_can_be_brought_back_from_the_message(cast: SimpleNamespace) -> None:
    deal = make_deal(manager=cast.anna)
    anna = signed_in(cast.anna)
    page = anna.post(reverse("pipeline:delete", args=[deal.pk]), follow=True)
    assert not Deal.objects.exists() and "rollback" in text(page)


def test_the_list_shows_open_deals_and_the_total_of_what_is_filtered(cast: SimpleNamespace) -> None:
    make_deal(manager=cast.anna, amount=1000, name="Первая")
    make_deal(manager=cast.anna, amount=500, name="Вторая", next_step_on=dt.date(2026, 11, 3))
    make_deal(manager=cast.anna, amount=70, name="Проданная", stage=start_stage("Работа!"))
    anna, address = signed_in(cast.anna), reverse("pipeline:deals")
    page = text(anna.get(address))
    assert "Первая" in page and "1 500 ₽" in page and "Проданная" not in page
    assert "Проданная" in text(anna.get(address, {"state": "won"}))
    overdue = text(anna.get(address, {"step": "overdue"}))
    assert "Вторая" in overdue and "Первая" not in overdue
    assert "Вторая" not in text(anna.get(address, {"amount_from": "600"}))


def test_deals_that_stand_in_a_retired_funnel_are_found_by_its_stages(cast: SimpleNamespace) -> None:
    old = make_funnel("Старая")
    sold, unused = stage_of(old, "Продано"), stage_of(old, "Переговоры")
    make_deal(manager=cast.anna)
    make_deal(manager=cast.anna, stage=sold, name="Давняя")
    with by_system():
        old.retired_at = THURSDAY
        old.save()
    anna, address = signed_in(cast.anna), reverse("pipeline:deals")
    page = text(anna.get(address))
    assert "Продано (не используется)" in page and unused.name not in page
    assert "Давняя" in text(anna.get(address, {"stage": sold.pk}))


def test_the_list_asks_no_more_for_more_deals(
    cast: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    for _n in range(20):
        make_deal(manager=cast.anna)
    head = signed_in(cast.head)
    with django_assert_max_num_queries(12):
        head.get(reverse("pipeline:deals"))


def test_a_client_s_card_and_row_show_its_furthest_open_deal(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    make_deal(client, stage=start_stage("Работа!"), amount=5)
    assert "Работа!" in text(signed_in(cast.anna).get(reverse("leads:list")))
    make_deal(client, stage=start_stage("Интересуется"), amount=1000)
    make_deal(client, stage=start_stage("Обсуждаем условия"), amount=240)
    anna = signed_in(cast.anna)
    row = text(anna.get(reverse("leads:list")))
    assert "Обсуждаем условия</span>" in row and "1 240 ₽" in row
    card = text(anna.get(client.get_absolute_url()))
    assert "1 240 ₽" in card and "Сделка начата" in card
    listed = reverse("leads:list")
    for stage, found in (("Обсуждаем условия", True), ("Интересуется", False), ("Работа!", False)):
        assert (client.name in text(anna.get(listed, {"status": start_stage(stage).pk}))) is found


def test_another_manager_s_deals_stay_unseen_on_a_client_s_card(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    make_deal(client, manager=cast.foreign, name="Секрет", stage=start_stage("Обсуждаем условия"), amount=777)
    anna = signed_in(cast.anna)
    for page in (
        client.get_absolute_url(),
        reverse("leads:list"),
        reverse("leads:history", args=[client.pk]),
    ):
        assert "Секрет" not in text(anna.get(page)) and "777 ₽" not in text(anna.get(page))


# --- The administrator's screen ---


def test_the_admin_adds_a_stage_and_it_appears_on_the_board(cast: SimpleNamespace) -> None:
    funnel, admin = Funnel.objects.get(), signed_in(cast.admin)
    form = {
        "name": "Согласование",
        "kind": "open",
        "colour": 12,
        "probability": 75,
        "norm_days": 4,
        "once": "k",
    }
    for _twice in range(2):
        admin.post(reverse("pipeline:new_stage", args=[funnel.pk]), form)
    assert Stage.objects.filter(name="Согласование").count() == 1
    assert "Согласование" in text(signed_in(cast.anna).get(reverse("pipeline:board")))


def test_the_stage_s_form_says_what_it_touches_and_saves(cast: SimpleNamespace) -> None:
    stage, admin = start_stage("Сделали оценку"), signed_in(cast.admin)
    make_deal(manager=cast.anna, stage=stage, since=THURSDAY - dt.timedelta(days=4))
    form = {"name": stage.name, "kind": "open", "colour": 4, "probability": 35, "norm_days": 1, "version": 1}
    form["control_points"] = ["amount", "client.phone"]
    said = text(admin.post(reverse("pipeline:preview_stage", args=[stage.pk]), form, headers=HTMX))
    assert "Норма 3 → 1: застрявшей станет ещё 1 сделка" in said
    assert Stage.objects.get(pk=stage.pk).norm_days == 3
    admin.post(reverse("pipeline:stage", args=[stage.pk]), form)
    stage.refresh_from_db()
    assert (stage.norm_days, stage.control_points) == (1, ["amount", "client.phone"])


def test_a_stage_is_retired_from_the_screen_with_a_target(cast: SimpleNamespace) -> None:
    stage, target, admin = (
        start_stage("Сделали оценку"),
        start_stage("Обсуждаем задачу"),
        signed_in(cast.admin),
    )
    deal = make_deal(manager=cast.anna, stage=stage)
    address = reverse("pipeline:retire_stage", args=[stage.pk])
    assert admin.post(address).status_code == 422
    assert admin.post(address, {"target": target.pk}).status_code == 302
    assert Deal.objects.get(pk=deal.pk).stage == target


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("funnels", ""),
        ("funnel", "funnel"),
        ("new_funnel", ""),
        ("rename_funnel", "funnel"),
        ("new_stage", "funnel"),
        ("stage", "stage"),
        ("retire_stage", "stage"),
    ],
)
def test_the_funnel_pages_are_the_admin_s_alone(cast: SimpleNamespace, name: str, takes: str) -> None:
    stage = start_stage()
    args = {"": [], "funnel": [stage.funnel_id], "stage": [stage.pk]}[takes]
    assert signed_in(cast.admin).get(reverse(f"pipeline:{name}", args=args)).status_code == 200
    for user in (cast.anna, cast.head, cast.director, cast.logistician):
        assert signed_in(user).get(reverse(f"pipeline:{name}", args=args)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(db: None) -> None:
    assert Browser().get(reverse("pipeline:board")).status_code == 302
