"""A statement of the bank comes in: one payment is matched by itself, one by hand, the file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core import periods
from core.inn import complete_inn
from core.names import name_key
from core.outbox import run_due_jobs
from orders.models import Order, Payment
from people.models import Role
from tests.browser.conftest import PHONE
from tests.browser.hands import fits
from tests.factories import make_team, make_user
from tests.orders.factories import line, make_order, make_product
from tests.orders.statements import document, statement
from tests.pipeline.factories import make_plain_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INN = complete_inn("770123456")


@pytest.fixture
def head():
    return make_user("Галина Сизова", Role.HEAD, team=make_team("Север"))


@pytest.fixture
def orders(head) -> list[Order]:
    """Two orders of one client: of 1 000 ₽ and of 250 ₽."""
    manager = make_user("Анна Белова", team=head.team)
    client = make_plain_client("ООО «Вектор»", manager, inn=INN, name_key=name_key("ООО «Вектор»"))
    return [
        make_order(client, lines=[line(1, make_product(price=Decimal(amount)))]) for amount in (1000, 250)
    ]


@pytest.fixture
def path(orders: list[Order], tmp_path: Path) -> Path:
    """The statement, in Windows-1251 as banks write it."""
    day = f"{periods.today():%d.%m.%Y}"
    text = statement(
        document(number="1", day=day, amount="1000.00", payer_inn=INN, purpose=f"Счёт № {orders[0].number}"),
        document(number="2", day=day, amount="300.00", payer_inn=INN, purpose="За товар, без НДС"),
        document(number="3", day=day, amount="15.00", payer="ООО «Неизвестный»"),
    )
    file = tmp_path / "kl_to_1c.txt"
    file.write_bytes(text.encode("cp1251"))
    return file


def bring(page: Page, path: Path) -> None:
    page.goto("/payments/")
    page.get_by_role("link", name="Загрузить выписку").first.click()
    page.get_by_label("Банковская выписка").set_input_files(path)
    page.get_by_role("button", name="Загрузить файл").click()
    expect(page.get_by_text("Строки проверяются")).to_be_visible()
    run_due_jobs()


def fact(page: Page, words: str) -> Locator:
    return page.locator(".fact").filter(has_text=words).locator("b")


def test_a_statement_is_loaded_matched_and_known_the_second_time(
    open_page: Callable[..., Page], head: object, orders: list[Order], path: Path
) -> None:
    page = open_page(as_user=head)
    bring(page, path)
    expect(page.get_by_text("ещё ничего не загружено")).to_be_visible()
    expect(fact(page, "Новых")).to_have_text("3")
    expect(fact(page, "Разносятся сами")).to_have_text("1")
    page.get_by_role("button", name="Загрузить 3 платежа").click()
    expect(page.get_by_text("Строки загружаются")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("Выписка загружена.")).to_be_visible()
    assert Order.objects.get(pk=orders[0].pk).unpaid == 0

    # The second one by hand: the proposal stands in the box already.
    page.goto("/payments/?unmatched=on")
    page.get_by_role("link", name="ООО «Вектор»").click()
    box = page.get_by_label(f"Сумма по заказу {orders[1]}")
    expect(box).to_have_value("250")
    box.fill("300")
    page.get_by_role("button", name="Разнести", exact=True).click()
    expect(page.get_by_text("осталось оплатить 250")).to_be_visible()
    page.get_by_role("button", name="остаток оставить авансом").click()
    expect(fact(page, "Разнесено по заказам")).to_have_text("250 ₽")
    expect(fact(page, "Аванс")).to_have_text("50 ₽")

    bring(page, path)
    expect(fact(page, "Уже есть")).to_have_text("3")
    expect(page.get_by_text("Нового в ней нет")).to_be_visible()
    assert Payment.objects.count() == 3


def test_the_pages_of_payments_fit_a_phone(
    open_page: Callable[..., Page],
    head: object,
    orders: list[Order],
    path: Path,
    violations: Callable[[Page], list[str]],
) -> None:
    page = open_page(as_user=head, size=PHONE)
    bring(page, path)
    expect(page.get_by_text("ещё ничего не загружено")).to_be_visible()
    assert fits(page) and violations(page) == []
    page.get_by_role("button", name="Загрузить 3 платежа").click()
    expect(page.get_by_text("Строки загружаются")).to_be_visible()
    run_due_jobs()
    expect(page.get_by_text("Выписка загружена.")).to_be_visible()
    for address in ("/payments/", Payment.objects.get(number="2").get_absolute_url(), "/payments/new/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert fits(page) and violations(page) == [], address
