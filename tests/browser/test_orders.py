"""An order in a real browser: from a won deal to its return, and lines that grow while they are typed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from core import periods
from orders.models import Order
from pipeline.actions import move_deal
from tests.browser.conftest import PHONE
from tests.browser.hands import dialog, fits, is_ready
from tests.cast import Cast
from tests.orders.factories import make_product, make_terms
from tests.pipeline.factories import start_stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_won_deal_becomes_an_order_goes_out_in_part_and_comes_back(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    deal = cast.anna.deal
    make_product("Клей ПВА", article="К-1")
    make_product("Гвозди 100 мм", price=Decimal("7.50"))
    move_deal(deal, start_stage("Работа!"), by=cast.anna.user, amount=Decimal(5000))
    page = open_page(as_user=cast.anna.user)

    page.goto(deal.get_absolute_url())
    page.get_by_role("link", name="Оформить заказ").click()
    expect(page.get_by_role("heading", name="Новый заказ")).to_be_visible()
    is_ready(page)
    page.locator("#id_lines-0-product").fill("клей")
    page.locator("#id_lines-0-quantity").fill("10")
    page.locator("#id_lines-0-quantity").press("Tab")
    expect(page.locator("#lines-0-sum")).to_have_text("1\u00a0200\u00a0₽")
    page.get_by_role("button", name="Ещё строка").click()
    expect(page.locator("#id_lines-3-product")).to_be_focused()
    page.locator("#id_lines-3-product").fill("Гвозди 100 мм")
    page.locator("#id_lines-3-quantity").fill("4")
    page.locator("#id_lines-3-quantity").press("Tab")
    expect(page.locator("#order-sums")).to_contain_text("1\u00a0230\u00a0₽")
    page.get_by_role("button", name="Убрать строку").nth(3).click()
    expect(page.locator("#order-sums")).to_contain_text("1\u00a0200\u00a0₽")
    page.get_by_role("button", name="Оформить заказ").click()
    expect(page.get_by_role("heading", name="Заказ № 1/")).to_be_visible()
    order = Order.objects.get()
    assert (order.deal, order.lines.count(), order.amount) == (deal, 1, Decimal(1200))

    page.get_by_role("link", name="Отгрузить").click()
    amount = dialog(page).get_by_label("Клей ПВА")
    expect(amount).to_have_value("10")
    amount.fill("11")
    dialog(page).get_by_role("button", name="Отгрузить").click()
    expect(dialog(page)).to_contain_text("осталось отгрузить 10")
    amount.fill("4")
    dialog(page).get_by_role("button", name="Отгрузить").click()
    expect(page.get_by_text("отгружен частично")).to_be_visible()
    expect(page.get_by_role("cell", name="480")).to_be_visible()

    page.get_by_role("link", name="Вернуть").click()
    dialog(page).get_by_label("Клей ПВА").fill("1")
    dialog(page).get_by_role("button", name="Оформить возврат").click()
    expect(page.get_by_role("cell", name="−120")).to_be_visible()
    order.refresh_from_db()
    assert (order.amount, order.shipped) == (Decimal(1080), Decimal(360))


def test_what_is_against_the_terms_is_asked_for_while_it_is_typed(
    cast: Cast, open_page: Callable[..., Page]
) -> None:
    make_product("Клей ПВА")
    make_terms(cast.anna.client, discount=5)
    page = open_page(as_user=cast.anna.user, size=PHONE)
    page.goto(f"/orders/new/?client={cast.anna.client.pk}")
    is_ready(page)
    page.locator("#id_lines-0-product").fill("Клей ПВА")
    page.locator("#id_lines-0-quantity").fill("2")
    page.locator("#id_lines-0-discount").fill("9")
    page.locator("#id_lines-0-discount").press("Tab")
    expect(page.get_by_text("больше, чем по условиям клиента")).to_be_visible()
    reason = page.get_by_label("Причина отступления от условий")
    reason.fill("Акция ноября")
    assert fits(page)
    page.get_by_role("button", name="Оформить заказ").click()
    expect(page.get_by_role("heading", name="Заказ № 1/")).to_be_visible()
    expect(page.get_by_text("Акция ноября")).to_be_visible()
    assert Order.objects.get().ordered_on == periods.today()
