"""The manager's last hour before the cut-off in a real browser: what is lacking, its remedies, the closing, a doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from kpi.models import Objection
from tests.activities.factories import make_call, make_task
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.hands import chip, dialog, fits, toast
from tests.kpi.factories import Office, close_all, make_norm, november_day, office
from tests.leads.factories import make_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(name="hour")
def _hour(db: None) -> Iterator[Office]:
    """Monday, 17:10: two conversations short, one deal without a task, one task overdue; nothing else is expected."""
    with office() as made:
        make_norm("conversations_held", 3)
        make_norm("deals_without_task", None, 0)
        make_norm("overdue_tasks", None, 0)
        made.at(2, "10:00")
        vector = make_client("Вектор", manager=made.anna)
        make_task(vector, deal=vector.deals.first(), due_on=november_day(2), due_at=made.at(2, "12:00"))
        make_client("Уралоболочка", manager=made.anna)
        made.at(2, "15:00")
        make_call(make_client("Мясной двор", manager=made.anna), deal=None)
        plan_rest(made)
        made.at(2, "17:10")
        yield made


def plan_rest(made: Office) -> None:
    """Every deal but that of «Уралоболочка» has its task."""
    from pipeline.models import Deal

    for deal in Deal.objects.filter(manager=made.anna, next_step_on__isnull=True):
        if deal.client.name != "Уралоболочка":
            make_task(deal.client, deal=deal, due_on=november_day(5))


def figure(page: Page, name: str) -> Locator:
    """The line of an indicator in the day's figures."""
    return page.locator("#my-figures .my-rows li").filter(has_text=name)


def clock(page: Page) -> Locator:
    return page.locator("#clock")


def log_a_call(page: Page, client: str) -> None:
    """From the line that says how many are missing."""
    figure(page, "Разговоры").get_by_role("link", name="ещё").click()
    dialog(page).get_by_role("combobox").fill(client)
    dialog(page).get_by_role("link", name=client).click()
    dialog(page).get_by_label("О чём говорили").fill("Договорились о поставке")
    chip(dialog(page), "Завтра").click()
    dialog(page).get_by_role("button", name="Сохранить").click()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_manager_does_in_the_last_hour_what_the_day_lacks(
    hour: Office, open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = open_page(as_user=hour.anna, size=size)
    page.goto("/")
    # Everything missing is in sight at once.
    for name, said in {"Разговоры": "1 / 3", "Без задачи": "1", "Просрочено": "1"}.items():
        expect(figure(page, name)).to_contain_text(said)
        assert figure(page, name).bounding_box()["y"] < size[1] - 90  # type: ignore[index]
    expect(page.locator("#my-figures")).to_contain_text("Сегодня −6 из 3")
    expect(page.locator("#my-figures")).to_contain_text("Ещё +9 баллов до 18:00")
    expect(clock(page)).to_contain_text("50 мин · не выполнены 3 нормы", use_inner_text=True)
    assert fits(page)

    log_a_call(page, "Мясной двор")
    expect(toast(page)).to_contain_text("Разговоры: 2 из 3")
    log_a_call(page, "Мясной двор")
    expect(toast(page)).to_contain_text("Разговоры: 3 из 3")
    expect(figure(page, "Разговоры").locator(".verdict.met")).to_be_visible()
    expect(page.locator("#my-figures")).to_contain_text("Сегодня −3 из 3")

    figure(page, "Без задачи").get_by_role("link", name="поставить").click()
    expect(dialog(page)).to_contain_text("Уралоболочка")
    chip(dialog(page), "Завтра").click()
    dialog(page).get_by_role("button", name="Поставить задачу").click()
    expect(page.locator("#my-figures")).to_contain_text("Сегодня 0 из 3")

    page.locator(".queue").get_by_role("link", name="Перенести").first.click()
    chip(dialog(page), "Завтра").click()
    dialog(page).get_by_role("button", name="Перенести").click()
    expect(page.locator("#my-figures")).to_contain_text("Сегодня +3 из 3")
    expect(page.locator("#my-figures")).to_contain_text("Все нормы дня выполнены")
    expect(clock(page)).to_have_class("clock met")


def test_within_the_last_hour_every_page_says_what_is_lacking(
    hour: Office, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=hour.anna)
    page.goto("/clients/")
    expect(page.locator(".banner.near")).to_contain_text("До 18:00 осталось 50 мин")
    expect(page.locator(".banner.near")).to_contain_text("разговоры — 1 / 3")
    hour.at(2, "17:50")
    page.reload()
    expect(page.locator(".banner.missed")).to_be_visible()
    expect(clock(page)).to_have_class("clock missed")
    page.locator(".banner").get_by_role("link", name="Мой день").click()
    expect(figure(page, "Разговоры")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)


def test_the_closed_day_is_read_and_a_figure_objected_to(
    hour: Office, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=hour.anna, size=PHONE)
    hour.at(2, "18:00:30")
    close_all()
    held = hour.clock.moment - dt.timedelta(minutes=30)
    hour.at(2, "18:10")
    late = make_call(make_client("Вектор-Сервис", manager=hour.anna), happened_at=held)
    page.goto("/")
    expect(page.locator("#my-figures")).to_contain_text("День закрыт: −6")
    expect(page.locator("#my-figures")).to_contain_text("Уже идёт в счёт: вт 3 ноября")
    expect(clock(page)).to_contain_text("день закрыт")
    page.locator("#my-figures").get_by_role("link", name="Что засчитано").click()
    line = page.locator(".my-days tbody tr").first
    expect(line).to_contain_text("пн 2 ноября")
    line.get_by_role("link", name="1 / 3").click()
    dialog(page).get_by_role("link", name="Возразить").click()
    dialog(page).get_by_label("внесено в 18:10").check()
    dialog(page).get_by_label("Каким должно быть значение").fill("2")
    dialog(page).get_by_label("Что было").fill("Не успела внести: не было связи")
    dialog(page).get_by_role("button", name="Отправить руководителю").click()
    expect(page.locator(".my-said")).to_contain_text("Не успела внести")
    expect(page.locator(".my-said")).to_contain_text("ждёт руководителя")
    assert fits(page)
    objection = Objection.objects.get()
    assert (objection.asked, objection.records) == (2, [late.pk])


def test_without_scripts_the_figures_have_a_page(hour: Office, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=hour.anna, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Показатели и баллы дня").click()
    expect(page.locator(".my-today")).to_contain_text("Сегодня −6 из 3")
    page.locator(".my-today").get_by_role("link", name="ещё 2").click()
    expect(page.locator("#log-q")).to_be_visible()
