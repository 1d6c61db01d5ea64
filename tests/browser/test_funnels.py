"""The administrator's screen of funnels in a real browser: what is set up there is on everybody's board at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pipeline.models import Stage
from tests.browser.hands import dialog, is_ready
from tests.cast import Cast
from tests.pipeline.factories import start_stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stages_on(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#board .column h2").all_inner_texts()]


def test_an_added_stage_appears_on_the_board(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.admin.user)
    page.goto("/settings/funnels/")
    page.get_by_role("link", name="Добавить этап").click()
    dialog(page).get_by_label("Вероятность").fill("400")
    dialog(page).get_by_role("button", name="Добавить этап").click()
    expect(dialog(page).get_by_label("Название")).to_have_attribute("aria-invalid", "true")
    expect(dialog(page).get_by_label("Вероятность")).to_have_value("400")
    dialog(page).get_by_label("Название").fill("Испытания")
    dialog(page).get_by_label("Вероятность").fill("40")
    dialog(page).locator(".colours label").nth(11).click()
    dialog(page).get_by_role("button", name="Добавить этап").click()
    expect(page.get_by_role("row", name="Испытания")).to_be_visible()
    board = open_page(as_user=cast.anna.user)
    board.goto("/board/")
    expect(board.get_by_role("heading", name="Испытания")).to_be_visible()
    added = Stage.objects.get(name="Испытания")
    assert (added.probability, added.colour) == (40, 12)


def test_a_stage_is_recoloured_and_renamed_after_a_look_at_what_it_touches(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    stage = start_stage("Холодный")
    page = open_page(as_user=cast.admin.user)
    page.goto("/settings/funnels/")
    page.get_by_role("link", name="Холодный").click()
    dialog(page).get_by_label("Название").fill("Новый")
    dialog(page).locator(".colours label").nth(13).click()
    expect(dialog(page).locator(".touches")).to_contain_text("4 сделки")
    dialog(page).get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("row", name="Новый")).to_be_visible()
    board = open_page(as_user=cast.anna.user)
    board.goto("/board/")
    expect(board.locator(f"#column-{stage.pk}")).to_have_class("column stage-14 open")
    expect(board.locator(f"#column-{stage.pk}")).to_contain_text("Новый")


def test_stages_are_put_in_order_by_arrows_and_by_dragging(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.admin.user)
    page.goto("/settings/funnels/")
    page.get_by_role("button", name="«Интересуется» на место выше").click()
    expect(page.locator("#stages tbody tr").first).to_contain_text("Интересуется")
    is_ready(page)
    first, third = (page.locator("#stages .grip").nth(number) for number in (0, 2))
    with page.expect_navigation():
        first.drag_to(third, steps=10)
    names = [row.split("\n")[0].strip() for row in page.locator("#stages .stage").all_inner_texts()]
    assert sorted(names[:3]) == ["Запросили оценку", "Интересуется", "Холодный"]
    assert names[0] == "Холодный"
    board = open_page(as_user=cast.anna.user)
    board.goto("/board/")
    assert stages_on(board)[:3] == names[:3]


def test_a_stage_is_retired_with_a_target_for_its_deals(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.admin.user)
    page.goto("/settings/funnels/")
    page.get_by_role("row", name="Холодный").get_by_role("link", name="Убрать").click()
    target = start_stage("Интересуется")
    dialog(page).get_by_role("combobox").select_option(str(target.pk))
    dialog(page).get_by_role("button", name="Убрать и перенести 4 сделки").click()
    expect(page.get_by_role("heading", name="Убранные этапы")).to_be_visible()
    board = open_page(as_user=cast.anna.user)
    board.goto("/board/")
    assert "Холодный" not in stages_on(board)
    expect(board.locator(f"#column-{target.pk}")).to_contain_text(cast.anna.client.name)
    board.goto(cast.anna.deal.get_absolute_url())
    expect(board.get_by_role("table")).to_contain_text("Холодный")


def test_a_manager_has_no_way_to_the_funnels_screen(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    answer = page.goto("/settings/funnels/")
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("link", name="Настройки")).to_have_count(0)
