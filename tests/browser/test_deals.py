"""Deals in a real browser: moved on the board by keys, form and mouse; asked for what a stage needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from core import periods
from pipeline.models import Deal, Stage
from tests.browser.conftest import PHONE
from tests.browser.hands import dialog, fits, is_ready
from tests.cast import Cast
from tests.pipeline.factories import start_stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def column(page: Page, name: str) -> Locator:
    return page.locator(f"#column-{start_stage(name).pk}")


def card(where: Page | Locator, deal: Deal) -> Locator:
    return where.locator(f"#deal-{deal.pk}")


def stage_of(deal: Deal) -> Stage:
    deal.refresh_from_db()
    return deal.stage


def test_a_deal_is_moved_by_keys_and_keeps_the_focus(cast: Cast, open_page: Callable[..., Page]) -> None:
    deal = cast.anna.deal
    page = open_page(as_user=cast.anna.user)
    page.goto("/board/")
    card(page, deal).focus()
    page.keyboard.press("ArrowRight")
    moved = card(column(page, "Интересуется"), deal)
    expect(moved).to_be_focused()
    expect(column(page, "Холодный")).to_contain_text("Сделок нет")
    page.keyboard.press("ArrowRight")
    expect(card(column(page, "Запросили оценку"), deal)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(card(column(page, "Интересуется"), deal)).to_be_focused()
    assert stage_of(deal).name == "Интересуется"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Путь по этапам")).to_be_visible()


def test_a_deal_is_dragged_to_another_stage(cast: Cast, open_page: Callable[..., Page]) -> None:
    deal = cast.anna.deal
    page = open_page(as_user=cast.anna.user)
    page.goto("/board/")
    is_ready(page)
    page.wait_for_function("() => document.querySelector('[data-cards][data-drags]') !== null")
    card(page, deal).drag_to(column(page, "Запросили оценку").locator("[data-cards]"), steps=8)
    expect(card(column(page, "Запросили оценку"), deal)).to_be_visible()
    assert stage_of(deal).name == "Запросили оценку"


def test_a_won_deal_is_asked_for_its_amount_and_keeps_what_was_typed(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    deal = cast.anna.deal
    page = open_page(as_user=cast.anna.user)
    page.goto("/board/")
    card(page, deal).get_by_role("link", name="Перенести сделку").click()
    dialog(page).get_by_role("button", name="Работа!").click()
    amount = dialog(page).get_by_label("Сумма")
    expect(amount).to_be_focused()
    amount.fill("много")
    dialog(page).get_by_role("button", name="Закрыть как выигранную").click()
    expect(amount).to_have_value("много")
    expect(amount).to_have_attribute("aria-invalid", "true")
    assert stage_of(deal).name == "Холодный"
    amount.fill("1 240 000,50")
    dialog(page).get_by_role("button", name="Закрыть как выигранную").click()
    expect(dialog(page)).to_have_count(0)
    expect(column(page, "Работа!").locator("header")).to_contain_text("1 240 000,50 ₽")
    assert stage_of(deal).name == "Работа!"
    assert deal.amount == Decimal("1240000.50")


def test_a_lost_deal_is_asked_for_its_reason_and_comes_back_as_a_task(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    deal = cast.anna.deal
    page = open_page(as_user=cast.anna.user)
    page.goto(deal.get_absolute_url())
    page.get_by_role("button", name="Упущен").click()
    dialog(page).get_by_label("Подробнее").fill("Взяли у соседей")
    dialog(page).get_by_role("button", name="Закрыть как упущенную").click()
    expect(dialog(page).get_by_text("Укажите причину")).to_be_visible()
    expect(dialog(page).get_by_label("Подробнее")).to_have_value("Взяли у соседей")
    assert stage_of(deal).name == "Холодный"
    dialog(page).locator("label.chip", has_text="Дорого").click()
    dialog(page).get_by_label("Вернуться").fill("2026-12-01")
    dialog(page).get_by_role("button", name="Закрыть как упущенную").click()
    expect(page.get_by_text("Взяли у соседей")).to_be_visible()
    assert stage_of(deal).name == "Упущен"
    page.goto("/tasks/?when=later")
    expect(page.locator("#results")).to_contain_text("1 дек")


def test_a_stage_may_ask_for_more_in_the_quick_log_and_nothing_is_lost(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    from pipeline.funnels.actions import update_stage

    stage = start_stage("Интересуется")
    update_stage(stage, by=cast.admin.user, control_points=["amount"])
    page = open_page(as_user=cast.anna.user)
    page.goto(f"/log/?client={cast.anna.client.pk}")
    page.get_by_label("О чём говорили").fill("Хотят сорок тонн")
    page.locator("label.chip", has_text="Интересуется").click()
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_label("Сумма").fill("90 000")
    expect(page.get_by_label("О чём говорили")).to_have_value("Хотят сорок тонн")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".toast-note").last).to_contain_text("Записано")
    assert stage_of(cast.anna.deal).name == "Интересуется"
    assert cast.anna.deal.amount == Decimal(90_000)


def test_somebody_elses_move_in_between_is_seen_on_the_board(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    from pipeline.actions import move_deal

    deal = cast.anna.deal
    page = open_page(as_user=cast.anna.user)
    page.goto("/board/")
    card(page, deal).focus()
    move_deal(Deal.objects.get(pk=deal.pk), start_stage("Сделали оценку"), by=cast.head.user)
    page.keyboard.press("ArrowRight")
    expect(card(column(page, "Интересуется"), deal)).to_be_visible()
    expect(card(page, deal)).to_have_count(1)


def test_a_new_deal_finds_its_client_and_keeps_what_was_typed(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/board/")
    page.get_by_role("link", name="Новая сделка").click()
    dialog(page).get_by_label("Клиент").fill("qalv")
    dialog(page).get_by_label("Что продаём").fill("Вторая линия")
    dialog(page).get_by_label("Сумма").fill("миллион")
    dialog(page).locator("form.paper button.btn-go").click()
    expect(dialog(page).get_by_label("Сумма")).to_be_focused()
    expect(dialog(page).get_by_label("Сумма")).to_have_accessible_description(re.compile("не денежная сумма"))
    expect(dialog(page).get_by_label("Что продаём")).to_have_value("Вторая линия")
    dialog(page).get_by_label("Сумма").fill("1 000 000")
    dialog(page).locator("form.paper button.btn-go").click()
    expect(page.get_by_role("heading", name="Вторая линия")).to_be_visible()
    assert Deal.objects.get(name="Вторая линия").client == cast.anna.client


def test_the_board_is_narrowed_by_its_filters(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto("/board/")
    expect(card(page, cast.boris.deal)).to_be_visible()
    page.get_by_label("Менеджер").select_option(str(cast.anna.user.pk))
    expect(card(page, cast.boris.deal)).to_have_count(0)
    expect(card(page, cast.anna.deal)).to_be_visible()
    page.reload()
    expect(card(page, cast.boris.deal)).to_have_count(0)


def test_the_board_is_usable_on_a_phone(cast: Cast, open_page: Callable[..., Page]) -> None:
    deal = cast.anna.deal
    page = open_page(size=PHONE, as_user=cast.anna.user, has_touch=True, is_mobile=True)
    page.goto("/board/")
    expect(card(page, deal)).to_be_in_viewport()
    assert fits(page)
    card(page, deal).get_by_role("link", name="Перенести сделку").tap()
    dialog(page).get_by_role("button", name="Интересуется").tap()
    expect(card(column(page, "Интересуется"), deal)).to_be_in_viewport()
    page.locator(".board-switch").get_by_role("link", name="Холодный").tap()
    expect(column(page, "Холодный")).to_be_in_viewport()
    page.locator(".board-switch").get_by_role("link", name="Интересуется").tap()
    expect(card(page, deal)).to_be_in_viewport()
    assert fits(page)


def test_a_stuck_deal_is_marked_on_the_board(cast: Cast, open_page: Callable[..., Page]) -> None:
    import datetime as dt

    with periods.clock(periods.local(dt.date(2026, 12, 10), dt.time(12))):
        page = open_page(as_user=cast.anna.user)
        page.goto("/board/")
        expect(card(page, cast.anna.deal)).to_contain_text("застряла")
