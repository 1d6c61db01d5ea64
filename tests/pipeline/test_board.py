"""The board: who sees which deals in which column, counts and sums, moving on it, its cost."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from pipeline.board import CARDS
from pipeline.models import Deal, StageMove
from tests.factories import THURSDAY, by_system
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of, start_stage

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def columns(browser: Browser, **query: Any) -> dict[str, tuple[int, Decimal, list[int]]]:
    response = browser.get(reverse("pipeline:board"), query)
    assert response.status_code == 200
    return {
        column.stage.name: (column.count, column.total, [card.deal.pk for card in column.cards])
        for column in response.context["columns"]
    }


def signed_in(user: Any) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def test_each_sees_the_deals_that_are_theirs(cast: SimpleNamespace) -> None:
    own = make_deal(manager=cast.anna, amount=100)
    of_boris = make_deal(manager=cast.boris, amount=20)
    foreign = make_deal(manager=cast.foreign, amount=3)
    assert columns(signed_in(cast.anna))["Холодный"] == (1, Decimal(100), [own.pk])
    assert columns(signed_in(cast.head))["Холодный"] == (2, Decimal(120), [of_boris.pk, own.pk])
    assert columns(signed_in(cast.director))["Холодный"][0] == 3
    assert columns(signed_in(cast.head), manager=cast.foreign.pk)["Холодный"][0] == 2  # not among the choices
    assert foreign.pk not in columns(signed_in(cast.head))["Холодный"][2]
    assert signed_in(cast.logistician).get(reverse("pipeline:board")).status_code == 404


def test_the_board_is_narrowed_by_manager_source_period_and_mark(cast: SimpleNamespace) -> None:
    stuck = make_deal(
        manager=cast.anna, since=THURSDAY - dt.timedelta(days=60), expected_on=dt.date(2026, 11, 20)
    )
    fresh = make_deal(manager=cast.boris, expected_on=dt.date(2026, 12, 20))
    head = signed_in(cast.head)
    assert columns(head, manager=cast.anna.pk)["Холодный"][2] == [stuck.pk]
    assert columns(head, period="this-month")["Холодный"][2] == [stuck.pk]
    assert columns(head, mark="stuck")["Холодный"][2] == [stuck.pk]
    assert columns(head, mark="without")["Холодный"][2] == [fresh.pk, stuck.pk]


def test_closed_columns_show_this_month_unless_a_period_is_chosen(cast: SimpleNamespace) -> None:
    now = make_deal(manager=cast.anna, stage=start_stage("Работа!"), amount=70)
    make_deal(
        manager=cast.anna, stage=start_stage("Работа!"), since=THURSDAY - dt.timedelta(days=30), amount=9
    )
    anna = signed_in(cast.anna)
    assert columns(anna)["Работа!"] == (1, Decimal(70), [now.pk])
    assert columns(anna, period="previous-month")["Работа!"][:2] == (1, Decimal(9))


def test_a_lost_column_is_folded_to_its_count_until_it_is_asked_for(cast: SimpleNamespace) -> None:
    deal = make_deal(manager=cast.anna, stage=start_stage("Упущен"))
    anna = signed_in(cast.anna)
    assert columns(anna)["Упущен"] == (1, Decimal(0), [])
    assert columns(anna, unfold=deal.stage_id)["Упущен"][2] == [deal.pk]
    part = anna.get(reverse("pipeline:column", args=[deal.stage.funnel_id, deal.stage_id]))
    assert f'id="deal-{deal.pk}"' in part.content.decode()


def test_a_long_column_brings_its_further_cards_when_asked(cast: SimpleNamespace) -> None:
    client = make_plain_client(manager=cast.anna)
    deals = [make_deal(client, since=THURSDAY - dt.timedelta(hours=n)) for n in range(CARDS + 3)]
    anna = signed_in(cast.anna)
    count, _total, shown = columns(anna)["Холодный"]
    assert (count, shown) == (CARDS + 3, [deal.pk for deal in deals[:CARDS]])
    address = reverse("pipeline:column", args=[deals[0].stage.funnel_id, deals[0].stage_id])
    html = anna.get(address, {"offset": CARDS}, headers=HTMX).content.decode()
    assert [f'id="deal-{deal.pk}"' in html for deal in deals[CARDS:]] == [True] * 3
    assert "offset=" not in html


def test_a_move_answers_with_both_columns_as_they_stand_then(cast: SimpleNamespace) -> None:
    deal = make_deal(manager=cast.anna, amount=500)
    target = start_stage("Интересуется")
    response = signed_in(cast.anna).post(
        reverse("pipeline:move", args=[deal.pk]), {"stage": target.pk, "board": ""}, headers=HTMX
    )
    html = response.content.decode()
    assert response.status_code == 200 and response.headers["HX-Reswap"] == "none"
    assert f'id="column-{deal.stage_id}"' in html and f'id="column-{target.pk}"' in html
    assert html.count('hx-swap-oob="true"') == 4
    assert Deal.objects.get().stage == target


def test_a_board_that_was_behind_draws_the_column_anew_where_it_showed_the_card(
    cast: SimpleNamespace,
) -> None:
    deal = make_deal(manager=cast.anna, stage=start_stage("Интересуется"))
    shown = start_stage("Холодный")
    for seen_in, is_drawn in ((shown.pk, True), ("", False), ("x" * 20, False)):
        target = start_stage("Сделали оценку")
        data = {"stage": target.pk, "board": "", "seen_in": seen_in}
        response = signed_in(cast.anna).post(reverse("pipeline:move", args=[deal.pk]), data, headers=HTMX)
        assert (f'id="column-{shown.pk}"' in response.content.decode()) == is_drawn


def test_a_stage_that_asks_for_something_opens_its_form_and_loses_nothing(cast: SimpleNamespace) -> None:
    deal, lost = make_deal(manager=cast.anna), start_stage("Упущен")
    anna, address = signed_in(cast.anna), reverse("pipeline:move", args=[deal.pk])
    asked = anna.post(address, {"stage": lost.pk, "board": "mark=stuck"}, headers=HTMX)
    assert asked.status_code == 422 and asked.headers["HX-Retarget"] == "#dialog-body"
    assert 'name="loss_reason"' in asked.content.decode() and 'value="mark=stuck"' in asked.content.decode()
    again = anna.post(
        address, {"stage": lost.pk, "board": "", "asked": "1", "loss_note": "Ушли к соседям"}, headers=HTMX
    )
    assert again.status_code == 422 and "Ушли к соседям" in again.content.decode()
    assert StageMove.objects.count() == 1
    reason = again.context["form"].fields["loss_reason"].queryset[0]
    form = {"stage": lost.pk, "board": "", "asked": "1", "loss_reason": reason.pk, "return_on": "2026-12-01"}
    done = anna.post(address, form, headers=HTMX)
    deal.refresh_from_db()
    assert done.status_code == 200 and done.headers["HX-Trigger-After-Settle"] == "close-dialog"
    assert (deal.state, deal.loss_reason, deal.return_on) == ("lost", reason, dt.date(2026, 12, 1))


def test_without_scripts_a_move_leads_back_to_the_board(cast: SimpleNamespace) -> None:
    deal, target = make_deal(manager=cast.anna), start_stage("Интересуется")
    address = reverse("pipeline:move", args=[deal.pk])
    response = signed_in(cast.anna).post(address, {"stage": target.pk, "board": "mark=stuck"})
    assert response.headers["Location"] == f"/board/{target.funnel_id}/?mark=stuck"


def test_a_funnel_added_by_the_admin_has_a_board_of_its_own(cast: SimpleNamespace) -> None:
    funnel = make_funnel("Тендеры")
    deal = make_deal(manager=cast.anna, stage=stage_of(funnel, "Новый"))
    anna = signed_in(cast.anna)
    assert deal.pk in columns_of(anna, funnel.pk) and all(not row[2] for row in columns(anna).values())
    assert anna.get(reverse("pipeline:board", args=[99999])).status_code == 404


def columns_of(browser: Browser, funnel: int) -> list[int]:
    response = browser.get(reverse("pipeline:board", args=[funnel]))
    return [card.deal.pk for column in response.context["columns"] for card in column.cards]


def test_the_board_asks_no_more_for_more_deals(
    cast: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    head = signed_in(cast.head)
    for n in range(30):
        name = ("Холодный", "Интересуется", "Сделали оценку", "Работа!")[n % 4]
        make_deal(manager=(cast.anna, cast.boris)[n % 2], stage=start_stage(name))
    with by_system():
        pass
    with django_assert_max_num_queries(12):
        head.get(reverse("pipeline:board"))
