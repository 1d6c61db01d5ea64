"""Without JavaScript: everything basic works by plain links and forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from activities.models import Activity
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.hands import chip
from tests.cast import Cast
from tests.factories import by_system

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_signing_in_finding_a_client_and_logging_a_call(
    cast: Cast, open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    user = cast.anna.user
    user.set_password("a long password")
    with by_system():
        user.save()
    page = open_page(size=size, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Эл. почта").fill(user.email)
    page.get_by_label("Пароль").fill("a long password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Мой день")).to_be_visible()
    search = page.get_by_role("banner").get_by_role("searchbox")
    search.fill("2201")
    search.press("Enter")
    page.locator(".hits").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=cast.anna.client.name)).to_be_visible()
    page.get_by_role("link", name="Записать").last.click() if size == PHONE else page.get_by_role(
        "link", name="Записать звонок"
    ).first.click()
    # The form knows the client, the page behind the phone's bar asks for one first: which it is shows once it came.
    page.wait_for_url("**/log/**")
    if page.locator("#log-q").is_visible():
        page.locator("#log-q").fill("2201")
        page.get_by_role("button", name="Найти").click()
        page.locator("a.pick").click()
    page.get_by_label("О чём говорили").fill("Без скриптов")
    chip(page, "Завтра").click()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".toast-note")).to_contain_text("Записано")
    assert Activity.objects.filter(text="Без скриптов", manager=user).count() == 1


def test_moving_a_deal_that_is_asked_for_its_reason(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False, as_user=cast.anna.user)
    page.goto("/board/")
    page.locator(f"#deal-{cast.anna.deal.pk}").get_by_role("link", name="Перенести сделку").click()
    page.get_by_role("button", name="Интересуется").click()
    expect(page.locator(".column", has_text="Интересуется").first).to_contain_text(cast.anna.client.name)
    page.goto(cast.anna.deal.get_absolute_url())
    page.get_by_role("button", name="Упущен").click()
    page.get_by_role("button", name="Закрыть как упущенную").click()
    expect(page.get_by_text("Укажите причину")).to_be_visible()
    chip(page, "Дорого").click()
    page.get_by_role("button", name="Закрыть как упущенную").click()
    expect(page.get_by_role("heading", name="Почему упущена")).to_be_visible()


def test_filtering_and_sorting_a_list(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False, as_user=cast.head.user)
    page.goto("/deals/")
    expect(page.locator("#results tbody tr")).to_have_count(3)
    page.get_by_label("Менеджер").select_option(str(cast.anna.user.pk))
    page.get_by_role("button", name="Показать").click()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text(cast.anna.token)
    page.get_by_role("link", name="Сбросить").click()
    expect(page.locator("#results tbody tr")).to_have_count(3)


def test_themes_and_languages_change_without_scripts(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False, as_user=cast.anna.user)
    page.goto("/clients/")
    page.locator("summary.face").click()
    page.get_by_role("button", name="Тёмная").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary.face").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()
