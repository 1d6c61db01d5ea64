"""The former table comes in: spoilt, mended, found, undone, by a manager in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from activities.models import Activity
from core.outbox import run_due_jobs
from leads.models import Client
from tests.browser.conftest import PHONE
from tests.factories import make_user
from tests.workbooks import Made, make_workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna():
    return make_user("Анна Смирнова")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_workbook(
        tmp_path / "База.xlsx", clients=60, activities=80, spoilt=True, managers=["Анна Смирнова"]
    )


def bring(page: Page, path: Path) -> None:
    """From the empty list of clients to the preview, by what the page offers."""
    page.goto("/clients/")
    page.get_by_role("link", name="Загрузить из Excel").first.click()
    page.get_by_label("Книга Excel или CSV").set_input_files(path)
    page.get_by_role("button", name="Загрузить файл").click()
    page.get_by_role("button", name="Проверить строки").click()
    expect(page.get_by_text("Строки проверяются")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("ещё ничего не загружено")).to_be_visible()


def load(page: Page) -> None:
    page.get_by_role("button", name="Загрузить ").first.click()
    expect(page.get_by_text("Строки загружаются")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("Файл загружен.")).to_be_visible()


def mend(path: Path, names: list[str]) -> None:
    book = load_workbook(path)
    for number, row in enumerate(book["Лиды"].iter_rows(min_row=2), 1):
        row[1].value = row[1].value or f"Исправленное название {number}"
        row[4].value, row[5].value, row[6].value = f"8 903 555-01-{number:02}", None, None
        row[9].value = "Анна Смирнова"
    for row in book["Активности"].iter_rows(min_row=2):
        row[0].value, row[1].value, row[2].value, row[4].value = (
            names[0],
            "01.10.2026",
            "Звонок",
            "Интересуется",
        )
    book.save(path)


def test_a_manager_loads_the_spoilt_table_mends_it_and_undoes_it(
    open_page: Callable[..., Page], anna: object, made: Made, tmp_path: Path
) -> None:
    page = open_page(as_user=anna)
    bring(page, made.path)
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать строки с ошибками").click()
    mended = tmp_path / "исправлено.xlsx"
    download.value.save_as(mended)
    load(page)
    clients, activities = Client.objects.count(), Activity.objects.count()
    assert clients and activities

    mend(mended, list(Client.objects.values_list("name", flat=True)))
    bring(page, mended)
    expect(page.get_by_role("heading", name="ошиб")).to_have_count(0)
    load(page)
    assert Client.objects.count() > clients and Activity.objects.count() > activities

    page.goto("/clients/")
    page.get_by_label("Имя, телефон, ИНН").or_(page.locator("#list-form input[name=q]")).first.fill(
        "555-01-02"
    )
    expect(page.locator("#results tbody tr")).to_have_count(1)

    page.goto("/imports/")
    page.get_by_role("link", name="исправлено.xlsx").first.click()
    page.get_by_role("link", name="Отменить загрузку").click()
    page.get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_text("Загрузка отменяется")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("Загрузка отменена")).to_be_visible()
    assert (Client.objects.count(), Activity.objects.count()) == (clients, activities)


def test_the_pages_of_an_import_fit_a_phone(
    open_page: Callable[..., Page], anna: object, made: Made, violations: Callable[[Page], list[str]]
) -> None:
    page = open_page(as_user=anna, size=PHONE)
    page.goto("/imports/new/")
    page.get_by_label("Книга Excel или CSV").set_input_files(made.path)
    page.get_by_role("button", name="Загрузить файл").click()
    page.get_by_label("Название").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert violations(page) == []
    page.get_by_role("button", name="Проверить строки").click()
    run_due_jobs()
    expect(page.get_by_text("ещё ничего не загружено")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert violations(page) == []
