"""The director's morning: the dashboard, the report behind a tile, the records behind a number, Excel, a sheet of
paper; pictures in both themes, rows that fold, a screen on the wall that survives a lost connection."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.hands import fits, is_ready
from tests.browser.paper import pages_of, words_of
from tests.reports.company import Company, company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the company of tests/reports/company.py sold in November, and what it had planned, without VAT.
FACT, PLAN = "4 000", "12 000"


@pytest.fixture
def firm(transactional_db: None) -> Iterator[Company]:
    with company() as made:
        yield made


def cell(page: Page, line: str, column: str) -> Any:
    """The cell of the sheet in that row and column."""
    heads = [text.strip() for text in page.locator(".sheet thead th").all_inner_texts()]
    row = page.locator(".sheet tr").filter(has=page.locator("th", has_text=line)).last
    return row.locator("> th, > td").nth(heads.index(column))


def test_the_directors_morning(firm: Company, open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page(as_user=firm.director)
    page.goto("/")
    is_ready(page)
    plan = page.locator("#tile-plan")
    expect(plan).to_contain_text(PLAN)
    expect(plan).to_contain_text(FACT)
    expect(plan.locator("svg.wide")).to_be_visible()

    plan.get_by_role("link", name="План-факт месяца").click()
    expect(page).to_have_url("/reports/plan-fact/")
    expect(page.locator("h1")).to_have_text("План-факт, ноябрь 2026")
    expect(page.locator(".picture canvas")).to_be_visible()
    expect(cell(page, "Итого", "Факт")).to_contain_text(FACT)

    cell(page, "Итого", "Факт").get_by_role("link").click()
    expect(page.locator("#results")).to_contain_text("Черева говяжья")
    expect(page.locator("#results")).to_contain_text("Синюга")
    page.go_back()
    expect(page.locator(".picture canvas")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    file = tmp_path / "plan-fact.xlsx"
    download.value.save_as(file)
    sheet = load_workbook(file).active
    assert any(4000 in row for row in sheet.iter_rows(values_only=True))

    pdf = page.pdf(prefer_css_page_size=True)
    said = words_of(pdf)
    assert pages_of(pdf) == 1
    for words in ("План-факт,ноябрь2026", "12ноября2026,18:30", "Итого", "12000", "4000"):
        assert words in said
    assert "Excel" not in said


def test_what_is_asked_changes_the_sheet_its_name_and_its_files(
    firm: Company, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=firm.director)
    page.goto("/reports/plan-fact/")
    is_ready(page)
    own_days = page.locator("#id_first")
    expect(own_days).to_be_hidden()
    page.get_by_label("Период").select_option("previous-month")
    expect(page.locator("h1")).to_have_text("План-факт, октябрь 2026")
    expect(page).to_have_url("/reports/plan-fact/?period=previous-month")
    expect(page.get_by_role("link", name="Excel")).to_have_attribute(
        "href", "/reports/plan-fact/?period=previous-month&export=xlsx"
    )
    page.get_by_label("Период").select_option("own")
    expect(own_days).to_be_visible()
    expect(page).to_have_url("/reports/plan-fact/?period=2026-11-01..2026-11-30")
    own_days.fill("2026-09-01")
    expect(page).to_have_url("/reports/plan-fact/?period=2026-09-01..2026-11-30")
    page.locator("#id_last").fill("2026-08-01")
    expect(page.locator("#id_last_error")).to_have_text("Период заканчивается раньше, чем начинается.")


def test_rows_fold_and_stay_so(firm: Company, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=firm.director)
    page.goto("/reports/plan-fact/")
    is_ready(page)
    below = page.get_by_role("rowheader", name="Черева")
    expect(below).to_be_visible()
    row = page.locator(".sheet tbody tr").filter(has=page.get_by_role("rowheader", name="Оболочка"))
    row.get_by_role("button", name="Свернуть").click()
    expect(below).to_be_hidden()
    page.reload()
    expect(page.locator(".sheet.folds")).to_be_visible()
    expect(below).to_be_hidden()
    row.get_by_role("button", name="Развернуть").click()
    expect(below).to_be_visible()


def test_a_picture_follows_the_theme_and_the_window(firm: Company, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=firm.director)
    page.emulate_media(color_scheme="light")
    page.goto("/reports/plan-fact/")
    chart = page.locator(".picture .chart canvas")
    expect(chart).to_be_visible()
    light = chart.screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => matchMedia('(prefers-color-scheme: dark)').matches")
    assert chart.screenshot() != light
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(
        "() => document.querySelector('.picture canvas').clientWidth <= document.querySelector('.picture').clientWidth"
    )
    assert fits(page)


def test_without_scripts_the_picture_is_drawn_and_own_days_can_be_asked_for(
    firm: Company, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=firm.director, java_script_enabled=False)
    page.goto("/reports/plan-fact/")
    expect(page.locator(".picture svg.wide")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Черева")).to_be_visible()
    page.get_by_label("Период").select_option("own")
    page.locator("#id_first").fill("2026-11-02")
    page.get_by_role("button", name="Показать").click()
    expect(page.locator(".sheet tfoot")).to_contain_text(FACT)


@pytest.mark.parametrize(
    "address", ["/dashboard/", "/reports/", "/reports/plan-fact/", "/reports/sales-year/"]
)
def test_on_a_phone_the_page_fits(firm: Company, open_page: Callable[..., Page], address: str) -> None:
    page = open_page(size=PHONE, as_user=firm.director, has_touch=True)
    page.goto(address)
    is_ready(page)
    assert fits(page)


def test_pages_of_reports_can_be_read_by_everybody(
    firm: Company, open_page: Callable[..., Page], violations: Callable[..., list[str]]
) -> None:
    for scheme in ("light", "dark"):
        page = open_page(as_user=firm.director, color_scheme=scheme)
        for address in ("/dashboard/", "/reports/", "/reports/plan-fact/?compare=previous"):
            page.goto(address)
            is_ready(page)
            assert violations(page) == []


def test_a_screen_on_the_wall_refreshes_itself_and_survives_a_lost_connection(
    firm: Company, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=firm.director)
    page.clock.install()
    page.goto("/dashboard/?wall=1")
    page.wait_for_function("() => window.htmx !== undefined")
    tile = page.locator("#tile-plan")
    expect(tile).to_contain_text(FACT)
    expect(page.locator(".rail")).to_have_count(0)

    with page.expect_response("**/dashboard/director/plan/") as answer:
        page.clock.run_for(61_000)
    assert answer.value.status == 200
    expect(tile).to_contain_text(FACT)
    expect(tile.locator(".lost")).to_be_hidden()

    def broken(route: Route) -> None:
        route.fulfill(status=408, body="")

    page.route("**/dashboard/director/**", broken)
    page.clock.run_for(61_000)
    expect(tile.locator(".tile-time")).to_have_text("нет связи, данные на 18:30")
    expect(tile.locator(".lost")).to_be_visible()
    expect(tile).to_contain_text(FACT)
    expect(page.locator(".toast-note")).to_have_count(0)

    page.unroute("**/dashboard/director/**")
    page.clock.run_for(61_000)
    expect(tile.locator(".lost")).to_be_hidden()


def test_a_report_is_sent_by_mail_from_its_page(
    firm: Company, open_page: Callable[..., Page], violations: Callable[..., list[str]]
) -> None:
    page = open_page(as_user=firm.director)
    page.goto("/reports/plan-fact/?rows=sellers")
    is_ready(page)
    page.get_by_role("link", name="Присылать по почте").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("План-факт")).to_be_visible()
    expect(dialog.get_by_label("День недели")).to_be_hidden()
    dialog.get_by_text("Раз в неделю").click()
    expect(dialog.get_by_label("День недели")).to_be_visible()
    expect(dialog.get_by_label("Число месяца")).to_be_hidden()
    assert violations(page) == []
    dialog.get_by_label("День недели").select_option("4")
    dialog.get_by_label("Во сколько").select_option("7")
    dialog.get_by_label(firm.director.name).uncheck()
    dialog.get_by_role("button", name="Присылать").click()
    expect(dialog.get_by_text("Выберите, кому присылать.")).to_be_visible()
    expect(dialog.get_by_label("День недели")).to_have_value("4")
    dialog.get_by_label(firm.head.name).check()
    dialog.get_by_role("button", name="Присылать").click()

    expect(page).to_have_url("/reports/mailings/")
    row = page.locator(".mailings tbody tr")
    expect(row).to_contain_text("по пятницам в 07:00")
    expect(row).to_contain_text("следующее: завтра, 07:00")
    expect(row).to_contain_text(firm.head.short_name)
    assert violations(page) == []
    row.get_by_role("button", name="Пробное письмо мне").click()
    expect(page.locator(".toasts")).to_contain_text(firm.director.email)
    expect(row).to_contain_text("ждёт отправки (пробное)")
    row.get_by_role("button", name="Остановить").click()
    expect(row).to_contain_text("остановлена")
    row.get_by_role("link", name="План-факт").click()
    dialog.get_by_label("Приложить файл Excel").check()
    dialog.get_by_role("button", name="Сохранить").click()
    expect(row).to_contain_text("с Excel")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
