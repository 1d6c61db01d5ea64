"""A head approves a month in a real browser; the administrator sets a rate beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from kpi.actions import later, pay
from kpi.models import Payroll, Rate
from tests.browser.conftest import PHONE
from tests.browser.hands import fits
from tests.kpi.factories import Office, office
from tests.kpi.paying import NOVEMBER, closed_month, moscow, rest_of_month

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def november(transactional_db: None) -> Iterator[Office]:
    """November is over and closed; Anna asks about a day."""
    with office() as made:
        pay.set_rate(by=None, since=NOVEMBER, plus_rate=100, minus_rate=100, plus_cap=5000, minus_cap=2000)
        for person in (made.anna, made.boris):
            pay.set_bonus(person, by=None, since=NOVEMBER, amount=1500)
        days = closed_month(made.team, NOVEMBER, {made.anna: [9, -2, 4], made.boris: [-10, -10, -10]})
        rest_of_month(made.team, NOVEMBER)
        made.clock.move_to(moscow(2026, 12, 1, 10))
        later.object_to(days[made.anna][1], by=made.anna, reason="Была на выезде")
        yield made


def test_a_head_answers_what_stands_in_the_way_and_approves(
    november: Office, open_page: Callable[..., Page], violations: Callable[..., list[str]]
) -> None:
    page = open_page(as_user=november.head)
    page.goto("/payroll/")
    expect(page.get_by_role("heading", name="Премии, ноябрь 2026")).to_be_visible()
    expect(page.get_by_role("button", name="Утвердить")).to_have_count(0)
    assert violations(page) == []
    asked = november.anna.objections.get()
    later.decline(asked, by=november.head, answer="Выезд не отмечен")
    page.reload()
    page.get_by_role("link", name="Анна Белова").click()
    expect(page.get_by_role("heading", name="Анна Белова, ноябрь 2026")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="← Премии").click()
    page.get_by_role("button", name="Утвердить ноябрь").click()
    expect(page.get_by_text("Утверждено: Галина Сизова, 1 декабря 2026, 10:00").last).to_be_visible()
    assert Payroll.objects.get().total == Decimal(1100 - 1500)
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    with download.value.path().open("rb") as file:
        assert load_workbook(file).sheetnames == ["Премии, ноябрь 2026", "По дням"]


def test_the_month_is_read_on_a_phone(november: Office, open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE, as_user=november.head)
    for address in ("/payroll/", f"/payroll/people/{november.anna.pk}/?month=2026-11", "/settings/rates/"):
        page.goto(address)
        assert fits(page), address


def test_a_rate_with_a_fault_stays_typed(november: Office, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=november.admin)
    page.goto("/settings/rates/")
    page.get_by_role("link", name="Изменить с месяца").first.click()
    form = page.locator("main")
    form.get_by_label("За балл выше нуля").fill("-120")
    form.get_by_role("button", name="Задать ставку").click()
    expect(form.get_by_text("Сумма не может быть отрицательной.")).to_be_visible()
    expect(form.get_by_label("За балл выше нуля")).to_have_value("-120")
    form.get_by_label("За балл выше нуля").fill("120")
    form.get_by_role("button", name="Задать ставку").click()
    expect(page.get_by_text("Ставка действует с декабря 2026.")).to_be_visible()
    assert Rate.objects.count() == 2
