"""Two cards become one: nothing of either is lost, and all of it can be undone."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from activities.models import Activity
from core.history import rollback
from core.history.integrity import faults
from core.history.operations import Operation
from core.history.tracked import Tracked, tracked_models
from core.toasts import undo_url
from leads import actions
from leads.drafts import ContactDraft
from leads.feed import feed
from leads.finding import best_hits
from leads.models import Client, Contact, ContactPoint
from people import access
from people.models import Role
from pipeline.actions import delete_deal
from pipeline.models import Deal
from tests.activities.factories import make_call, make_deal, make_task
from tests.factories import make_team, make_user
from tests.leads.factories import make_client, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user("Мария Белова")


@pytest.fixture
def browser(client, manager):
    client.force_login(manager)
    return client


def undo(op, by, choices=None):
    return rollback.apply(
        op, by=by, allowed=lambda model, ids: access.changeable(by, model, ids), choices=choices
    )


def merge(survivor, away, **choices):
    return actions.merge_clients(survivor, away, by=survivor.manager, choices=choices)


def rows_naming(card: Client) -> list[tuple[type[Tracked], str, int]]:
    """Every tracked row of the program, deleted ones too, with a key to the card."""
    return [
        (model, one.attname, pk)
        for model in tracked_models()
        for one in model._meta.concrete_fields
        if one.related_model is Client
        for pk in model.all_objects.filter(**{one.attname: card.pk})
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def state_of(*cards: Client) -> list[dict[str, object]]:
    """All that stands on the cards and in the rows that name them, but for history's own stamps."""
    stamps = {"version", "changed_at"}
    found = []
    for card in cards:
        rows = [(Client, "id", card.pk), *rows_naming(card)]
        for model, _key, pk in rows:
            found += [
                {key: value for key, value in row.items() if key not in stamps}
                for row in model.all_objects.filter(pk=pk).values()
            ]
    return found


def full_card(name: str, manager, **fields) -> Client:
    """A card with something of everything, of what was deleted too."""
    card = make_client(name, manager, **fields)
    make_contact(card, f"Пётр {name}", emails=[f"p{card.pk}@firm.test"])
    actions.remove_contact(make_contact(card, "Ушедший"), by=manager)
    deal = make_deal(card)
    make_call(card, deal=deal)
    make_task(card)
    card.refresh_from_db()
    return card


# --- Nothing is lost ---


def test_every_row_that_named_the_card_merged_away_names_the_one_that_stays(manager):
    survivor = full_card("Ромашка", manager)
    before, away = (
        full_card("Ромашка-1", manager),
        full_card("Ромашка-Трейд", manager, phones=["+79123456789"]),
    )
    merge(away, before)
    named = rows_naming(away)
    assert {model for model, *_ in named} == {Client, Contact, ContactPoint, Deal, Activity}
    op = merge(survivor, away)
    assert rows_naming(away) == []
    assert set(named) <= set(rows_naming(survivor))
    assert (away.merged_into, away.deleted_at, op.kind) == (survivor, op.at, Operation.Kind.MERGE)
    assert list(faults()) == []


def test_an_empty_field_is_filled_and_a_filled_one_stays_unless_chosen(manager):
    survivor = make_client("Ромашка", manager, city="Пермь", site="romashka.test")
    away = make_client("Ромашка-Трейд", manager, city="Казань", region="Татарстан", site="trade.test")
    made = survivor.created_at
    merge(survivor, away, site="away")
    assert (survivor.name, survivor.city, survivor.region) == ("Ромашка", "Пермь", "Татарстан")
    assert survivor.site == "trade.test"
    assert survivor.created_at == made


def test_notes_of_both_stay_and_what_was_not_chosen_stands_in_the_feed(manager):
    survivor = make_client("Ромашка", manager, city="Пермь", note="Звонить утром")
    away = make_client("Ромашка-Трейд", manager, city="Казань", note="Любят чай")
    merge(survivor, away)
    assert survivor.note == "Звонить утром\n\nЛюбят чай"
    text = "".join(entry.html for entry in feed(survivor, manager).entries)
    assert "Ромашка-Трейд" in text and "Казань" in text


def test_equal_phones_stand_once_and_with_the_person_where_there_is_one(manager):
    survivor = make_client("Ромашка", manager, phones=["+79120000001", "+79120000002"])
    away = make_client(
        "Ромашка-Трейд", manager, phones=["+79120000001", "+79120000003"], duplicate_reason="проверка"
    )
    person = actions.add_contact(
        away,
        ContactDraft(name="Пётр", phones=["+79120000002"]),
        by=manager,
        duplicate_reason="проверка",
    )
    merge(survivor, away)
    points = ContactPoint.objects.filter(client=survivor)
    assert sorted(points.values_list("value", "contact_id"), key=str) == [
        ("79120000001", None),
        ("79120000002", person.pk),
        ("79120000003", None),
    ]
    assert survivor.duplicate_reason == ""


def test_one_person_on_both_cards_becomes_one_with_all_that_was_said_with_them(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Ромашка-Трейд", manager)
    stays = make_contact(survivor, "Марина Шевелёва", phones=["+79120000001"])
    same = actions.add_contact(
        away,
        ContactDraft(
            name="марина шевелева",
            position="директор",
            phones=["+79120000001", "+79120000002"],
            is_decision_maker=True,
        ),
        by=manager,
        duplicate_reason="проверка",
    )
    other = make_contact(away, "Пётр Ильин")
    call = make_call(away, contact=same)
    merge(survivor, away)
    assert list(survivor.contacts.order_by("pk")) == [stays, other]
    stays.refresh_from_db()
    assert (stays.position, stays.is_decision_maker) == ("директор", True)
    call.refresh_from_db()
    assert call.contact == stays
    values = stays.contact_points.filter(deleted_at=None).order_by("value").values_list("value", flat=True)
    assert list(values) == ["79120000001", "79120000002"]


def test_namesakes_with_different_phones_stay_two(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Ромашка-Трейд", manager)
    make_contact(survivor, "Иван", phones=["+79120000001"])
    make_contact(away, "Иван", phones=["+79120000002"])
    merge(survivor, away)
    assert survivor.contacts.count() == 2


def test_last_contact_and_next_step_are_those_of_all_activities(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Ромашка-Трейд", manager)
    call, task = make_call(away), make_task(survivor)
    merge(survivor, away)
    assert survivor.last_contact_at == call.happened_at
    assert survivor.next_step_on == task.due_on
    assert away.last_contact_at is None


def test_the_merged_card_is_found_by_the_number_name_and_phone_of_both(manager):
    survivor = make_client("Ромашка", manager)
    away = make_client("Василёк", manager, phones=["+79123456789"])
    merge(survivor, away)
    for query in (str(away.pk), "василек", "3456789", "ромашка"):
        assert [hit.client for hit in best_hits(manager, query)] == [survivor], query


# --- Who may, and what cannot be ---


def test_a_card_is_not_merged_with_itself_nor_with_a_deleted_one(manager):
    card, gone = make_client("Ромашка", manager), make_client("Василёк", manager)
    actions.delete_client(gone, by=manager)
    operations = Operation.objects.count()
    for survivor, away in ((card, card), (card, gone), (gone, card)):
        with pytest.raises(ValidationError):
            merge(survivor, away)
    assert Operation.objects.count() == operations


def test_who_may_not_change_both_cards_may_not_merge_them(manager):
    own, foreign = make_client("Ромашка", manager), make_client("Василёк", make_user())
    for survivor, away in ((own, foreign), (foreign, own)):
        with pytest.raises(PermissionDenied):
            actions.merge_clients(survivor, away, by=manager)
    assert Client.objects.count() == 2


def test_a_head_merges_cards_of_two_managers_and_open_work_goes_to_who_keeps_the_client():
    team = make_team()
    head, anna, boris = make_user(role=Role.HEAD, team=team), make_user(team=team), make_user(team=team)
    survivor, away = make_client("Ромашка", anna), make_client("Василёк", boris)
    deal = away.deals.first() or make_deal(away)
    task = make_task(away)
    op = actions.merge_clients(survivor, away, by=head)
    for record in (deal, task):
        record.refresh_from_db()
        assert (record.client, record.manager) == (survivor, anna)
    undo(op, head)
    for record in (deal, task):
        record.refresh_from_db()
        assert (record.client, record.manager) == (away, boris)


# --- Undone ---


def test_a_merge_undone_leaves_no_trace(manager):
    survivor = full_card("Ромашка", manager, phones=["+79120000001"], note="Звонить утром")
    away = full_card(
        "Ромашка-Трейд",
        manager,
        phones=["+79120000001"],
        city="Пермь",
        note="Любят чай",
        duplicate_reason="филиал",
    )
    before = state_of(survivor, away)
    undo(merge(survivor, away), manager)
    assert state_of(survivor, away) == before
    assert list(faults()) == []


def test_what_came_to_the_survivor_after_the_merge_stays_there(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager)
    deal, person = make_deal(away), make_contact(away)
    op = merge(survivor, away)
    deal.refresh_from_db()
    person.refresh_from_db()
    new_deal, new_call = make_deal(survivor), make_call(survivor)
    of_moved = make_call(survivor, deal=deal)
    actions.update_contact(person, by=manager, phones=["+79125550000"])
    undo(op, manager)
    new_deal.refresh_from_db()
    new_call.refresh_from_db()
    assert new_deal.client == new_call.client == survivor
    of_moved.refresh_from_db()
    assert of_moved.client == away, "what was entered for a deal goes with the deal"
    assert ContactPoint.objects.get(value="79125550000").client == away
    survivor.refresh_from_db()
    away.refresh_from_db()
    assert survivor.last_contact_at == new_call.happened_at
    assert away.last_contact_at == of_moved.happened_at
    assert [hit.client for hit in best_hits(manager, "5550000")] == [away]
    assert "василек" not in survivor.search


def test_a_field_changed_since_the_merge_is_a_conflict(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager, city="Казань")
    op = merge(survivor, away)
    actions.update_client(survivor, by=manager, city="Пермь")
    with pytest.raises(rollback.Unresolved) as unresolved:
        undo(op, manager)
    [conflict] = unresolved.value.plan.conflicts
    undo(op, manager, {conflict.key: rollback.KEEP})
    survivor.refresh_from_db()
    away.refresh_from_db()
    assert (survivor.city, away.city, away.deleted_at) == ("Пермь", "Казань", None)


def test_a_chain_of_merges_is_undone_from_its_end(manager):
    first, second, third = (full_card(name, manager) for name in ("Ромашка", "Василёк", "Пион"))
    before = state_of(first, second, third)
    into_second = merge(second, first)
    into_third = merge(third, second)
    first.refresh_from_db()
    assert first.merged_into == third and rows_naming(second) == []
    with pytest.raises(rollback.Refused) as refused:
        undo(into_second, manager)
    assert str(first.pk) in refused.value.sentence
    undo(into_third, manager)
    undo(into_second, manager)
    assert state_of(first, second, third) == before


def test_a_rollback_does_not_merge_cards_again(manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager)
    undone = undo(merge(survivor, away), manager)
    make_call(away)
    with pytest.raises(rollback.Refused):
        undo(undone, manager)
    away.refresh_from_db()
    assert away.deleted_at is None


def test_a_card_that_holds_another_one_survives_the_rollback_of_its_making(manager):
    away = make_client("Василёк", manager)
    survivor = make_client("Ромашка", manager)
    made = Client.versions.of(survivor)[0].operation
    for deal in away.deals.all():
        delete_deal(deal, by=manager)
    merge(survivor, away)
    undo(made, manager)
    survivor.refresh_from_db()
    assert survivor.deleted_at is None


# --- Pages ---


def form(survivor, away, browser, **more):
    page = browser.get(reverse("leads:merge", args=[survivor.pk]), {"with": away.pk})
    return {"with": away.pk, "survivor": survivor.pk, "seen": page.context["seen"], **more}


def test_cards_are_merged_from_the_card_and_the_note_undoes_it(browser, manager):
    survivor = make_client("Ромашка", manager, city="Пермь")
    away = make_client("Василёк", manager, city="Казань")
    url = reverse("leads:merge", args=[survivor.pk])
    assert url in browser.get(survivor.get_absolute_url()).content.decode()
    answer = browser.post(url, form(survivor, away, browser, city=away.pk), follow=True)
    assert answer.redirect_chain[-1][0] == survivor.get_absolute_url()
    survivor.refresh_from_db()
    assert survivor.city == "Казань"
    [note] = answer.context["messages"]
    browser.post(undo_url(note))
    assert Client.objects.count() == 2


def test_the_card_in_hand_may_be_the_one_that_goes(browser, manager):
    older, younger = make_client("Ромашка", manager), make_client("Василёк", manager)
    page = browser.get(reverse("leads:merge", args=[younger.pk]), {"with": older.pk})
    assert [(card.client, card.stays) for card in page.context["cards"]] == [(older, True), (younger, False)]
    answer = browser.post(
        reverse("leads:merge", args=[younger.pk]),
        {"with": older.pk, "survivor": older.pk, "seen": page.context["seen"]},
    )
    assert answer.url == older.get_absolute_url()


def test_the_form_sent_twice_merges_once(browser, manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager)
    data = form(survivor, away, browser)
    url = reverse("leads:merge", args=[away.pk])
    assert [browser.post(url, data | {"with": survivor.pk}).url for _ in range(2)] == [
        survivor.get_absolute_url()
    ] * 2
    assert Operation.objects.filter(kind=Operation.Kind.MERGE).count() == 1


def test_cards_that_were_changed_meanwhile_are_shown_again_with_what_was_chosen(browser, manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager)
    data = form(survivor, away, browser, name=away.pk)
    actions.update_client(away, by=manager, city="Казань")
    answer = browser.post(reverse("leads:merge", args=[survivor.pk]), data)
    assert answer.status_code == 422
    assert [side.chosen for side in answer.context["rows"][0].sides] == [False, True]
    assert Client.objects.count() == 2


@pytest.mark.parametrize("page", ["leads:card", "leads:history"])
def test_the_address_of_the_card_merged_away_leads_to_the_survivor(browser, manager, page):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager)
    merge(survivor, away)
    answer = browser.get(reverse(page, args=[away.pk]))
    assert answer.url == reverse(page, args=[survivor.pk])
    browser.force_login(make_user())
    assert browser.get(reverse(page, args=[away.pk])).status_code == 404


def test_the_history_of_the_survivor_holds_that_of_the_card_merged_away(browser, manager):
    survivor, away = make_client("Ромашка", manager), make_client("Василёк", manager, city="Казань")
    actions.update_client(away, by=manager, city="Магадан")
    merge(survivor, away)
    page = browser.get(reverse("leads:history", args=[survivor.pk])).content.decode()
    assert "Казань" in page and "Магадан" in page


def test_other_cards_are_proposed_and_found(browser, manager):
    card = make_client("ООО «Ромашка»", manager)
    near = make_client("Ромашка", manager)
    url = reverse("leads:merge", args=[card.pk])
    assert f"?with={near.pk}" in browser.get(url).content.decode()
    found = browser.get(url, {"q": "ромашка"}).content.decode()
    assert f"?with={near.pk}" in found and f"?with={card.pk}" not in found
    assert browser.get(url, {"with": card.pk}).status_code == 200
    assert browser.get(url, {"with": "x"}).status_code == 404
