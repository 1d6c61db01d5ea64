"""Logging a call in a real browser: what a manager does thirty times a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from activities.models import Activity
from core import periods
from tests.activities.factories import make_task
from tests.browser.conftest import PHONE
from tests.browser.hands import Hands, chip, dialog, fits, is_ready, press_in_cyrillic, toast
from tests.cast import Cast, Seller
from tests.factories import THURSDAY, TODAY, make_user
from tests.leads.factories import make_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def logged(seller: Seller) -> list[Activity]:
    """What the seller has logged during the test, the latest first."""
    done = Activity.objects.filter(manager=seller.user, entered_at__isnull=False).exclude(pk=seller.call.pk)
    return list(done.order_by("-pk"))


def test_a_call_with_a_next_step_takes_four_clicks_beside_the_text(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/")
    hands = Hands(page)
    hands.click(page.get_by_role("link", name="Записать звонок").first)
    dialog(page).get_by_role("combobox").fill("22-01")
    hands.click(dialog(page).get_by_role("link", name=cast.anna.client.name))
    expect(dialog(page)).to_contain_text("Обсудили Qalvira")
    expect(dialog(page).get_by_label("О чём говорили")).to_be_focused()
    page.keyboard.type("Ждут расчёт на 40 тонн")
    hands.click(chip(dialog(page), "Завтра"))
    hands.click(dialog(page).get_by_role("button", name="Сохранить"))
    expect(toast(page)).to_contain_text("Следующий шаг — завтра")
    assert hands.clicks <= 4
    [call] = logged(cast.anna)
    assert (call.text, call.client) == ("Ждут расчёт на 40 тонн", cast.anna.client)
    assert call.next_steps.get().due_on == dt.date(2026, 11, 6)


def test_the_log_opens_by_its_key_in_both_layouts_and_is_saved_by_ctrl_enter(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/clients/")
    is_ready(page)
    press_in_cyrillic(page, "KeyC")
    expect(dialog(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.keyboard.press("c")
    expect(dialog(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type("qalv")
    expect(dialog(page).locator("a.pick")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_label("О чём говорили")).to_be_focused()
    page.keyboard.type("Договорились о встрече")
    chip(dialog(page), "Через неделю").click()
    dialog(page).get_by_label("О чём говорили").focus()
    page.keyboard.press("Control+Enter")
    expect(toast(page)).to_contain_text("Записано")
    assert [call.text for call in logged(cast.anna)] == ["Договорились о встрече"]


def test_the_search_is_reached_by_its_key_in_both_layouts(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/tasks/")
    is_ready(page)
    search = page.get_by_role("banner").get_by_role("searchbox")
    press_in_cyrillic(page, "Slash")
    expect(search).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("1112201")
    page.get_by_role("banner").get_by_role("link", name=cast.anna.client.name).click()
    expect(page).to_have_url(cast.anna.client.get_absolute_url(), timeout=10_000)


def test_nobody_answered_takes_two_clicks_and_is_tried_again(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    make_task(cast.anna.client, due_on=TODAY, deal=cast.anna.deal, subject="Уточнить объём")
    page = open_page(as_user=cast.anna.user)
    page.goto("/")
    hands = Hands(page)
    hands.click(page.locator(".queue").get_by_role("link", name="Записать").first)
    hands.click(dialog(page).get_by_role("button", name="Не дозвонились"))
    expect(toast(page)).to_contain_text("Записано")
    assert hands.clicks == 2
    [call] = logged(cast.anna)
    assert call.outcome == Activity.Outcome.NO_ANSWER
    assert call.next_steps.get().due_on == dt.date(2026, 11, 6)


def test_after_an_error_everything_typed_stays_and_the_error_stands_beside_its_field(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto(f"/log/?client={cast.anna.client.pk}")
    # The task promised for tomorrow is fulfilled, so that nothing would be left planned.
    chip(page, "Перезвонить Qalvira").click()
    page.get_by_label("О чём говорили").fill("Очень длинный разговор")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".log-next .invalid-feedback")).to_be_visible()
    expect(page.get_by_label("О чём говорили")).to_have_value("Очень длинный разговор")
    expect(chip(page, "Перезвонить Qalvira").locator("input")).to_be_checked()
    page.get_by_label("О чём говорили").fill("")
    chip(page, "Завтра").click()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_label("О чём говорили")).to_have_accessible_description(
        "Напишите, о чём договорились: пригодится в следующий раз."
    )
    expect(chip(page, "Завтра").locator("input")).to_be_checked()
    assert logged(cast.anna) == []


def test_a_form_sent_twice_makes_one_call(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto(f"/log/?client={cast.anna.client.pk}")
    page.get_by_label("О чём говорили").fill("Один раз")
    form = page.locator("form.log")
    # Twice at once, past the buttons that rest after the first time: the server sees both.
    page.evaluate(
        """async (form) => {
            const data = new URLSearchParams(new FormData(form));
            const send = () => fetch(form.action, {method: "POST", body: data});
            const answers = await Promise.all([send(), send()]);
            return answers.map((answer) => answer.status);
        }""",
        form.element_handle(),
    )
    page.get_by_role("button", name="Сохранить").click()
    expect(page).not_to_have_url(f"/log/?client={cast.anna.client.pk}")
    assert [call.text for call in logged(cast.anna)] == ["Один раз"]


def test_a_double_click_saves_once(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto(f"/log/?client={cast.anna.client.pk}")
    page.get_by_label("О чём говорили").fill("Нажали дважды")
    page.get_by_role("button", name="Сохранить").dblclick()
    expect(toast(page)).to_contain_text("Записано")
    assert len(logged(cast.anna)) == 1


def test_a_logged_call_is_undone_from_the_note(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto(f"/log/?client={cast.anna.client.pk}")
    page.get_by_label("О чём говорили").fill("Не тот клиент")
    chip(page, "Завтра").click()
    page.get_by_role("button", name="Сохранить").click()
    toast(page).get_by_role("button", name="Отменить").click()
    expect(toast(page)).not_to_contain_text("Записано")
    assert logged(cast.anna) == []
    assert Activity.objects.planned().filter(client=cast.anna.client).get() == cast.anna.task


def test_typed_text_is_not_lost_by_closing_the_window_unasked(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto(cast.anna.client.get_absolute_url())
    is_ready(page)
    page.keyboard.press("c")
    dialog(page).get_by_role("combobox").fill("qalv")
    dialog(page).get_by_role("link", name=cast.anna.client.name).click()
    dialog(page).get_by_label("О чём говорили").fill("Почти записано")
    asked = []
    page.once("dialog", lambda box: (asked.append(box.message), box.dismiss()))
    dialog(page).get_by_role("button", name="Закрыть").click()
    assert asked == ["Закрыть и потерять введённое?"]
    expect(dialog(page).get_by_label("О чём говорили")).to_have_value("Почти записано")


def test_on_a_phone_a_manager_works_off_the_queue(cast: Cast, open_page: Callable[..., Page]) -> None:
    second = make_client("ООО Второй", manager=cast.anna.user)
    with periods.clock(THURSDAY - dt.timedelta(3)):
        yesterday = TODAY - dt.timedelta(1)
        make_task(cast.anna.client, due_on=yesterday, deal=cast.anna.deal, subject="Уточнить объём")
    make_task(second, due_on=TODAY, deal=second.deals.get(), subject="Напомнить о счёте")
    page = open_page(size=PHONE, as_user=cast.anna.user, has_touch=True, is_mobile=True)
    page.goto("/")
    expect(page.get_by_role("heading", name="Мой день")).to_be_visible()
    page.locator(".queue").get_by_role("link", name=cast.anna.client.name).tap()
    expect(dialog(page)).to_contain_text("Обсудили Qalvira")
    dialog(page).get_by_label("О чём говорили").fill("Объём 40 тонн")
    chip(dialog(page), "Завтра").tap()
    dialog(page).get_by_role("button", name="Сохранить").tap()
    toast(page).get_by_role("link", name="ООО Второй").tap()
    expect(dialog(page)).to_contain_text("Напомнить о счёте")
    assert fits(page)
    dialog(page).get_by_role("button", name="Не дозвонились").tap()
    expect(toast(page)).to_contain_text("Не дозвонились", ignore_case=True)
    assert [call.client for call in logged(cast.anna)] == [second, cast.anna.client]


def test_a_call_of_yesterday_after_the_cut_off_is_marked_late(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    with periods.clock(periods.local(dt.date(2026, 11, 6), dt.time(10))):
        page = open_page(as_user=cast.anna.user)
        page.goto(f"/log/?client={cast.anna.client.pk}")
        page.get_by_label("О чём говорили").fill("Вчерашний разговор")
        chip(page, "Без шага").click()
        page.get_by_text("Когда, с кем").click()
        page.get_by_label("Когда было").fill("2026-11-05")
        page.get_by_label("Во сколько").fill("15:00")
        page.get_by_role("button", name="Сохранить").click()
        expect(toast(page)).to_contain_text("Внесено позже")


def test_a_manager_without_clients_is_told_what_to_do(open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=make_user())
    page.goto("/")
    page.get_by_role("link", name="Записать звонок").first.click()
    dialog(page).get_by_role("combobox").fill("никто")
    expect(dialog(page).get_by_role("link", name="Добавить клиента")).to_be_visible()
