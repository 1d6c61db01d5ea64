"""What the head sees in a real browser: the team's records and nothing of the other team's."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = ["/clients/", "/deals/", "/tasks/?when=later", "/activities/", "/board/", "/journal/"]


def test_pages_of_the_head_hold_the_team_and_nobody_else(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.head.user)
    for address in LISTS:
        page.goto(address)
        content = page.locator("main").inner_text()
        assert cast.fedor.token not in page.content(), address
        assert cast.fedor.user.name not in page.content(), address
        if address != "/journal/":  # it names operations, not records
            assert cast.anna.token in content, address
            assert cast.boris.token in content, address


def test_the_team_today_counts_the_teams_conversations(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto("/")
    table = page.get_by_role("table")
    expect(table).to_contain_text("Анна Белова")
    expect(table).to_contain_text("Борис Чернов")
    expect(table).not_to_contain_text("Фёдор Рыжов")
    table.get_by_role("row", name="Борис Чернов").get_by_role("link").first.click()
    expect(page.locator("#results")).to_contain_text(cast.boris.token)
    expect(page.locator("#results")).not_to_contain_text(cast.anna.token)


def test_the_search_finds_nothing_of_the_other_team(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto("/")
    search = page.get_by_role("banner").get_by_role("searchbox")
    found = page.get_by_role("banner").locator(".found")
    search.fill(cast.boris.token)
    expect(found).to_contain_text(cast.boris.client.name)
    for query in (cast.fedor.token, "1112203", f"office@{cast.fedor.token.lower()}.test"):
        search.fill(query)
        expect(found).to_contain_text("Клиент не найден")
    page.goto(f"/search/?q={cast.fedor.token}")
    expect(page.locator("main")).not_to_contain_text(cast.fedor.client.name)


@pytest.mark.parametrize("address", ["/clients/", "/deals/", "/activities/"])
def test_downloads_hold_the_team_and_nobody_else(
    cast: Cast, open_page: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto(address)
    for name in ("Excel", "CSV"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        text = _text_of(file)
        assert cast.anna.token in text and cast.boris.token in text
        assert cast.fedor.token not in text


def test_a_foreign_card_answers_as_one_that_is_not_there(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.head.user)
    for address in (cast.fedor.client.get_absolute_url(), "/clients/999999/"):
        answer = page.goto(address)
        assert answer is not None and answer.status == 404
        expect(page.locator("body")).not_to_contain_text(cast.fedor.token)


def test_a_list_is_filtered_sorted_and_kept_in_its_address(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto("/clients/")
    page.locator("main").get_by_role("searchbox").fill("qborn")
    expect(page.locator("#results")).not_to_contain_text(cast.anna.token)
    expect(page.locator("#results")).to_contain_text(cast.boris.token)
    page.wait_for_url("**/clients/?*q=qborn*")
    page.reload()
    expect(page.locator("#results")).not_to_contain_text(cast.anna.token)
    page.go_back()
    page.goto("/clients/?sort=-name")
    names = page.locator("#results tbody tr").all_inner_texts()
    assert [cast.head.token in names[0], cast.anna.token in names[-1]] == [True, True]


def _text_of(file: Path) -> str:
    if file.suffix == ".csv":
        text = file.read_bytes().decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text), delimiter=";"))) > 1
        return text
    sheet = load_workbook(file, read_only=True).active
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
