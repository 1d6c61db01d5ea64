"""Pages of payments: what is entered, matched, loaded from a statement and taken back, without a browser's scripts."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.imports.models import ImportRun
from core.inn import complete_inn
from core.names import name_key
from core.outbox import run_due_jobs
from orders.models import Order, Payment
from people.models import Role
from tests.factories import TODAY, make_team, make_user
from tests.orders.factories import line, make_order, make_payment, make_product
from tests.orders.statements import document, statement
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db
INN, OTHER_INN = complete_inn("770123456"), complete_inn("500100732")


@pytest.fixture
def anna():
    return make_user("Анна Белова", team=make_team("Север"))


@pytest.fixture
def head(anna):
    return make_user("Галина Сизова", Role.HEAD, team=anna.team)


@pytest.fixture
def vector(anna):
    return make_plain_client("ООО «Вектор»", anna, inn=INN, name_key=name_key("ООО «Вектор»"))


@pytest.fixture
def order(vector):
    return order_of("1000.00", vector)


def order_of(amount, client):
    return make_order(client, lines=[line(1, make_product(price=Decimal(amount)))])


@pytest.fixture
def browser(client, head):
    client.force_login(head)
    return client


def enter(browser, query="", **data):
    data = {"paid_on": TODAY.isoformat(), "form": "cash", **data}
    return browser.post(reverse("orders:payment_new") + query, data)


def text(response):
    return response.content.decode()


# --- Entering and matching ---


def test_a_payment_of_an_order_is_matched_at_once(browser, order):
    page = browser.get(reverse("orders:payment_new") + f"?order={order.pk}")
    assert page.context["form"]["amount"].value() == "1\xa0000"
    response = enter(browser, f"?order={order.pk}", amount="400,50")
    assert response.url == order.get_absolute_url()
    assert Order.objects.get().paid == Decimal("400.50")


def test_more_than_the_order_lacks_is_asked_about_and_then_kept_as_an_advance(browser, order):
    refused = enter(browser, f"?order={order.pk}", amount="1200")
    assert refused.status_code == 422 and not Payment.objects.exists()
    assert "1000" in text(refused).replace("\xa0", "") and 'name="keep_rest"' in text(refused)
    assert 'value="1200"' in text(refused)
    enter(browser, f"?order={order.pk}", amount="1200", keep_rest="on")
    assert (Payment.objects.get().allocated, Payment.objects.get().advance) == (1000, 200)


def test_a_client_is_found_by_what_is_typed_and_offered_where_several_fit(browser, anna):
    one, _other = (make_plain_client(f"ООО «Сигма {n}»", anna, search=f"сигма {n}") for n in (1, 2))
    several = enter(browser, client="сигма", amount="1")
    assert several.status_code == 422 and one.name in text(several)
    chosen = enter(browser, client=f"№ {one.pk}", amount="1")
    assert chosen.status_code == 302 and Payment.objects.get().client == one
    nobody = enter(browser, client="Никто", amount="1")
    assert nobody.status_code == 422 and "Никто" in text(nobody)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "много"), ("amount", "0"), ("amount", ""), ("paid_on", "2026-11-06"), ("paid_on", "x")],
)
def test_what_cannot_be_stands_beside_its_field_and_stays(browser, vector, field, value):
    response = enter(browser, f"?client={vector.pk}", **{"amount": "5", field: value})
    assert response.status_code == 422 and field in response.context["form"].errors
    assert f'value="{value}"' in text(response) or not value
    assert not Payment.objects.exists()


def test_the_proposal_stands_in_the_boxes_and_one_press_matches_it(browser, vector, order):
    second = order_of("250.00", vector)
    payment = make_payment(vector, "250.00")
    page = browser.get(payment.get_absolute_url())
    values = {field.name: field.value() for _order, _lacks, field in page.context["form"].rows}
    assert values == {f"order-{order.pk}": None, f"order-{second.pk}": "250"}
    browser.post(reverse("orders:payment_match", args=[payment.pk]), {f"order-{second.pk}": "250"})
    assert Order.objects.get(pk=second.pk).unpaid == 0


def test_a_sum_over_the_debt_is_named_and_cut_down_by_one_press(browser, vector, order):
    payment = make_payment(vector, "1500.00")
    url, data = reverse("orders:payment_match", args=[payment.pk]), {f"order-{order.pk}": "1500"}
    refused = browser.post(url, data)
    assert refused.status_code == 422 and 'name="rest"' in text(refused) and 'value="1500"' in text(refused)
    browser.post(url, {**data, "rest": "1"})
    payment.refresh_from_db()
    assert (payment.allocated, payment.advance) == (1000, 500)


def test_a_manager_reads_the_payments_of_their_clients_and_changes_none(client, anna, vector, order):
    payment = make_payment(vector, "10.00")
    client.force_login(anna)
    page = client.get(payment.get_absolute_url())
    assert page.status_code == 200 and page.context["form"] is None
    for name in ("payment_match", "payment_unmatch", "payment_delete", "payment_edit", "payment_whose"):
        assert client.post(reverse(f"orders:{name}", args=[payment.pk])).status_code == 404
    nobodys = make_payment(None, "10.00")
    assert client.get(nobodys.get_absolute_url()).status_code == 404


def test_a_payment_of_nobodys_gets_its_client(browser, vector, order):
    payment = make_payment(None, "1000.00", payer="Вектор", payer_inn=INN)
    assert browser.get(payment.get_absolute_url()).status_code == 200
    browser.post(reverse("orders:payment_whose", args=[payment.pk]), {"client": INN})
    payment.refresh_from_db()
    assert payment.client == vector


def test_a_deleted_payment_comes_back_by_the_undo_of_its_toast(browser, order):
    payment = make_payment(amount="100.00", orders=order)
    response = browser.post(reverse("orders:payment_delete", args=[payment.pk]), follow=True)
    [message] = response.context["messages"]
    browser.post(message.extra_tags.removeprefix("undo:"))
    assert Payment.objects.get().allocated == 100 and Order.objects.get().paid == 100


def test_the_card_shows_debt_advance_and_payments(client, anna, vector, order):
    make_payment(vector, "30.00", purpose="Предоплата за трубу")
    client.force_login(anna)
    page = text(client.get(vector.get_absolute_url()))
    assert "money-title" in page and "Предоплата за трубу" in page


# --- Statements ---


def upload(browser, data, name="kl_to_1c.txt"):
    data = data if isinstance(data, bytes) else data.encode("cp1251")
    return browser.post(reverse("orders:statement_new"), {"file": SimpleUploadedFile(name, data)})


def checked(browser, data, name="kl_to_1c.txt"):
    """The page of the statement after the worker has looked at it."""
    response = upload(browser, data, name)
    assert response.status_code == 302, response.context["form"].errors
    run_due_jobs()
    return browser.get(response.url)


def load(browser, page):
    browser.post(page.request["PATH_INFO"])
    run_due_jobs()
    return browser.get(page.request["PATH_INFO"])


@pytest.fixture
def three(order):
    """One that names client and order, one whose client alone is known, one of nobody's."""
    return statement(
        document(number="1", amount="600.00", payer_inn=INN, purpose=f"По счёту № {order.number}"),
        document(number="2", amount="50.00", payer="Вектор ООО"),
        document(number="3", amount="70.00", payer="ООО «Неизвестный»", payer_inn=OTHER_INN),
    )


def test_a_statement_is_shown_line_by_line_before_anything_is_written(browser, three, order):
    page = checked(browser, three)
    said = page.context
    assert (said["new"], said["matched"], said["of_client"], said["of_nobody"]) == (3, 1, 1, 1)
    assert said["sum"] == Decimal("720.00") and not Payment.objects.exists()
    first = said["rows"][0]
    assert three.split("\r\n")[first["number"] - 1].startswith("СекцияДокумент")
    assert (first["client"], first["orders"]) == ("ООО «Вектор»", str(order))


def test_loading_matches_what_is_sure_and_leaves_the_rest(browser, three, order, vector):
    load(browser, checked(browser, three))
    assert Order.objects.get().paid == Decimal("600.00")
    assert {p.number: p.client_id for p in Payment.objects.all()} == {
        "1": vector.pk,
        "2": vector.pk,
        "3": None,
    }
    assert Payment.objects.get(number="2").allocated == 0


def test_the_same_file_and_an_overlapping_one_bring_nothing_twice(browser, three, order):
    load(browser, checked(browser, three))
    again = checked(browser, three)
    assert (again.context["new"], again.context["known"]) == (0, 3)
    assert browser.post(again.request["PATH_INFO"]).status_code == 302
    longer = three.replace("КонецФайла", document(number="4", amount="5.00") + "\r\nКонецФайла")
    page = checked(browser, longer.encode("utf-8-sig"))
    assert (page.context["new"], page.context["known"]) == (1, 3)
    load(browser, page)
    assert Payment.objects.count() == 4 and Order.objects.get().paid == Decimal("600.00")


def test_a_payment_entered_by_hand_is_known_by_its_document(browser, three, vector):
    make_payment(vector, "600.00", number="1", payer_inn=INN)
    assert checked(browser, three).context["known"] == 1


def test_lines_that_cannot_be_are_refused_with_their_number(browser):
    text_ = statement(
        document(amount="много"),
        document(number="2", day="06.11.2026"),
        document(number="3"),
        document(number="3"),
    )
    page = checked(browser, text_)
    rows = page.context["rows"]
    assert [bool(row["errors"]) for row in rows] == [True, True, False, False]
    assert rows[3]["same_row"] == rows[2]["number"]
    lines = text_.split("\r\n")
    assert all(lines[row["number"] - 1].startswith("СекцияДокумент") for row in rows)


def test_a_loaded_statement_is_undone_with_its_matches(browser, three, order):
    page = load(browser, checked(browser, three))
    browser.post(reverse("imports:undo", args=[page.context["run"].pk]))
    run_due_jobs()
    assert not Payment.objects.exists() and Order.objects.get().paid == 0
    assert checked(browser, three).context["new"] == 3


def test_what_somebody_else_loaded_meanwhile_is_not_loaded_twice(browser, three, head):
    page = checked(browser, three)
    make_payment(None, "70.00", number="3", payer_inn=OTHER_INN)
    loaded = load(browser, page)
    run_due_jobs()
    assert Payment.objects.count() == 1
    assert loaded.context["run"].state in ("checking", "checked")
    assert browser.get(page.request["PATH_INFO"]).context["known"] == 1


@pytest.mark.parametrize(
    "data",
    [
        b"1CClientBankExchange\r\n\xff\xfe",
        "1CClientBankExchange\r\nСекцияДокумент=П".encode("cp1251"),
        statement().encode("cp1251"),
        b"\x00\x01\x02",
        b"PK\x03\x04broken",
    ],
)
def test_a_file_that_is_none_is_refused_beside_the_field(browser, data):
    response = upload(browser, data)
    assert response.status_code == 422 and response.context["form"].errors["file"]
    assert not ImportRun.objects.exists()


def test_a_table_goes_through_its_columns_to_the_same_preview(browser, order):
    head = "Дата;Плательщик;Сумма;Назначение;Способ оплаты"
    table = f"{head}\n05.11.2026;ООО «Вектор»;1 000,00;Заказ {order.number}/26;наличные\n"
    response = upload(browser, table.encode(), "Касса.csv")
    run = ImportRun.objects.get()
    assert response.url == reverse("imports:columns", args=[run.pk])
    columns = browser.get(response.url)
    fields = {
        field.html_name: field.value()
        for form in columns.context["forms"]
        for field in form
        if field.value() is not None
    }
    browser.post(response.url, fields)
    run_due_jobs()
    page = browser.get(browser.get(reverse("imports:run", args=[run.pk])).url)
    assert (page.context["new"], page.context["matched"]) == (1, 1)
    load(browser, page)
    assert Payment.objects.get().form == "cash" and Order.objects.get().unpaid == 0


def test_somebody_elses_statement_and_a_managers_door_are_not_there(client, anna, browser, three):
    page = checked(browser, three)
    client.force_login(make_user("Другой", Role.HEAD))
    assert client.get(page.request["PATH_INFO"]).status_code == 404
    client.force_login(anna)
    assert client.get(reverse("orders:statement_new")).status_code == 404
