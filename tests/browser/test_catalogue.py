"""The catalogue in a real browser: groups are dragged, a product is made once, the stock is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from orders.models import Product, StockCount
from orders.tree import Tree
from pipeline.models import ProductGroup
from tests.browser.hands import dialog, is_ready
from tests.cast import Cast
from tests.factories import by_system
from tests.orders.factories_catalogue import make_group, make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def groups(cast: Cast) -> dict[str, ProductGroup]:
    with by_system():
        ProductGroup.objects.soft_delete()
    casings = make_group("Оболочка", position=1, illiquid_days=60)
    return {
        "Оболочка": casings,
        "Черева": make_group("Черева", casings, position=1),
        "Специи": make_group("Специи", position=2),
        "Сетка": make_group("Сетка", position=3),
    }


def paths() -> list[str]:
    tree = Tree.read()
    return [tree.path(group.pk) for group in tree.order]


def row(page: Page, name: str):
    return page.locator(".group-row").filter(has=page.get_by_role("link", name=name, exact=True))


def carry(page: Page, grip: Locator, target: Locator, where: Locator) -> None:
    """Takes hold of the grip and moves about the target, as a hand does, until what is carried stands `where`."""
    grip.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    for move in range(200):
        page.mouse.move(box["x"] + 60 + move % 7, middle + move % 9 - 4, steps=3)
        if where.count():
            return
    raise AssertionError("what is carried never came to stand there")


def test_a_group_is_dragged_below_another_one_and_moved_by_arrows(
    cast: Cast, groups: dict[str, ProductGroup], open_page: Callable[..., Page]
) -> None:
    page = open_page(as_user=cast.head.user)
    page.goto("/products/groups/")
    is_ready(page)
    expect(page.locator("#groups[data-drags]")).to_be_visible()
    casings = page.locator(f'li[data-group="{groups["Оболочка"].pk}"]')
    inside = casings.locator(f'li[data-group="{groups["Сетка"].pk}"]')
    carry(page, row(page, "Сетка").locator(".grip"), row(page, "Черева"), inside)
    with page.expect_navigation():
        page.mouse.up()
    expect(inside).to_be_visible()
    expect(page.locator("#groups > li")).to_have_count(2)
    assert next(path for path in paths() if path.endswith("Сетка")).startswith("Оболочка / ")
    row(page, "Специи").hover()
    page.get_by_role("button", name="«Специи» на место выше").click()
    expect(page.locator("#groups > li").first).to_contain_text("Специи")
    row(page, "Оболочка").hover()
    page.get_by_role("button", name="«Оболочка» внутрь предыдущей").click()
    expect(page.locator("#groups > li")).to_have_count(1)
    assert "Специи / Оболочка / Черева" in paths()


def test_a_group_goes_away_only_with_a_place_for_what_is_in_it(
    cast: Cast, groups: dict[str, ProductGroup], open_page: Callable[..., Page]
) -> None:
    product = make_product("Перец", groups["Специи"])
    page = open_page(as_user=cast.head.user)
    page.goto("/products/groups/")
    is_ready(page)
    row(page, "Специи").get_by_label("Ещё о группе «Специи»").click()
    row(page, "Специи").get_by_role("link", name="Удалить").click()
    expect(dialog(page)).to_contain_text("1 товар")
    dialog(page).get_by_role("button", name="Перенести всё и удалить группу").click()
    expect(dialog(page).get_by_label("Перенести всё в группу")).to_have_attribute("aria-invalid", "true")
    dialog(page).get_by_label("Перенести всё в группу").select_option(str(groups["Черева"].pk))
    dialog(page).get_by_role("button", name="Перенести всё и удалить группу").click()
    expect(row(page, "Специи")).to_have_count(0)
    product.refresh_from_db()
    assert product.group == groups["Черева"]


def test_a_product_is_made_once(
    cast: Cast, groups: dict[str, ProductGroup], open_page: Callable[..., Page]
) -> None:
    make_product("Черева говяжья калиброванная 38/40", groups["Черева"], article="Ч-1")
    page = open_page(as_user=cast.head.user)
    page.goto("/products/new/")
    is_ready(page)
    page.get_by_label("Название").fill("Черева говяжья калибровання 38/40")
    page.get_by_label("Артикул").fill("ч-1")
    page.get_by_label("Артикул").press("Tab")
    page.get_by_label("Товарная группа").select_option(label="Оболочка / Черева")
    # What is typed is looked for while it is typed.
    expect(page.locator("#looks-like")).to_contain_text("артикул ч-1")
    page.get_by_role("button", name="Добавить товар").click()
    expect(page.get_by_label("Артикул")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Название")).to_have_value("Черева говяжья калибровання 38/40")
    page.get_by_label("Артикул").fill("Ч-2")
    page.get_by_label("Артикул").press("Tab")
    page.get_by_label("цена с НДС").fill("1 240,50")
    expect(page.locator("#looks-like")).to_contain_text("почти таким же названием")
    page.get_by_role("button", name="Добавить товар").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Черева говяжья калибровання 38/40")
    expect(page.locator(".four")).to_contain_text("1 240,50 ₽")
    assert Product.objects.count() == 2


def test_stock_is_counted_and_a_bad_cell_keeps_the_rest(
    cast: Cast, groups: dict[str, ProductGroup], open_page: Callable[..., Page]
) -> None:
    first, second = make_product("Перец", groups["Специи"]), make_product("Соль", groups["Специи"])
    page = open_page(as_user=cast.head.user)
    page.goto(f"/stock/?group={groups['Специи'].pk}")
    is_ready(page)
    page.get_by_label("Перец").fill("12,5")
    page.get_by_label("Соль").fill("много")
    page.get_by_role("button", name="Сохранить остатки").click()
    expect(page.get_by_label("Соль")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Перец")).to_have_value("12,5")
    assert not StockCount.objects.exists()
    page.get_by_label("Соль").fill("7")
    page.get_by_role("button", name="Сохранить остатки").click()
    expect(page.get_by_text("Сохранено 2 остатка.")).to_be_visible()
    counted = dict(StockCount.objects.values_list("product", "quantity"))
    assert (counted[first.pk], counted[second.pk]) == (12.5, 7)


def test_a_manager_reads_the_catalogue_without_costs_and_without_its_tools(
    cast: Cast, groups: dict[str, ProductGroup], open_page: Callable[..., Page]
) -> None:
    product = make_product("Перец", groups["Специи"])
    page = open_page(as_user=cast.anna.user)
    page.goto("/products/")
    expect(page.get_by_role("link", name="Перец")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Маржа")).to_have_count(0)
    expect(page.get_by_role("link", name="Добавить товар")).to_have_count(0)
    page.goto(product.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("Перец")
    expect(page.get_by_text("Себестоимость")).to_have_count(0)
    answer = page.goto("/products/groups/")
    assert answer is not None and answer.status == 404
