"""The pages of the catalogue: what they show to whom, and that nothing typed is lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from orders.models import Product, StockCount
from orders.tree import Tree
from people.models import Role
from pipeline.models import ProductGroup
from tests.factories import TODAY, make_team, make_user
from tests.orders.factories import line, make_order
from tests.orders.factories_catalogue import make_count, make_group, make_product
from tests.pipeline.factories import make_deal, make_plain_client
from tests.shown import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(client):
    user = make_user(role=Role.HEAD)
    client.force_login(user)
    return user


@pytest.fixture
def group():
    return make_group("Черева")


def sent(group, **fields):
    return {
        "name": "Черева говяжья",
        "group": group.pk,
        "unit": "м",
        "support": "stock",
        "vat_rate": "20",
        **fields,
    }


@pytest.mark.parametrize(("role", "sees"), [(Role.MANAGER, False), (Role.HEAD, True), (Role.DIRECTOR, True)])
def test_costs_and_margins_stand_on_pages_and_in_files_of_heads_and_above_alone(client, role, sees):
    product = make_product("Черева", price=Decimal("120.00"), cost=Decimal("61.00"))
    client.force_login(make_user(role=role))
    page = client.get(reverse("orders:products")).content.decode()
    file = b"".join(client.get(reverse("orders:products") + "?export=csv").streaming_content).decode(
        "utf-8-sig"
    )
    card = client.get(product.get_absolute_url()).content.decode()
    for text in (shown(page), file, shown(card)):
        assert "120" in text
        assert ("Себестоимость" in text) is sees
        assert ("61" in text.replace("\u00a0", "")) is sees or "61" not in text
    assert ("39" in card) is sees  # the margin: (100 − 61) / 100


def test_a_sort_by_cost_tells_a_manager_nothing(client):
    make_product("Дешёвый", cost=Decimal("1.00"))
    make_product("Дорогой", cost=Decimal("9.00"))
    client.force_login(make_user())
    ways = [
        client.get(reverse("orders:products") + f"?sort={key}").context["rows"] for key in ("cost", "-cost")
    ]
    assert [row.record.name for row in ways[0]] == [row.record.name for row in ways[1]]


def test_the_list_is_narrowed_by_a_group_with_those_below_it(client, head):
    top = make_group("Оболочка")
    make_product("Черева", make_group("Черева", top))
    make_product("Соль", make_group("Специи"))
    rows = client.get(reverse("orders:products") + f"?group={top.pk}").context["rows"]
    assert [row.record.name for row in rows] == ["Черева"]


def test_retired_products_are_asked_for(client, head, group):
    product = make_product("Черева", group)
    client.post(reverse("orders:retire_product", args=[product.pk]))
    address = reverse("orders:products")
    assert client.get(address).context["rows"] == []
    assert len(client.get(address + "?retired=on").context["rows"]) == 1
    client.post(reverse("orders:bring_back_product", args=[product.pk]))
    assert len(client.get(address).context["rows"]) == 1


def test_a_near_name_is_shown_once_and_saved_at_the_second_sending(client, head, group):
    make_product("Черева говяжья калиброванная 38/40", group)
    data = sent(group, name="Черева говяжья калибровання 38/40")
    first = client.post(reverse("orders:new_product"), data)
    assert first.status_code == 422
    assert "калиброванная" in first.content.decode()
    assert first.context["form"]["unit"].value() == "м"
    seen = first.context["form"].near_key
    assert f'name="near_seen" value="{seen}"' in first.content.decode()
    assert client.post(reverse("orders:new_product"), {**data, "near_seen": seen}).status_code == 302
    assert Product.objects.count() == 2


def test_a_known_article_is_refused_beside_its_field_whatever_has_been_seen(client, head, group):
    make_product("Синюга", group, article="Ч-1")
    data = sent(group, article="ч-1", near_seen="черева говяжья")
    page = client.post(reverse("orders:new_product"), data)
    assert page.status_code == 422
    assert "article" in page.context["form"].errors
    assert Product.objects.count() == 1


def test_a_form_sent_twice_makes_one_product(client, head, group):
    data = sent(group, once="key")
    answers = [client.post(reverse("orders:new_product"), data) for _time in range(2)]
    assert answers[0].url == answers[1].url
    assert Product.objects.count() == 1


def test_what_two_people_change_of_one_product_meets_in_the_form(client, head, group):
    product = make_product("Черева", group, price=Decimal("100.00"))
    opened = client.get(reverse("orders:edit_product", args=[product.pk])).context["form"]
    fields = {name: opened[name].value() for name in ("name", "article", "unit", "note")}
    data = sent(group, **fields, price="100", cost="60", version=product.version)
    client.post(reverse("orders:edit_product", args=[product.pk]), {**data, "unit": "км"})
    answer = client.post(reverse("orders:edit_product", args=[product.pk]), {**data, "price": "130"})
    assert answer.status_code == 302
    product.refresh_from_db()
    assert (product.unit, product.price) == ("км", Decimal("130.00"))


def test_the_card_shows_orders_the_reader_sees_and_no_others(client):
    product = make_product("Черева")
    north = make_team()
    mine, foreign = make_user(team=north), make_user()
    own = make_plain_client("ООО Своё", mine)
    make_order(own, lines=[line(3, product)])
    make_order(make_plain_client("ООО Чужое", foreign), lines=[line(4, product)])
    client.force_login(mine)
    page = client.get(product.get_absolute_url()).content.decode()
    assert "ООО Своё" in page
    assert "ООО Чужое" not in page
    client.force_login(make_user(role=Role.HEAD, team=north))
    assert "ООО Своё" in client.get(product.get_absolute_url()).content.decode()


def test_a_group_is_dragged_and_a_refused_move_is_said(client, head):
    top, other = make_group("Оболочка"), make_group("Специи")
    below = make_group("Черева", top)
    client.post(reverse("orders:place_group", args=[other.pk]), {"parent": top.pk, "place": "0"})
    assert Tree.read().path(other.pk) == "Оболочка / Специи"
    answer = client.post(
        reverse("orders:place_group", args=[top.pk]), {"parent": below.pk, "place": "0"}, follow=True
    )
    assert "внутрь самой себя" in answer.content.decode()
    for data in ({"parent": "x", "place": "0"}, {"parent": top.pk, "place": "-1"}, {}):
        assert client.post(reverse("orders:place_group", args=[below.pk]), data).status_code == 404


def test_a_group_goes_and_its_deletion_can_be_undone(client, head):
    top, other = make_group("Оболочка"), make_group("Специи")
    product = make_product(group=top)
    address = reverse("orders:delete_group", args=[top.pk])
    assert client.post(address, {"target": ""}).status_code == 422
    answer = client.post(address, {"target": other.pk}, follow=True)
    assert "rollback" in answer.content.decode()
    product.refresh_from_db()
    assert product.group == other
    assert not ProductGroup.objects.filter(pk=top.pk).exists()


def test_the_page_of_groups_asks_as_often_for_many(client, head, django_assert_max_num_queries):
    top = make_group()
    for _number in range(15):
        make_product(group=make_group(parent=top))
    client.get(reverse("orders:groups"))
    with django_assert_max_num_queries(12):
        client.get(reverse("orders:groups"))


def test_counts_are_saved_as_a_sheet_and_left_alone_where_nothing_was_typed(client, head, group):
    first, second = make_product("Первый", group), make_product("Второй", group)
    make_count(second, 9)
    data = {
        f"count-{first.pk}": "1 200,5",
        f"seen-{first.pk}": "",
        f"count-{second.pk}": "9",
        f"seen-{second.pk}": "9",
    }
    assert client.post(reverse("orders:stock"), data).status_code == 302
    assert StockCount.objects.get(product=first).quantity == Decimal("1200.5")
    assert StockCount.objects.get(product=second).version == 1


@pytest.mark.parametrize("typed", ["много", "-1", "1,2345", "9" * 20])
def test_a_bad_cell_is_marked_and_the_rest_is_kept_as_typed(client, head, group, typed):
    first, second = make_product("Первый", group), make_product("Второй", group)
    page = client.post(reverse("orders:stock"), {f"count-{first.pk}": typed, f"count-{second.pk}": "5"})
    assert page.status_code == 422
    cells = {cell.product: cell for cell in page.context["sheet"].cells}
    assert cells[first].error
    assert (cells[first].typed, cells[second].typed, cells[second].error) == (typed, "5", "")
    assert not StockCount.objects.exists()


def test_of_two_who_count_one_product_the_second_is_told(client, head, group):
    product = make_product("Первый", group)
    make_count(product, 7)
    data = {f"count-{product.pk}": "5", f"seen-{product.pk}": ""}
    page = client.post(reverse("orders:stock"), data)
    assert page.status_code == 422
    [cell] = page.context["sheet"].cells
    assert "7" in cell.error
    assert client.post(reverse("orders:stock"), {**data, cell.seen_name: cell.seen}).status_code == 302
    assert StockCount.objects.get().quantity == 5


def test_a_count_emptied_is_taken_back(client, head, group):
    product = make_product("Первый", group)
    make_count(product, 7)
    data = {f"count-{product.pk}": "", f"seen-{product.pk}": "7"}
    assert client.post(reverse("orders:stock"), data).status_code == 302
    assert not StockCount.objects.exists()


def test_a_day_to_come_is_refused_and_nothing_is_saved(client, head, group):
    product = make_product("Первый", group)
    tomorrow = (TODAY + dt.timedelta(days=1)).isoformat()
    page = client.post(reverse("orders:stock") + f"?day={tomorrow}", {f"count-{product.pk}": "5"})
    assert page.status_code == 422
    assert page.context["choice"].errors["day"]
    assert not StockCount.objects.exists()


def test_a_deal_is_offered_groups_by_their_paths(client, head):
    make_group("Черева", make_group("Оболочка"))
    deal = make_deal(manager=head)
    for address in (reverse("pipeline:new"), reverse("pipeline:edit", args=[deal.pk])):
        page = client.get(address).content.decode()
        assert ">Оболочка / Черева</option>" in page
        assert '<option value="" selected>—</option>' in page
