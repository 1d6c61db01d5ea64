"""The search of the top bar by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import is_ready, press_in_cyrillic
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_client_is_found_and_opened_without_the_mouse(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/profile/")
    is_ready(page)
    press_in_cyrillic(page, "Slash")
    page.keyboard.type("22-01")
    hit = page.locator("#found a.hit").first
    expect(hit).to_contain_text("Qalvira")
    page.keyboard.press("ArrowDown")
    expect(hit).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(cast.anna.client.get_absolute_url())))


def test_enter_without_a_choice_shows_all_that_was_found(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/profile/")
    is_ready(page)
    search = page.get_by_role("searchbox").first
    search.fill("22-01")
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=22-01"))
    expect(page.locator("main")).to_contain_text("Qalvira")
