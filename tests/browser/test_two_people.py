"""Two people at one card, and the way back: conflicts, undo and rollback in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.models import Client
from pipeline.models import Deal
from tests.browser.hands import toast
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_of_two_people_saving_one_card_the_second_sees_both_values_and_decides(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    client = cast.anna.client
    address = f"{client.get_absolute_url()}edit/"
    annas, heads = open_page(as_user=cast.anna.user), open_page(as_user=cast.head.user)
    for page in (annas, heads):
        page.goto(address)
    annas.get_by_label("Город").fill("Пермь")
    annas.get_by_label("ИНН").fill("7707083893")
    annas.get_by_role("button", name="Сохранить").click()
    expect(annas.get_by_role("heading", name="Что было")).to_be_visible()
    heads.get_by_label("Город").fill("Казань")
    heads.get_by_label("Сайт").fill("qalvira.test")
    heads.get_by_role("button", name="Сохранить").click()
    conflict = heads.get_by_role("alert")
    expect(conflict).to_contain_text("Пермь")
    expect(conflict).to_contain_text("Казань")
    expect(conflict).to_contain_text("Анна Белова")
    expect(heads.get_by_label("Сайт")).to_have_value("qalvira.test")
    conflict.get_by_label("Пермь").check()
    heads.get_by_role("button", name="Сохранить").click()
    expect(heads.get_by_role("heading", name="Что было")).to_be_visible()
    client.refresh_from_db()
    assert (client.city, client.site, client.inn) == ("Пермь", "qalvira.test", "7707083893")


def test_two_people_changing_different_fields_disturb_nobody(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    client = cast.anna.client
    annas, heads = open_page(as_user=cast.anna.user), open_page(as_user=cast.head.user)
    for page in (annas, heads):
        page.goto(f"{client.get_absolute_url()}edit/")
    annas.get_by_label("Город").fill("Пермь")
    annas.get_by_role("button", name="Сохранить").click()
    expect(annas.get_by_role("heading", name="Что было")).to_be_visible()
    heads.get_by_label("Сайт").fill("qalvira.test")
    heads.get_by_role("button", name="Сохранить").click()
    expect(heads.get_by_role("heading", name="Что было")).to_be_visible()
    client.refresh_from_db()
    assert (client.city, client.site) == ("Пермь", "qalvira.test")


def test_a_conflict_over_a_deal_is_decided_in_the_dialog(cast: Cast, open_page: Callable[..., Page]) -> None:
    deal = cast.anna.deal
    pages = open_page(as_user=cast.anna.user), open_page(as_user=cast.head.user)
    for page in pages:
        page.goto(deal.get_absolute_url())
        page.get_by_role("link", name="Изменить").click()
    annas, heads = pages
    annas.locator("#dialog").get_by_label("Сумма").fill("100 000")
    annas.locator("#dialog").get_by_role("button", name="Сохранить").click()
    expect(annas.locator("#dialog[open]")).to_have_count(0)
    window = heads.locator("#dialog")
    window.get_by_label("Сумма").fill("120 000")
    window.get_by_role("button", name="Сохранить").click()
    expect(window.get_by_role("alert")).to_contain_text("100 000")
    expect(window.get_by_role("alert")).to_contain_text("120 000")
    window.get_by_role("button", name="Сохранить").click()
    expect(heads.locator(".fact").first).to_contain_text("120 000 ₽")
    assert Deal.objects.get(pk=deal.pk).amount == 120_000


def test_a_deleted_client_comes_back_from_the_note(cast: Cast, open_page: Callable[..., Page]) -> None:
    client = cast.anna.client
    page = open_page(as_user=cast.anna.user)
    page.goto(f"{client.get_absolute_url()}edit/")
    page.get_by_role("button", name="Удалить клиента").click()
    expect(toast(page)).to_be_visible()
    assert not Client.objects.filter(pk=client.pk).exists()
    toast(page).get_by_role("button", name="Отменить").click()
    expect(page.locator("#results")).to_contain_text(client.name)
    assert Client.objects.filter(pk=client.pk).exists()
    assert Deal.objects.filter(pk=cast.anna.deal.pk).exists()


def test_a_change_is_rolled_back_from_the_journal_after_a_preview(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    from leads.actions import update_client

    client = Client.objects.get(pk=cast.anna.client.pk)
    update_client(client, by=cast.anna.user, city="Пермь", site="qalvira.test")
    update_client(client, by=cast.anna.user, city="Казань")
    page = open_page(as_user=cast.anna.user)
    page.goto("/journal/")
    page.locator("#results tbody tr").nth(1).get_by_role("link").first.click()
    expect(page.locator(".changes")).to_contain_text("qalvira.test")
    page.get_by_role("link", name="Откатить…").click()
    expect(page.get_by_role("group", name="Город")).to_contain_text("Казань")
    assert Client.objects.get(pk=client.pk).site == "qalvira.test"
    page.get_by_label("Вернуть, что было раньше").check()
    page.get_by_role("button", name="Откатить").click()
    expect(toast(page)).to_be_visible()
    client.refresh_from_db()
    assert (client.city, client.site) == ("", "")
