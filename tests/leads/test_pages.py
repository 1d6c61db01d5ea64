"""Pages of clients: entering, changing, the card, its history."""

import datetime as dt

import pytest
from django.urls import reverse

from core import periods
from core.history.operations import Operation
from leads import actions, feed
from leads.models import Client, Contact, ContactPoint
from people.models import Role
from tests.factories import make_team, make_user
from tests.leads.factories import make_client, make_contact, make_source

pytestmark = pytest.mark.django_db

NEW = {"name": "Ромашка", "kind": "company", "phones": "8 (912) 345-67-89", "once": "key-1"}


@pytest.fixture
def manager():
    return make_user("Мария Белова")


@pytest.fixture
def browser(client, manager):
    client.force_login(manager)
    return client


# --- A new client ---


def test_a_new_client_is_saved_with_its_person_and_its_card_opens(browser, manager):
    person = {"contact_name": "Пётр", "contact_phones": "+79000000000", "contact_decides": "on"}
    answer = browser.post(reverse("leads:new"), NEW | person)
    record = Client.objects.get()
    assert answer.url == record.get_absolute_url()
    assert record.manager == manager
    contact = record.contacts.get()
    assert (contact.name, contact.is_decision_maker) == ("Пётр", True)


def test_the_same_form_sent_twice_makes_one_client(browser):
    first = browser.post(reverse("leads:new"), NEW)
    second = browser.post(reverse("leads:new"), NEW)
    assert first.url == second.url
    assert Client.objects.count() == 1


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(browser):
    answer = browser.post(reverse("leads:new"), NEW | {"inn": "7707083894", "city": "Пермь", "phones": "12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"inn", "phones"}
    assert 'value="Пермь"' in page
    assert 'value="7707083894"' in page
    assert not Client.objects.exists()


def test_a_duplicate_is_refused_with_a_link_and_saved_with_a_reason(browser, manager):
    known = make_client("Ромашка-Трейд", manager=manager, phones=["+79123456789"])
    answer = browser.post(reverse("leads:new"), NEW)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert known.get_absolute_url() in page
    assert 'name="duplicate_reason"' in page
    answer = browser.post(reverse("leads:new"), NEW | {"duplicate_reason": "Общая приёмная"})
    assert answer.status_code == 302
    assert Client.objects.count() == 2


def test_of_a_foreign_duplicate_only_the_manager_is_told(browser):
    stranger = make_user("Фёдор Рыжов")
    known = make_client("Тайный клиент", manager=stranger, phones=["+79123456789"], city="Магадан")
    page = browser.post(reverse("leads:new"), NEW).content.decode()
    assert "Фёдор Рыжов" in page
    for secret in ("Тайный", "Магадан", known.get_absolute_url()):
        assert secret not in page


def test_a_near_name_is_shown_before_saving_and_confirmed_by_sending_again(browser, manager):
    make_client("ООО «Ромашка»", manager=manager)
    answer = browser.post(reverse("leads:new"), NEW)
    assert answer.status_code == 422
    assert 'name="near_seen" value="ромашка"' in answer.content.decode()
    answer = browser.post(reverse("leads:new"), NEW | {"near_seen": "ромашка"})
    assert answer.status_code == 302


def test_candidates_are_shown_while_typing(browser, manager):
    known = make_client("ООО «Ромашка»", manager=manager, inn="7707083893")
    part = browser.get(reverse("leads:look_around"), {"name": "ромашка"}).content.decode()
    assert known.get_absolute_url() in part
    part = browser.get(reverse("leads:look_around"), {"name": "x", "inn": "7707083893"}).content.decode()
    assert known.get_absolute_url() in part
    assert browser.get(reverse("leads:look_around"), {"inn": "12", "phones": "?"}).status_code == 200


def test_a_manager_cannot_choose_another_manager(browser, manager):
    other = make_user(team=manager.team)
    browser.post(reverse("leads:new"), NEW | {"manager": other.pk})
    assert Client.objects.get().manager == manager


def test_a_head_chooses_a_manager_of_the_team_only(client):
    team = make_team()
    head, member, stranger = make_user(role=Role.HEAD, team=team), make_user(team=team), make_user()
    client.force_login(head)
    assert client.post(reverse("leads:new"), NEW | {"manager": stranger.pk}).status_code == 422
    client.post(reverse("leads:new"), NEW | {"manager": member.pk, "once": "key-2"})
    assert Client.objects.get().manager == member


def test_a_new_client_may_be_begun_by_the_address(browser):
    page = browser.get(reverse("leads:new"), {"phones": "+7 912 345-67-89"}).content.decode()
    assert 'value="+7 912 345-67-89"' in page


def test_a_colleague_cannot_add_clients(client):
    client.force_login(make_user(role=Role.COLLEAGUE))
    assert client.get(reverse("leads:new")).status_code == 404
    assert client.post(reverse("leads:new"), NEW).status_code == 404


# --- Changing ---


def edited(browser, record, **changes):
    form = browser.get(reverse("leads:edit", args=[record.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields}
    for name in ("phones", "emails"):
        data[f"initial-{name}"] = data[name] = form.fields[name].prepare_value(data[name])
    return {key: value for key, value in (data | changes).items() if value is not None}


def test_a_client_is_changed_and_handed_over_in_one_operation(client):
    team = make_team()
    head, member = make_user(role=Role.HEAD, team=team), make_user(team=team)
    record = make_client(manager=head, phones=["+79123456789"])
    client.force_login(head)
    data = edited(client, record, city="Омск", phones="+7 900 000-00-00", manager=member.pk)
    before = Operation.objects.count()
    assert client.post(reverse("leads:edit", args=[record.pk]), data).status_code == 302
    record.refresh_from_db()
    assert (record.city, record.manager) == ("Омск", member)
    assert ContactPoint.objects.get(client=record).value == "79000000000"
    assert Operation.objects.count() == before + 1


def test_the_second_editor_sees_both_values_and_decides(browser, manager):
    record = make_client(manager=manager, city="Пермь")
    data = edited(browser, record, city="Омск")
    actions.update_client(
        Client.objects.get(pk=record.pk), by=manager, city="Томск", region="Томская область"
    )
    answer = browser.post(reverse("leads:edit", args=[record.pk]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Томск" in page
    assert "Омск" in page
    again = data | {"version": answer.context["form"].data["version"], "region": "Томская область"}
    assert (
        browser.post(reverse("leads:edit", args=[record.pk]), again | {"choose-city": "theirs"}).status_code
        == 302
    )
    record.refresh_from_db()
    assert (record.city, record.region) == ("Томск", "Томская область")


def test_phones_changed_by_somebody_else_meanwhile_are_kept(browser, manager):
    record = make_client(manager=manager, phones=["+79123456789"])
    data = edited(browser, record, city="Омск")
    actions.set_contact_points(record, by=manager, phones=["+79000000000"])
    assert browser.post(reverse("leads:edit", args=[record.pk]), data).status_code == 302
    assert ContactPoint.objects.get(client=record).value == "79000000000"


def test_an_edit_that_takes_anothers_phone_is_refused_with_a_field_for_the_reason(browser, manager):
    make_client(manager=manager, phones=["+79000000000"])
    record = make_client(manager=manager)
    answer = browser.post(
        reverse("leads:edit", args=[record.pk]), edited(browser, record, phones="89000000000")
    )
    assert answer.status_code == 422
    assert 'name="duplicate_reason"' in answer.content.decode()


def test_a_retired_source_stays_with_the_client_that_has_it(browser, manager):
    from leads.list_actions import retire_entry

    source = make_source("Старый канал")
    record = make_client(manager=manager, source=source)
    retire_entry(source, by=make_user(role=Role.ADMIN))
    assert "Старый канал" in browser.get(reverse("leads:edit", args=[record.pk])).content.decode()
    assert "Старый канал" not in browser.get(reverse("leads:new")).content.decode()


def test_a_deleted_client_is_gone_and_undo_is_offered(browser, manager):
    record = make_client("Ромашка", manager=manager)
    answer = browser.post(reverse("leads:delete", args=[record.pk]), follow=True)
    op = Client.versions.of(record).last().operation
    assert reverse("people:rollback", args=[op.pk]) in answer.content.decode()
    assert browser.get(record.get_absolute_url()).status_code == 404


# --- Persons ---


def test_a_person_is_added_changed_and_removed_on_the_card(browser, manager):
    record = make_client(manager=manager)
    data = {"name": "Пётр Сидоров", "position": "логист", "phones": "89000000000", "once": "key-3"}
    browser.post(reverse("leads:new_contact", args=[record.pk]), data)
    person = Contact.objects.get()
    assert "tel:+79000000000" in browser.get(record.get_absolute_url()).content.decode()
    url = reverse("leads:edit_contact", args=[person.pk])
    changed = {"name": "Пётр Иванов", "version": 1, "phones": "", "initial-phones": "89000000000"}
    assert browser.post(url, changed).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.contact_points.filter(deleted_at=None).count()) == ("Пётр Иванов", 0)
    browser.post(reverse("leads:remove_contact", args=[person.pk]))
    assert not Contact.objects.exists()


# --- Not yours is not there ---


def test_a_foreign_clients_pages_answer_as_missing_ones(browser):
    record = make_client()
    contact = make_contact(record)
    missing = browser.get(reverse("leads:card", args=[999_999]))
    for name, pk in (
        ("card", record.pk),
        ("feed", record.pk),
        ("history", record.pk),
        ("edit", record.pk),
        ("new_contact", record.pk),
        ("edit_contact", contact.pk),
    ):
        answer = browser.get(reverse(f"leads:{name}", args=[pk]))
        assert answer.status_code == 404
        if name == "card":
            same = missing.content.replace(b"/999999/", f"/{record.pk}/".encode())
            assert len(answer.content) == len(same)
    for name, pk in (("edit", record.pk), ("delete", record.pk), ("new_contact", record.pk)):
        assert browser.post(reverse(f"leads:{name}", args=[pk]), {"name": "x"}).status_code == 404
    for name in ("edit_contact", "remove_contact"):
        assert browser.post(reverse(f"leads:{name}", args=[contact.pk]), {"name": "x"}).status_code == 404


# --- The card, the feed, the history ---


def test_the_card_shows_who_and_how_to_reach_them(browser, manager):
    record = make_client("Ромашка", manager=manager, phones=["+79123456789"], city="Пермь")
    make_contact(record, "Марина Шевелёва", position="закупки", is_decision_maker=True)
    page = browser.get(record.get_absolute_url()).content.decode()
    for text in (
        "Ромашка",
        f"№&nbsp;{record.pk}",
        "tel:+79123456789",
        "Пермь",
        "Марина Шевелёва",
        "закупки",
        "ЛПР",
    ):
        assert text in page


def test_the_feed_says_who_changed_what(browser, manager):
    record = make_client("Ромашка", manager=manager, city="Пермь")
    actions.update_client(record, by=manager, city="Омск")
    page = browser.get(record.get_absolute_url()).content.decode()
    assert "<del>Пермь</del> → <ins>Омск</ins>" in page
    assert page.index("<del>Пермь</del>") < page.index("Клиент заведён")


def test_the_feed_goes_back_page_by_page_without_loss(manager, monkeypatch):
    record = make_client(manager=manager)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def moments(client, user, before, limit):
        all_of_them = [start + dt.timedelta(hours=n // 2) for n in range(100, 0, -1)]  # two at each moment
        found = [moment for moment in all_of_them if before is None or moment < before]
        return [feed.Entry(moment, "x.html") for moment in found[:limit]]

    monkeypatch.setattr(feed, "providers", [moments])
    seen, before = 0, None
    for _page in range(20):
        page = feed.feed(record, manager, before, limit=7)
        seen += len(page.entries)
        before = page.older_than
        if before is None:
            break
    assert seen == 100


def test_a_card_with_a_long_history_costs_as_few_queries_as_a_new_one(browser, manager):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    record = make_client(manager=manager)
    browser.get(record.get_absolute_url())
    with CaptureQueriesContext(connection) as new:
        browser.get(record.get_absolute_url())
    for n in range(30):
        actions.update_client(record, by=manager, city=f"Город {n}", source=make_source())
        make_contact(record, f"Человек {n}", phones=[f"+79{n:09}"])
    with CaptureQueriesContext(connection) as long:
        browser.get(record.get_absolute_url())
    assert len(long) <= len(new) + 2  # the names of sources that changed


def test_the_history_shows_every_operation_field_by_field_with_its_rollback(browser, manager):
    record = make_client("Ромашка", manager=manager, city="Пермь")
    actions.update_client(record, by=manager, city="Омск")
    make_contact(record, "Марина Шевелёва", phones=["+79123456789"])
    page = browser.get(reverse("leads:history", args=[record.pk])).content.decode()
    assert "<del>Пермь</del>" in page
    assert "Марина Шевелёва" in page
    op = Client.versions.of(record).last().operation
    assert reverse("people:rollback", args=[op.pk]) in page


@pytest.mark.parametrize("before", ["x", "2026-13-01T00:00:00Z", "2026-01-01"])
def test_a_bent_address_of_the_feed_is_not_there(browser, manager, before):
    record = make_client(manager=manager)
    assert browser.get(reverse("leads:feed", args=[record.pk]), {"before": before}).status_code == 404


def test_the_clock_of_the_card_is_the_companys(browser, manager):
    with periods.clock(dt.datetime(2026, 11, 5, 22, 30, tzinfo=dt.UTC)):  # 6 November, 01:30 in Moscow
        record = make_client(manager=manager)
        page = browser.get(record.get_absolute_url()).content.decode()
    assert "01:30" in page
