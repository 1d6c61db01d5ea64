"""The head's evening: the scorecard before and after the cut-off, why a number, an objection, a correction, an excuse,
the workbook."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from kpi.actions.later import object_to
from kpi.closing import close_due
from kpi.models import Figure, Indicator, Norm, PersonDay
from tests.activities.factories import make_call, november
from tests.browser.conftest import PHONE
from tests.browser.hands import dialog, fits, is_ready
from tests.kpi.factories import Office, make_norm, office
from tests.leads.factories import make_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HELD = "conversations_held"


@pytest.fixture
def evening(transactional_db: None) -> Iterator[Office]:
    """The office on Thursday, 16:18, with two norms; Anna has held one conversation, a call nobody answered."""
    with office() as made:
        make_norm(HELD, 2)
        make_norm("overdue_tasks", high=0)
        made.at(5, "16:18")
        make_call(make_client("ООО «Вектор»", manager=made.anna))
        make_call(make_client("ООО «Дозвон»", manager=made.anna), outcome="no_answer")
        yield made


def figure_of(made: Office, code: str = HELD) -> Figure:
    found: Figure = Figure.objects.get(
        person_day__person=made.anna,
        person_day__day=dt.date(2026, 11, 5),
        indicator__code=code,
        period=Norm.Period.DAY,
    )
    return found


def cells_of(page: Page, code: str = HELD) -> Callable[[str], Any]:
    """How to find a person's cell in the column of the indicator, on this page and on those it leads to."""
    heading = str(Indicator.objects.get(code=code))
    heads = page.locator(".scores thead th").all_inner_texts()
    number = next(index for index, text in enumerate(heads) if text.strip() == heading)
    return lambda name: (
        page.locator(".scores tbody tr").filter(has_text=name).locator("> th, > td").nth(number)
    )


def test_the_heads_evening(evening: Office, open_page: Callable[..., Page], tmp_path: Path) -> None:
    anna = evening.anna.name
    page = open_page(as_user=evening.head)
    page.goto("/scorecard/")
    is_ready(page)
    expect(page.locator(".head")).to_contain_text("предварительно")
    expect(page.locator(".head")).to_contain_text("1 ч 42 мин")
    cell_of = cells_of(page)
    expect(cell_of(anna)).to_contain_text("1")

    # The number opens what it counted and what it nearly did.
    cell_of(anna).get_by_role("link").click()
    expect(dialog(page)).to_contain_text("ООО «Вектор»")
    expect(dialog(page)).to_contain_text("ООО «Дозвон»")
    expect(dialog(page)).to_contain_text("Почти засчитано")
    page.keyboard.press("Escape")

    # The cut-off passes, the day is closed, Anna objects.
    evening.clock.move_to(november(5, "18:00:30"))
    close_due("beat")
    frozen = figure_of(evening)
    object_to(frozen.person_day, by=evening.anna, figure=frozen, asked=2, reason="Звонок был в дороге")  # type: ignore[arg-type]
    page.goto("/scorecard/")
    expect(page.locator(".head")).to_contain_text("день закрыт в 18:00")
    expect(cell_of(anna).locator(".verdict")).to_have_class("verdict missed")

    # The objection is accepted; the frozen value stays beside the corrected one.
    cell_of(anna).locator(".asks").click()
    expect(dialog(page)).to_contain_text("Звонок был в дороге")
    dialog(page).get_by_role("button", name="Принять").click()
    expect(cell_of(anna).locator(".verdict")).to_have_class("verdict met")
    expect(cell_of(anna).locator("del")).to_have_text("1")

    # Boris's figure is corrected; without a reason the form says what is missing and keeps what was typed.
    boris = evening.boris.name
    cell_of(boris).get_by_role("link").click()
    dialog(page).get_by_role("link", name="Исправить").first.click()
    value = dialog(page).locator("[name=value]")
    value.fill("3")
    dialog(page).get_by_role("button", name="Исправить").click()
    expect(dialog(page).locator(".invalid-feedback")).to_be_visible()
    expect(value).to_have_value("3")
    dialog(page).locator("[name=reason]").fill("Не было связи")
    dialog(page).get_by_role("button", name="Исправить").click()
    expect(cell_of(boris).locator(".verdict")).to_have_class("verdict met")

    # Anna's day is excused from its points.
    day = PersonDay.objects.get(person=evening.anna, day=dt.date(2026, 11, 5))
    page.locator(f'a[href="/scorecard/day/{day.pk}/"]').click()
    dialog(page).get_by_role("link", name="Не оценивать день").click()
    dialog(page).locator("[name=reason]").fill("Больничный")
    dialog(page).get_by_role("button", name="Не оценивать").click()
    expect(page.locator(".scores tbody tr").filter(has_text=anna)).to_contain_text("не оценивается")

    # The workbook holds the same totals.
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    file = tmp_path / "scorecard.xlsx"
    download.value.save_as(file)
    rows = [row for row in load_workbook(file).worksheets[0].iter_rows(values_only=True) if row[0]]
    heads = next(row for row in rows if row[0] == "Менеджер")
    total = dict(zip(heads, rows[-1], strict=True))
    assert (total["Менеджер"], total[str(Indicator.objects.get(code=HELD))]) == ("Итого", 5)
    shown = page.locator(".scores tfoot").inner_text()
    assert "5" in shown


def test_on_a_phone_the_table_scrolls_in_its_paper(evening: Office, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=evening.head, size=PHONE)
    for address in ("/scorecard/", "/scorecard/?view=week", "/scorecard/?view=month"):
        page.goto(address)
        is_ready(page)
        assert fits(page), address


def test_the_scorecard_is_for_everybodys_eyes(
    evening: Office, open_page: Callable[..., Page], violations: Callable[..., list[str]]
) -> None:
    evening.clock.move_to(november(5, "18:00:30"))
    close_due("beat")
    for scheme in ("light", "dark"):
        page = open_page(as_user=evening.head, color_scheme=scheme)
        page.goto("/scorecard/")
        is_ready(page)
        assert violations(page) == []
        cells_of(page)(evening.anna.name).get_by_role("link").click()
        expect(dialog(page)).to_be_visible()
        assert violations(page) == []
