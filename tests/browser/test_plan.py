"""A director writes a sales plan in a real browser: a block from Excel, keys, a correction after the adoption."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from core import periods
from orders.actions.plans import set_cells
from orders.models import SalesPlan
from orders.plans import ORIGINAL, Where, plan_of
from pipeline.models import ProductGroup
from tests.browser.conftest import PHONE
from tests.browser.hands import dialog, fits, toast
from tests.cast import Cast
from tests.orders.factories_catalogue import make_group
from tests.orders.factories_plans import make_plan, own_amounts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JANUARY, FEBRUARY = dt.date(2027, 1, 1), dt.date(2027, 2, 1)


@pytest.fixture
def groups(transactional_db: None, cast: Cast) -> list[ProductGroup]:
    """Two neighbours of the catalogue."""
    return [make_group("Оболочка", position=900), make_group("Специи", position=901)]


@pytest.fixture
def page(cast: Cast, groups: list[ProductGroup], open_page: Callable[..., Page]) -> Page:
    """The director's grid of 2027."""
    make_plan(2027)
    opened = open_page(as_user=cast.director.user)
    opened.goto("/plans/2027/")
    return opened


def cell(page: Page, words: str) -> Locator:
    return page.get_by_role("textbox", name=words, exact=True)


def paste(into: Locator, text: str) -> None:
    """What the browser does when a block of a workbook is pasted."""
    into.focus()
    into.evaluate(
        """(input, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_a_block_of_excel_is_pasted_its_bad_cell_marked_and_all_saved_at_once(
    page: Page, groups: list[ProductGroup], violations: Callable[..., list[str]]
) -> None:
    paste(cell(page, "Оболочка, Январь"), "1 200 000,50 руб.\tabc\r\n300\t400\r\n")
    expect(cell(page, "Специи, Февраль")).to_have_value("400")
    expect(cell(page, "Оболочка, Февраль")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Это не число: напишите, например, 1 200 000,50")).to_be_visible()
    expect(page.get_by_text("Изменено ячеек: 4")).to_be_visible()
    page.get_by_role("button", name="Записать план").click()
    expect(page.get_by_role("alert")).to_contain_text("Пока ничего не записано")
    expect(cell(page, "Оболочка, Январь")).to_have_value("1 200 000,50 руб.")
    expect(cell(page, "Специи, Январь")).to_have_value("300")
    assert violations(page) == []
    cell(page, "Оболочка, Февраль").fill("7")
    expect(cell(page, "Оболочка, Февраль")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Для чего изменение").fill("Первый вариант")
    page.get_by_role("button", name="Записать план").click()
    expect(toast(page)).to_contain_text("Записано 4 ячейки")
    casings, spices = groups
    assert own_amounts() == {
        Where(JANUARY, casings.pk): Decimal("1200000.50"),
        Where(FEBRUARY, casings.pk): 7,
        Where(JANUARY, spices.pk): 300,
        Where(FEBRUARY, spices.pk): 400,
    }


def test_keys_move_between_cells_and_take_a_paste_back(page: Page, groups: list[ProductGroup]) -> None:
    first = cell(page, "Оболочка, Январь")
    first.click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(cell(page, "Специи, Январь")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, "Оболочка, Февраль")).to_be_focused()
    page.keyboard.press("Tab")
    expect(cell(page, "Оболочка, Март")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    paste(cell(page, "Оболочка, Февраль"), "6\t7")
    expect(cell(page, "Оболочка, Март")).to_have_value("7")
    page.keyboard.press("Control+z")
    expect(cell(page, "Оболочка, Март")).to_have_value("")
    expect(cell(page, "Оболочка, Февраль")).to_have_value("")
    expect(first).to_have_value("5")
    page.keyboard.press("Control+z")
    expect(first).to_have_value("")


def test_what_another_wrote_meanwhile_stands_below_and_can_be_taken(
    page: Page, cast: Cast, groups: list[ProductGroup]
) -> None:
    casings, spices = groups
    plan = SalesPlan.objects.get()
    theirs = {Where(JANUARY, casings.pk): Decimal(150), Where(JANUARY, spices.pk): Decimal(9)}
    set_cells(plan, theirs, by=cast.admin.user)
    cell(page, "Оболочка, Январь").fill("170")
    cell(page, "Специи, Февраль").fill("1")
    page.get_by_role("button", name="Записать план").click()
    expect(page.get_by_text(f"сейчас: 150, {cast.admin.user.name}")).to_be_visible()
    expect(cell(page, "Оболочка, Январь")).to_have_value("170")
    expect(cell(page, "Специи, Январь")).to_have_value("9")
    page.get_by_role("button", name="взять").click()
    expect(cell(page, "Оболочка, Январь")).to_have_value("150")
    page.get_by_role("button", name="Записать план").click()
    expect(toast(page)).to_contain_text("Записана 1 ячейка")
    assert own_amounts() == {**theirs, Where(FEBRUARY, spices.pk): 1}


def test_an_adopted_plan_is_corrected_and_compared_with_its_original(
    cast: Cast, groups: list[ProductGroup], open_page: Callable[..., Page]
) -> None:
    october, december = dt.date(2026, 10, 1), dt.date(2026, 12, 1)
    casings, _spices = groups
    with periods.clock(periods.now()) as clock:
        make_plan(2026, {Where(month, casings.pk): 1000 for month in (october, december)})
        clock.advance(minutes=1)
        page = open_page(as_user=cast.director.user)
        page.goto("/plans/2026/")
        page.get_by_text("Ещё", exact=True).and_(page.locator("summary")).click()
        page.get_by_role("link", name="Принять план…").click()
        dialog(page).get_by_role("button", name="Принять план").click()
        expect(page.locator(".tag").filter(has_text="принят")).to_be_visible()
        clock.advance(hours=1)
        cell(page, "Оболочка, Декабрь").fill("1 500")
        page.get_by_role("button", name="Записать план").click()
        expect(toast(page)).to_contain_text("Записана 1 ячейка")
        page.get_by_role("link", name="Весь год").click()
        expect(cell(page, "Оболочка, Декабрь")).to_have_value(re.compile(r"^1\s500$"))
        expect(cell(page, "Оболочка, Октябрь")).to_have_count(0)
        page.get_by_role("link", name="Читать и печатать").click()
        page.get_by_role("link", name="исходный", exact=True).click()
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Оболочка"))
        expect(row.get_by_role("cell").nth(11)).to_have_text(re.compile(r"^1\s500\s*1\s000 \+500$"))
        expect(row.get_by_role("cell").nth(9)).to_have_text(re.compile(r"^1\s000$"))
    assert plan_of(2026, moment=ORIGINAL).amount.of() == 2000
    assert plan_of(2026).amount.of() == 2500


def test_on_a_phone_the_months_scroll_and_the_page_does_not(
    cast: Cast,
    groups: list[ProductGroup],
    open_page: Callable[..., Page],
    violations: Callable[..., list[str]],
) -> None:
    make_plan(2027)
    page = open_page(as_user=cast.director.user, size=PHONE)
    page.goto("/plans/2027/")
    expect(cell(page, "Оболочка, Январь")).to_be_visible()
    assert fits(page)
    assert violations(page) == []
