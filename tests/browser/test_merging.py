"""Two cards of one client are merged in a real browser, and taken apart again by the note."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from leads.models import Client
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.hands import fits, toast
from tests.cast import Cast
from tests.leads.factories import make_client, make_contact

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def double(cast: Cast) -> Client:
    """A second card of Anna's client."""
    double = make_client(
        "Калвира-Трейд", cast.anna.user, city="Казань", inn="7707083893", note="Звонить после обеда"
    )
    make_contact(double, "Игорь Ланской", phones=["+79125550000"])
    return double


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_card_is_merged_from_the_card_and_the_note_undoes_it(
    cast: Cast, double: Client, open_page: Callable[..., Page], scripts: bool
) -> None:
    card = cast.anna.client
    page = open_page(as_user=cast.anna.user, java_script_enabled=scripts)
    page.goto(double.get_absolute_url())
    page.get_by_role("link", name="Объединить").click()
    page.get_by_role("combobox", name="Какая карточка").fill("qalvira")
    if not scripts:
        page.get_by_role("button", name="Найти").click()
    page.locator("#merge-found").get_by_role("link", name=card.name).click()
    page.get_by_role("radiogroup", name="Название").get_by_label("Калвира-Трейд").check()
    page.get_by_role("button", name="Объединить карточки").click()
    page.wait_for_url(f"**{card.get_absolute_url()}")
    expect(page.get_by_role("heading", name="Калвира-Трейд", level=1)).to_be_visible()
    expect(page.get_by_text("Игорь Ланской").first).to_be_visible()
    expect(page.get_by_text("Объединена с карточкой")).to_be_visible()
    toast(page).get_by_role("button", name="Отменить").click()
    expect(page.get_by_role("heading", name=card.name, level=1)).to_be_visible()
    assert Client.objects.filter(pk=double.pk, merged_into=None).exists()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_both_cards_stand_side_by_side_and_fit(
    cast: Cast,
    double: Client,
    open_page: Callable[..., Page],
    violations: Callable[..., list[str]],
    size: tuple[int, int],
) -> None:
    page = open_page(as_user=cast.anna.user, size=size)
    url = reverse("leads:merge", args=[cast.anna.client.pk])
    for address in (url, f"{url}?q=калвира", f"{url}?with={double.pk}"):
        page.goto(address)
        assert fits(page), address
        assert violations(page) == [], address
