"""A long list as a file: the page says how far it is, hands it out when it is made, and keeps it among one's files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from core import outbox
from core.exports import delivery
from core.models import Job
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.hands import fits, is_ready
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_long_list_is_waited_for_and_fetched(
    cast: Cast,
    open_page: Callable[..., Page],
    violations: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(delivery, "AT_ONCE", 2)
    page = open_page(as_user=cast.director.user)
    page.goto("/clients/")
    page.get_by_role("link", name="Excel", exact=True).click()
    expect(page.locator("h1")).to_have_text("Клиенты")
    expect(page.get_by_role("status").filter(has_text="Файл готовится")).to_be_visible()
    Job.objects.filter(kind="exports.write").update(progress_done=31_000, progress_total=100_000)
    expect(page.locator("#progress")).to_contain_text("31 000 / 100 000")
    assert fits(page) and violations(page) == []
    looked_at(page, "files-in-work")

    outbox.run_due_jobs()
    download = page.get_by_role("link", name="Скачать Excel")
    expect(download).to_be_visible()
    assert violations(page) == []
    looked_at(page, "files-ready")
    with page.expect_download() as waiting:
        download.click()
    file = tmp_path / "clients.xlsx"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename == "Клиенты 2026-11-05.xlsx"
    text = str(list(load_workbook(file).active.iter_rows(values_only=True)))
    assert all(seller.token in text for seller in cast.sellers)

    page.get_by_role("link", name="Мои файлы").first.click()
    is_ready(page)
    expect(page.locator("#results")).to_contain_text("готов")
    looked_at(page, "files-list")


def looked_at(page: Page, name: str) -> None:
    """Pictures of the page in both sizes and themes, where SHOTS names a folder for them."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    for size in (DESKTOP, PHONE):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{size[0]}-{scheme}.png")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.emulate_media(color_scheme="light")
