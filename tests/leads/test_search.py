"""A client is found by whatever somebody has of it."""

import pytest
from django.urls import reverse

from leads import actions
from leads.drafts import ContactDraft
from leads.finding import best_hits
from leads.models import Client
from people.models import Role
from tests.factories import by_system, make_team, make_user
from tests.leads.factories import make_client, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user("Мария Белова")


@pytest.fixture
def ural(manager):
    make_client("Вектор", manager=manager, phones=["+7 495 123-45-67"], inn="7736050003")
    return make_client(
        "ООО «Уралоболочка»",
        manager=manager,
        inn="7707083893",
        old_number="А-17",
        phones=["+7 912 345-67-89"],
        emails=["info@ural.ru"],
        contacts=[ContactDraft(name="Семён Шевелёв", phones=["+7 343 200-10-10"], emails=["sh@ural.ru"])],
    )


@pytest.mark.parametrize(
    "query",
    [
        "уралоболочка",
        "УРАЛ",
        "«Уралоболочка»",
        "ооо урал",
        "7707083893",
        "+7 (912) 345-67-89",
        "8 912 345 67 89",
        "89123456789",
        "345-67-89",
        "6789",
        "info@ural.ru",
        "шевелев",
        "Шевелёв",
        "урал шевелев",
        "8-343-200-10-10",
        "sh@ural",
        "а-17",
    ],
)
def test_a_client_is_found_by(ural, manager, query):
    assert list(Client.objects.visible_to(manager).found_by(query)) == [ural]
    assert [hit.client for hit in best_hits(manager, query)] == [ural]


def test_a_client_is_found_by_its_number_first(ural, manager):
    make_client(f"Склад {ural.number}", manager=manager)
    for query in (str(ural.number), f"№{ural.number}", f"№ {ural.number}"):
        hits = best_hits(manager, query)
        assert (hits[0].client, hits[0].is_sure) == (ural, True)
        assert len(hits) > 1


def test_nothing_of_another_managers_is_found(ural):
    stranger = make_user()
    assert best_hits(stranger, "+7 912 345-67-89") == []
    assert best_hits(stranger, "урал") == []


def test_a_renamed_client_is_found_by_its_new_name_only(ural, manager):
    actions.update_client(ural, by=manager, name="Пермвектор")
    assert list(Client.objects.found_by("пермвектор")) == [ural]
    assert not Client.objects.found_by("уралоболочка").exists()


def test_a_deleted_client_is_found_no_more(ural, manager):
    actions.delete_client(ural, by=manager)
    assert best_hits(manager, "урал") == []


def test_a_client_brought_back_by_rollback_is_found_as_it_then_is(ural, manager):
    from core.history import rollback
    from people import access

    contact = make_contact(ural, "Новый Человек", phones=["+7 900 000-00-01"])
    op = Client.versions.of(ural).last().operation
    created = contact.versions.of(contact).get().operation
    assert Client.objects.found_by("79000000001").exists()
    rollback.apply(created, by=manager, allowed=lambda model, ids: access.changeable(manager, model, ids))
    assert not Client.objects.found_by("79000000001").exists()
    assert op is not None


def test_searching_costs_the_same_for_many(manager, django_assert_max_num_queries):
    for n in range(12):
        make_client(f"Одинаковый {n}", manager=manager, phones=[f"+79120000{n:03}"])
    with django_assert_max_num_queries(6):
        assert len(best_hits(manager, "одинаковый")) == 10


def test_the_search_page_shows_hits_and_offers_a_new_client(client, ural, manager):
    client.force_login(manager)
    page = client.get(reverse("leads:search"), {"q": "345-67-89"}).content.decode()
    assert ural.get_absolute_url() in page
    nothing = client.get(reverse("leads:search"), {"q": "Нет такого"}).content.decode()
    assert reverse("leads:new") + "?name=" in nothing


@pytest.mark.parametrize("shape", ["hits", "options"])
def test_fragments_of_the_search_come_without_the_frame(client, ural, manager, shape):
    client.force_login(manager)
    part = client.get(reverse("leads:search"), {"q": "урал", "as": shape}).content.decode()
    assert "Уралоболочка" in part
    assert "<html" not in part


def test_the_search_survives_any_text(client, manager):
    client.force_login(manager)
    for query in ("", "   ", "%", "_", "'", "\x00", "9" * 300, "№", "🙂"):
        assert client.get(reverse("leads:search"), {"q": query}).status_code == 200


def test_a_colleague_has_no_search(client):
    client.force_login(make_user(role=Role.COLLEAGUE))
    assert client.get(reverse("leads:search"), {"q": "урал"}).status_code == 404


# --- The list ---


def test_the_list_shows_own_clients_and_no_others(client, ural, manager):
    make_client("Чужой клиент")
    client.force_login(manager)
    page = client.get(reverse("leads:list")).content.decode()
    assert "Уралоболочка" in page
    assert "Чужой" not in page


def test_the_list_costs_the_same_for_one_client_and_for_many(
    client, manager, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(manager)
    make_client(manager=manager, phones=["+79120000000"])
    client.get(reverse("leads:list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("leads:list"))
    for n in range(1, 30):
        make_client(manager=manager, phones=[f"+79120000{n:03}"])
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("leads:list"))
    assert len(many) <= len(one) <= 12


def filtered(client, **query):
    page = client.get(reverse("leads:list"), query)
    return {row.record.name for row in page.context["rows"]}


def test_the_list_is_narrowed_by_what_one_asks(client):
    import datetime as dt

    from core import periods
    from tests.leads.factories import make_source

    team = make_team()
    head, anna, boris = make_user(role=Role.HEAD, team=team), make_user(team=team), make_user(team=team)
    fair = make_source("Ярмарка")
    with periods.clock(dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)) as clock:
        old = make_client("Старый", manager=anna, city="Нижний Новгород", source=fair)
        clock.move_to(dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC))
        late, today, later = (
            make_client(name, manager=boris) for name in ("Поздний", "Сегодняшний", "Будущий")
        )
        with by_system():
            for record, days in ((late, -1), (today, 0), (later, 1)):
                record.next_step_on = periods.today() + dt.timedelta(days=days)
                record.save()
        client.force_login(head)
        assert filtered(client, manager=anna.pk) == {"Старый"}
        assert filtered(client, source=fair.pk) == {"Старый"}
        assert filtered(client, place="нижний нов") == {"Старый"}
        assert filtered(client, step="overdue") == {"Поздний"}
        assert filtered(client, step="today") == {"Сегодняшний"}
        assert filtered(client, step="later") == {"Будущий"}
        assert filtered(client, step="nothing") == {"Старый"}
        assert filtered(client, silent=10) == {"Старый"}
        assert filtered(client, created_from="2026-11-20") == {"Поздний", "Сегодняшний", "Будущий"}
        assert filtered(client, q=str(old.pk)) >= {"Старый"}


def test_a_step_whose_time_has_passed_today_is_overdue(client, manager):
    import datetime as dt

    from core import periods

    with periods.clock(dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)):
        record = make_client("Утренний", manager=manager)
        with by_system():
            record.next_step_on, record.next_step_at = periods.today(), periods.now() - dt.timedelta(hours=1)
            record.save()
        client.force_login(manager)
        assert filtered(client, step="overdue") == {"Утренний"}
        assert filtered(client, step="today") == set()


def test_an_empty_list_says_what_comes_first(client, manager):
    client.force_login(manager)
    page = client.get(reverse("leads:list")).content.decode()
    assert "Клиентов пока нет" in page
    assert reverse("leads:new") in page
