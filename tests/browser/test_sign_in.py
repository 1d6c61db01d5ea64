"""Signing in, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.factories import by_system, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_manager_signs_in_with_the_keyboard_and_sees_the_own_name(page: Page) -> None:
    user = make_user("Анна Белова", email="anna@example.test")
    user.set_password("a long password")
    with by_system():
        user.save()
    page.goto("/")
    page.get_by_label("Эл. почта").fill("anna@example.test")
    page.get_by_label("Пароль").fill("a long password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Анна Белова").first).to_be_attached()


def test_a_wrong_password_is_said_and_the_address_stays(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Эл. почта").fill("nobody@example.test")
    page.get_by_label("Пароль").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Эл. почта")).to_have_value("nobody@example.test")


def test_the_sign_in_page_fits_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE)
    page.goto("/login/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_sign_in_page_is_accessible(page: Page, violations: Callable[[Page], list[str]]) -> None:
    page.goto("/login/")
    assert violations(page) == []
