"""The verbs of clients."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.history.operations import Operation
from core.history.tracked import StaleRecord
from leads import actions
from leads.drafts import ClientDraft, ContactDraft
from leads.duplicates import DuplicateClient
from leads.models import Client, Contact, ContactPoint
from people.models import Role
from tests.factories import make_team, make_user
from tests.leads.factories import make_client, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user("Мария Белова")


def values(client, **filters):
    return list(ContactPoint.objects.filter(client=client, **filters).values_list("value", flat=True))


# --- Creating ---


def test_a_client_is_created_whole_in_one_operation(manager):
    client = actions.create_client(
        by=manager,
        manager=manager,
        name="  ООО «Уралоболочка» ",
        inn="7707083893",
        phones=["8 (912) 345-67-89"],
        emails=["Info@Ural.RU"],
        contacts=[ContactDraft(name="Марина Шевелёва", is_decision_maker=True, phones=["+7 912 000-11-22"])],
    )
    client.refresh_from_db()
    assert client.name == "ООО «Уралоболочка»"
    assert values(client, contact=None) == ["79123456789", "info@ural.ru"]
    assert values(client, contact=client.contacts.get()) == ["79120001122"]
    operations = {row.versions.of(row).get().operation_id for row in [client, *client.contacts.all()]}
    assert len(operations) == 1
    assert Operation.objects.get(pk=operations.pop()).by == manager


def test_numbers_of_clients_are_never_used_again(manager):
    first = make_client(manager=manager)
    actions.delete_client(first, by=manager)
    assert make_client(manager=manager).number > first.number


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "А" * 201}, "name"),
        ({"name": "А", "inn": "7707083894"}, "inn"),
        ({"name": "А", "phones": ["12-34"]}, "phones"),
        ({"name": "А", "emails": ["не почта"]}, "emails"),
        ({"name": "А", "kind": "alien"}, "kind"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field_and_nothing_is_written(manager, fields, where):
    with pytest.raises(ValidationError) as error:
        actions.create_client(by=manager, manager=manager, **fields)
    assert where in error.value.message_dict
    assert not Client.all_objects.exists()


def test_a_manager_makes_clients_only_for_themselves(manager):
    with pytest.raises(PermissionDenied):
        make_client_for(make_user(), by=manager)
    assert not Client.all_objects.exists()


def make_client_for(owner, by):
    return actions.create_client(by=by, manager=owner, name="Чужой")


def test_a_head_makes_clients_for_the_team_but_not_for_another_one():
    team = make_team()
    head, member = make_user(role=Role.HEAD, team=team), make_user(team=team)
    assert make_client_for(member, by=head).manager == member
    with pytest.raises(PermissionDenied):
        make_client_for(make_user(), by=head)


def test_a_department_colleague_makes_no_clients():
    colleague = make_user(role=Role.COLLEAGUE)
    with pytest.raises(PermissionDenied):
        make_client_for(colleague, by=colleague)


def test_upper_rooms_are_told_of_all_new_clients_of_an_operation_at_once(manager, monkeypatch):
    told = []
    monkeypatch.setattr(
        actions, "on_clients_created", [lambda clients, op: told.append((len(clients), op.by_id))]
    )
    actions.create_clients([ClientDraft(manager=manager, name=f"Клиент {n}") for n in range(3)], by=manager)
    assert told == [(3, manager.pk)]


def test_many_clients_cost_hardly_more_queries_than_one(manager, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(actions, "on_clients_created", [])  # the rooms above have tests of their own
    drafts = [
        ClientDraft(
            manager=manager, name=f"Клиент {n}", phones=[f"+7912{n:07}"], contacts=[ContactDraft(name="Лицо")]
        )
        for n in range(200)
    ]
    with django_assert_max_num_queries(25):
        actions.create_clients(drafts, by=manager)
    assert Contact.objects.count() == 200


# --- Duplicates ---


@pytest.mark.parametrize(
    "same", [{"phones": ["8-912-345-67-89"]}, {"emails": ["INFO@ural.ru"]}, {"inn": "77 0708 3893"}]
)
def test_a_duplicate_is_refused_whoever_has_it(manager, same):
    make_client("Уралоболочка", phones=["+79123456789"], emails=["info@ural.ru"], inn="7707083893")
    with pytest.raises(DuplicateClient) as error:
        make_client("Другое имя", manager=manager, **same)
    assert [one.client.name for one in error.value.found] == ["Уралоболочка"]
    assert Client.objects.count() == 1


def test_a_duplicate_is_saved_with_a_reason(manager):
    make_client(phones=["+79123456789"])
    client = make_client(manager=manager, phones=["+79123456789"], duplicate_reason="Общая приёмная")
    assert client.duplicate_reason == "Общая приёмная"


def test_the_phone_of_a_contact_person_counts_as_the_clients(manager):
    make_contact(make_client(), phones=["+79123456789"])
    with pytest.raises(DuplicateClient):
        make_client(manager=manager, contacts=[ContactDraft(name="Пётр", phones=["89123456789"])])


def test_two_new_clients_of_one_batch_may_not_share_a_phone(manager):
    drafts = [ClientDraft(manager=manager, name=name, phones=["+79123456789"]) for name in ("А", "Б")]
    with pytest.raises(DuplicateClient):
        actions.create_clients(drafts, by=manager)
    assert not Client.objects.exists()


def test_a_deleted_client_is_nobodys_duplicate(manager):
    old = make_client(manager=manager, phones=["+79123456789"])
    actions.delete_client(old, by=manager)
    assert make_client(manager=manager, phones=["+79123456789"])


def test_one_card_may_have_its_phone_twice(manager):
    client = make_client(manager=manager, phones=["+79123456789"])
    assert make_contact(client, phones=["+79123456789"])


def test_a_phone_of_another_card_is_refused_on_change_too(manager):
    make_client(phones=["+79123456789"])
    client = make_client(manager=manager)
    with pytest.raises(DuplicateClient):
        actions.set_contact_points(client, by=manager, phones=["+79123456789"])
    actions.set_contact_points(client, by=manager, phones=["+79123456789"], duplicate_reason="Общий офис")
    client.refresh_from_db()
    assert client.duplicate_reason == "Общий офис"


def test_an_inn_of_another_card_is_refused_on_change_too(manager):
    make_client(inn="7707083893")
    client = make_client(manager=manager)
    with pytest.raises(DuplicateClient):
        actions.update_client(client, by=manager, inn="7707083893")
    assert (
        actions.update_client(client, by=manager, inn="7707083893", duplicate_reason="Филиал").inn
        == "7707083893"
    )


# --- Changing ---


def test_a_change_keeps_what_was_not_named_and_makes_one_version(manager):
    client = make_client(manager=manager, city="Пермь", note="Первая\nстрока")
    actions.update_client(client, by=manager, city="Екатеринбург")
    client.refresh_from_db()
    assert (client.city, client.note, client.version) == ("Екатеринбург", "Первая\nстрока", 2)
    assert [version.city for version in Client.versions.of(client)] == ["Пермь", "Екатеринбург"]


def test_a_change_that_changes_nothing_makes_no_version(manager):
    client = make_client(manager=manager, city="Пермь")
    actions.update_client(client, by=manager, city="Пермь")
    assert client.version == 1


def test_the_second_of_two_savers_is_stopped(manager):
    client = make_client(manager=manager)
    other = Client.objects.get(pk=client.pk)
    actions.update_client(other, by=manager, city="Пермь")
    with pytest.raises(StaleRecord):
        actions.update_client(client, by=manager, city="Омск")


def test_a_foreign_client_cannot_be_changed(manager):
    client = make_client()
    contact = make_contact(client)
    for verb in (
        lambda: actions.update_client(client, by=manager, city="Омск"),
        lambda: actions.set_contact_points(client, by=manager, phones=[]),
        lambda: actions.add_contact(client, ContactDraft(name="Я"), by=manager),
        lambda: actions.update_contact(contact, by=manager, name="Я"),
        lambda: actions.remove_contact(contact, by=manager),
        lambda: actions.delete_client(client, by=manager),
    ):
        before = Operation.objects.count()
        with pytest.raises(PermissionDenied):
            verb()
        assert Operation.objects.count() == before


def test_points_become_what_was_typed_in_that_order(manager):
    client = make_client(manager=manager, phones=["+79120000001", "+79120000002"])
    for wanted in (
        ["79120000001", "79120000002", "79120000003"],
        ["79120000002", "79120000003"],
        ["79120000003", "79120000002"],
        ["79120000009"],
        [],
        ["79120000001"],
    ):
        actions.set_contact_points(client, by=manager, phones=wanted)
        assert values(client) == wanted


def test_a_corrected_phone_is_a_change_of_the_same_row(manager):
    client = make_client(manager=manager, phones=["+79120000001", "+79120000002"])
    actions.set_contact_points(client, by=manager, phones=["+79120000007", "+79120000002"])
    point = ContactPoint.objects.filter(client=client).first()
    assert [version.value for version in ContactPoint.versions.of(point)] == ["79120000001", "79120000007"]


def test_a_removed_person_takes_their_phones_along(manager):
    client = make_client(manager=manager)
    contact = make_contact(client, phones=["+79123456789"])
    actions.remove_contact(contact, by=manager)
    assert not values(client)
    assert not Client.objects.found_by("9123456789").exists()


# --- Handing over ---


def test_a_head_hands_clients_of_the_team_to_one_of_the_team():
    team = make_team()
    head, first, second = make_user(role=Role.HEAD, team=team), make_user(team=team), make_user(team=team)
    clients = [make_client(manager=first) for _ in range(3)]
    assert actions.assign_clients([client.pk for client in clients], second, by=head) == 3
    assert Client.objects.filter(manager=second).count() == 3
    assert Client.versions.of(clients[0]).count() == 2


def test_a_manager_hands_nothing_over(manager):
    client = make_client(manager=manager)
    with pytest.raises(PermissionDenied):
        actions.assign_clients([client.pk], manager, by=manager)


def test_a_head_hands_over_no_clients_of_another_team():
    head = make_user(role=Role.HEAD)
    client = make_client()
    with pytest.raises(PermissionDenied):
        actions.assign_clients([client.pk], head, by=head)
