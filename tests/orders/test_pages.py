"""Pages of orders: what they show, what is sent by their forms, what a form says when it is refused."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.actions.orders import cancel_order
from orders.models import Order, Shipment, Terms
from people.models import Role
from tests.factories import TODAY, make_team, make_user
from tests.leads.factories import make_client
from tests.orders.factories import (
    first_line,
    line,
    make_group,
    make_order,
    make_payment,
    make_product,
    make_terms,
    ship_all,
    ship_part,
)
from tests.pipeline.factories import make_deal, make_plain_client, start_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Any:
    return make_user("Анна Белова")


@pytest.fixture
def browser(client: Browser, anna: Any) -> Browser:
    client.force_login(anna)
    return client


def typed(**fields: Any) -> dict[str, Any]:
    """A form of an order as a browser sends it: rows are lists of values under `lines` and `parts`."""
    data: dict[str, Any] = {
        "ordered_on": TODAY.isoformat(),
        "ship_on": TODAY.isoformat(),
        "deferral_days": "0",
        "prices_with_vat": "on",
    }
    for prefix in ("lines", "parts"):
        rows = fields.pop(prefix, [])
        data |= {
            f"{prefix}-TOTAL_FORMS": len(rows),
            f"{prefix}-INITIAL_FORMS": fields.pop(f"{prefix}_known", 0),
        }
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data | fields


def row(product: str, quantity: str = "1", **fields: str) -> dict[str, str]:
    return {"product": product, "quantity": quantity, "vat_rate": "product"} | fields


def edit_form(browser: Browser, order: Order) -> dict[str, Any]:
    """What the form of the order holds, to be changed and sent back."""
    page = browser.get(reverse("orders:edit_order", args=[order.pk]))
    form, known = page.context["form"], first_line(order)
    return typed(
        version=form.record.version,
        seen=page.context["seen"],
        ship_on=order.ship_on.isoformat(),
        lines=[row(known.product.name, "10", line=str(known.pk), price="120", vat_rate="20")],
        lines_known=1,
    )


def words(html: bytes) -> str:
    """The text of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode())).replace("\xa0", " ")


# --- Making ---


def test_an_order_is_made_of_what_is_typed(browser, anna):
    client = make_plain_client(manager=anna)
    nails, glue = make_product("Гвозди 100 мм", article="Г-100"), make_product("Клей ПВА")
    lines = [row("г-100", "2,5"), row("клей", "4", price="99,50", discount="10"), row("", "")]
    answer = browser.post(f"{reverse('orders:new_order')}?client={client.pk}", typed(lines=lines))
    order = Order.objects.get()
    assert answer["Location"] == order.get_absolute_url()
    assert [(one.product, one.quantity, one.price, one.discount) for one in order.lines.all()] == [
        (nails, Decimal("2.5"), 120, 0),
        (glue, 4, Decimal("99.50"), 10),
    ]


def test_an_order_comes_of_a_won_deal(browser, anna):
    deal = make_deal(manager=anna, stage=start_stage("Работа!"))
    assert "Оформить заказ" in words(browser.get(deal.get_absolute_url()).content)
    make_product("Клей")
    browser.post(f"{reverse('orders:new_order')}?deal={deal.pk}", typed(lines=[row("Клей")]))
    order = Order.objects.get()
    assert (order.deal, order.client) == (deal, deal.client)
    assert str(order) in words(browser.get(deal.get_absolute_url()).content)


def test_the_client_is_found_by_what_is_typed(browser, anna):
    client = make_client("ООО «Маяк»", manager=anna)
    make_product("Клей")
    browser.post(reverse("orders:new_order"), typed(client="маяк", lines=[row("Клей")]))
    assert Order.objects.get().client == client


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"lines": []}, "нужна хотя бы одна строка"),
        ({"lines": [row("Кирпич")]}, "Такого товара в каталоге нет"),
        ({"lines": [row("Клей")]}, "Уточните, какой"),
        ({"lines": [row("Клей А", "0")]}, "больше нуля"),
        ({"lines": [row("Клей А", "много")]}, "не количество"),
        ({"lines": [row("", "5")]}, "Укажите товар"),
        ({"lines": [row("Клей А")], "ship_on": ""}, "Обязательное"),
        ({"lines": [row("Клей А")], "parts": [{"amount": "5"}]}, "и дату, и сумму"),
        ({"lines": [row("Клей А")], "client": "Никто"}, ""),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(browser, anna, wrong, sentence):
    make_client("ООО «Маяк»", manager=anna)
    make_product("Клей А")
    make_product("Клей Б")
    answer = browser.post(
        reverse("orders:new_order"), typed(**{"client": "маяк", "note": "Не потеряй", **wrong})
    )
    assert answer.status_code == 422
    assert sentence in words(answer.content)
    assert "Не потеряй" in answer.content.decode()
    assert not Order.objects.exists()


def test_more_rows_come_without_scripts(browser, anna):
    client = make_plain_client(manager=anna)
    url = f"{reverse('orders:new_order')}?client={client.pk}"
    answer = browser.post(url, typed(lines=[row("Клей")], again="1"))
    assert answer.status_code == 200
    assert 'name="lines-5-product"' in answer.content.decode()
    assert 'value="Клей"' in answer.content.decode()


def test_a_form_sent_twice_makes_one_order(browser, anna):
    client = make_plain_client(manager=anna)
    make_product("Клей")
    url = f"{reverse('orders:new_order')}?client={client.pk}"
    answers = [browser.post(url, typed(lines=[row("Клей")], once="key"))["Location"] for _ in range(2)]
    assert Order.objects.count() == 1
    assert answers[0] == answers[1]


def test_an_order_against_the_terms_asks_for_the_reason_beside(browser, anna):
    client = make_plain_client(manager=anna)
    make_terms(client, discount=5)
    make_product("Клей")
    url = f"{reverse('orders:new_order')}?client={client.pk}"
    lines = [row("Клей", "1", discount="7")]
    answer = browser.post(url, typed(lines=lines))
    assert answer.status_code == 422
    assert "Скидка 7 % больше, чем по условиям клиента (5 %)" in words(answer.content)
    browser.post(url, typed(lines=lines, terms_reason="Акция"))
    assert Order.objects.get().terms_reason == "Акция"


def test_sums_and_warnings_are_said_before_anything_is_saved(browser, anna):
    client = make_plain_client(manager=anna)
    make_terms(client, credit_limit=100)
    make_product("Клей")
    url = f"{reverse('orders:order_sums')}?client={client.pk}"
    said = words(browser.post(url, typed(lines=[row("Клей", "10"), row("Кирпич")])).content)
    assert "1 200 ₽" in said
    assert "кредитном лимите 100 ₽" in said
    assert not Order.objects.exists()


def test_products_are_offered_while_they_are_typed(browser):
    make_product("Клей ПВА", article="К-1")
    make_product("Гвозди")
    make_product("Клей старый", retired_at=TODAY.isoformat() + "T00:00+03:00")
    offered = browser.get(reverse("orders:find_products"), {"lines-3-product": "кле"}).content.decode()
    assert re.findall('value="([^"]+)"', offered) == ["Клей ПВА"]


# --- Changing ---


def test_lines_are_changed_added_and_taken_out(browser, anna):
    order = make_order(manager=anna)
    make_product("Клей")
    data = edit_form(browser, order)
    data |= {"lines-0-quantity": "5", "lines-TOTAL_FORMS": 2}
    data |= {f"lines-1-{name}": value for name, value in row("Клей", "2").items()}
    assert browser.post(reverse("orders:edit_order", args=[order.pk]), data).status_code == 302
    assert [(one.product.name == "Клей", one.quantity) for one in order.lines.all()] == [
        (False, 5),
        (True, 2),
    ]
    order.refresh_from_db()
    data = edit_form(browser, order) | {"lines-0-product": "", "lines-0-quantity": "", "lines-TOTAL_FORMS": 2}
    data |= {f"lines-1-{name}": value for name, value in row("Клей", "1").items()}
    browser.post(reverse("orders:edit_order", args=[order.pk]), data)
    assert [one.product.name for one in order.lines.all()] == ["Клей"]


def test_the_second_to_change_the_lines_is_shown_what_the_first_wrote(browser, anna):
    order = make_order(manager=anna)
    data = edit_form(browser, order) | {"lines-0-quantity": "7"}
    browser.post(
        reverse("orders:edit_order", args=[order.pk]), edit_form(browser, order) | {"lines-0-quantity": "3"}
    )
    answer = browser.post(reverse("orders:edit_order", args=[order.pk]), data)
    assert answer.status_code == 422
    assert "— 3." in words(answer.content)
    assert 'value="7"' in answer.content.decode()
    assert first_line(order).quantity == 3


def test_fields_of_a_shipped_order_may_still_change(browser, anna):
    order = make_order(manager=anna)
    ship_all(order)
    order.refresh_from_db()
    page = browser.get(reverse("orders:edit_order", args=[order.pk])).content.decode()
    assert "lines-0-product" not in page
    data = {
        "version": order.version,
        "ordered_on": TODAY.isoformat(),
        "ship_on": order.ship_on.isoformat(),
        "deferral_days": "10",
        "prices_with_vat": "on",
    }
    assert browser.post(reverse("orders:edit_order", args=[order.pk]), data).status_code == 302
    order.refresh_from_db()
    assert order.deferral_days == 10


# --- Documents ---


def test_an_order_is_shipped_in_a_dialog_with_all_that_is_left_to_begin_with(browser, anna):
    order = make_order(manager=anna)
    url, name = reverse("orders:ship", args=[order.pk]), f"line-{first_line(order).pk}"
    assert f'name="{name}" value="10"' in browser.get(url).content.decode()
    refused = browser.post(url, {"day": TODAY.isoformat(), name: "11"})
    assert refused.status_code == 422
    assert "осталось отгрузить 10" in words(refused.content)
    browser.post(url, {"day": TODAY.isoformat(), name: "4"})
    assert Shipment.objects.get().amount == 480
    page = words(browser.get(order.get_absolute_url()).content)
    assert "отгружен частично" in page
    assert "Отгрузка № 1/2026" in page


def test_a_return_and_a_correction_are_written_of_a_shipment(browser, anna):
    order = make_order(manager=anna)
    shipment, name = ship_all(order), f"line-{first_line(order).pk}"
    browser.post(reverse("orders:take_back", args=[shipment.pk]), {"day": TODAY.isoformat(), name: "2"})
    browser.post(
        reverse("orders:correct", args=[shipment.pk]),
        {"day": TODAY.isoformat(), name: "900", "note": "Ошибка"},
    )
    assert [one.amount for one in Shipment.objects.order_by("pk")] == [1200, -240, -60]
    page = words(browser.get(order.get_absolute_url()).content)
    assert "Возврат № 2/2026" in page
    assert "−240 ₽" in page


def test_a_document_that_has_nothing_to_hold_says_so(browser, anna):
    order = make_order(manager=anna)
    ship_all(order)
    assert "ничего не осталось" in words(browser.get(reverse("orders:ship", args=[order.pk])).content)


def test_an_order_is_cancelled_and_that_is_taken_back(browser, anna):
    order = make_order(manager=anna)
    url = reverse("orders:cancel_order", args=[order.pk])
    assert browser.post(url, {"reason": ""}).status_code == 422
    page = browser.post(url, {"reason": "Передумали"}, follow=True).content
    assert "Передумали" in words(page)
    undo = re.search(r'action="(/[^"]*rollback[^"]*)"', page.decode())
    assert undo
    browser.post(undo[1])
    order.refresh_from_db()
    assert order.cancelled_on is None


def test_what_is_said_of_an_order_stands_on_its_page(browser, anna):
    order = make_order(manager=anna)
    cost = {"kind": "transport", "amount": "1 500", "accrued_on": TODAY.isoformat()}
    browser.post(reverse("orders:new_cost", args=[order.pk]), cost)
    browser.post(reverse("orders:promise", args=[order.pk]), {"promised_on": TODAY.isoformat()})
    browser.post(reverse("orders:originals", args=[order.pk]), {"originals_on": TODAY.isoformat()})
    make_payment(orders=order, amount=200, number="77")
    page = words(browser.get(order.get_absolute_url()).content)
    for piece in ("1 500 ₽", "Обещал оплатить", "вернулись чт 5 ноября", "№ 77", "осталось 1 000 ₽"):
        assert piece in page, piece
    history = words(browser.get(reverse("orders:order_history", args=[order.pk])).content)
    assert "1 500 ₽" in history


# --- Cards, the list ---


def test_a_client_s_card_shows_orders_terms_and_how_much_of_the_potential_is_used(browser, anna, clock):
    client = make_plain_client(manager=anna)
    make_terms(client, discount=7, credit_limit=5000, potential=4000)
    ship_all(make_order(client))
    clock.move_to(dt.datetime(2027, 1, 12, 9, 0, tzinfo=dt.UTC))
    page = words(browser.get(client.get_absolute_url()).content)
    for piece in ("№ 1/2026", "1 200 ₽", "долг 1 200 ₽", "Использовано потенциала: 10 %", "400 ₽ на месяц"):
        assert piece in page, piece


def test_terms_are_set_by_heads(client, anna):
    north = make_team()
    seller, head = make_user(team=north), make_user(role=Role.HEAD, team=north)
    theirs = make_plain_client(manager=seller)
    url = reverse("orders:terms", args=[theirs.pk])
    client.force_login(seller)
    assert client.get(url).status_code == 404
    client.force_login(head)
    assert client.post(url, {"discount": "200", "deferral_days": "14"}).status_code == 422
    client.post(url, {"discount": "7,5", "deferral_days": "14", "credit_limit": "1 000 000"})
    terms = Terms.objects.get()
    assert (terms.discount, terms.deferral_days, terms.credit_limit) == (Decimal("7.5"), 14, 1_000_000)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["late", "paid", "part"]),
        ("state=open", ["late", "part"]),
        ("state=late", ["late"]),
        ("state=owing", ["part"]),
        ("state=unpaid", ["late", "part"]),
        ("state=cancelled", ["cancelled"]),
        ("state=all", ["cancelled", "late", "paid", "part"]),
        ("q=маяк", ["late"]),
        ("q=№ 2/2026", ["part"]),
        ("region=Томск", ["late"]),
        ("ordered_from=2026-11-05", ["paid", "part"]),
        ("group={group}", ["paid"]),
    ],
)
def test_the_list_is_narrowed(browser, anna, clock, query, shown):
    group = make_group("Химия")
    glue = make_product("Клей", group=make_group("Клеи", parent=group))
    nails = make_product("Гвозди", group=make_group("Метизы"))
    early = TODAY.replace(day=1)
    place = make_client("ООО «Маяк»", manager=anna, region="Томск")
    orders = {
        "late": make_order(place, lines=[line(1, nails)], ordered_on=early, ship_on=early),
        "part": make_order(make_plain_client(manager=anna), lines=[line(5, nails)]),
        "paid": make_order(make_plain_client(manager=anna), lines=[line(1, glue)]),
        "cancelled": make_order(make_plain_client(manager=anna), lines=[line(1, nails)], ordered_on=early),
    }
    ship_part(orders["part"], 2)
    ship_all(orders["paid"])
    make_payment(orders=orders["paid"], amount=120)
    cancel_order(orders["cancelled"], by=anna, reason="Передумали")
    page = words(browser.get(f"{reverse('orders:orders')}?{query.format(group=group.pk)}").content)
    assert sorted(name for name, order in orders.items() if f"{order} " in page) == shown


def test_an_order_s_page_asks_as_much_for_many_lines_as_for_few(browser, anna):
    def asked(order: Order) -> int:
        browser.get(order.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(order.get_absolute_url())
        return len(queries)

    def with_lines(count: int) -> Order:
        order = make_order(manager=anna, lines=[line(3) for _number in range(count)])
        for _number in range(count):
            ship_part(order, 1)
            make_payment(orders=order, amount=1)
        return order

    assert asked(with_lines(3)) == asked(with_lines(1))


def test_the_form_s_page_asks_as_much_for_many_lines_as_for_few(browser, anna):
    def asked(count: int) -> int:
        order = make_order(manager=anna, lines=[line(3) for _number in range(count)])
        url = reverse("orders:edit_order", args=[order.pk])
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        return len(queries)

    assert asked(4) == asked(1)
