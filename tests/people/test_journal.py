"""The journal: who may look into which operation, and roll it back from the screen."""

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.history.operations import Operation
from leads import actions as clients
from people import actions, journal
from tests.cast import Cast, Member, cast

__all__ = ["cast"]


def browser_of(member: Member) -> Browser:
    browser = Browser()
    browser.force_login(member.user)
    return browser


def latest(member: Member) -> Operation:
    return Operation.objects.filter(by=member.user).latest("pk")


def page(operation: Operation) -> str:
    return reverse("people:operation", args=[operation.pk])


def rollback(operation: Operation) -> str:
    return reverse("people:rollback", args=[operation.pk])


def rename(cast: Cast, name: str, by: Member) -> Operation:
    cast.anna.client.refresh_from_db()
    clients.update_client(cast.anna.client, by=by.user, name=name)
    return latest(by)


def test_a_change_is_read_as_what_was_and_what_became(cast):
    operation = rename(cast, "ООО Новое", cast.anna)
    text = browser_of(cast.anna).get(page(operation)).content.decode()
    assert "<del>ООО Qalvira</del>" in text
    assert "ООО Новое</ins>" in text


def test_counts_are_said_in_words(cast):
    operation = rename(cast, "ООО Новое", cast.anna)
    assert journal.in_words(operation) == "Клиенты: изменено 1"


def test_a_record_handed_to_another_team_is_no_longer_read_in_ones_own_operation(cast):
    operation = rename(cast, "ООО Qtajna", cast.anna)
    clients.assign_clients([cast.anna.client.pk], cast.fedor.user, by=cast.admin.user)
    answer = browser_of(cast.anna).get(page(operation))
    assert answer.status_code == 200
    assert "Qtajna" not in answer.content.decode()
    assert "Qalvira" not in answer.content.decode()
    assert browser_of(cast.anna).get(rollback(operation)).status_code == 404
    assert browser_of(cast.anna).post(rollback(operation)).status_code == 404


def test_the_director_reads_the_settings_changes_but_does_not_roll_them_back(cast):
    actions.create_team(name="Запад", by=cast.admin.user)
    operation = latest(cast.admin)
    browser = browser_of(cast.director)
    assert "Запад" in browser.get(page(operation)).content.decode()
    assert browser.get(rollback(operation)).status_code == 404


def test_a_rollback_brings_back_what_was(cast):
    operation = rename(cast, "ООО Новое", cast.anna)
    answer = browser_of(cast.head).post(rollback(operation))
    done = latest(cast.head)
    assert (answer.status_code, answer["Location"]) == (302, page(done))
    assert (done.kind, done.reverts) == (Operation.Kind.ROLLBACK, operation)
    cast.anna.client.refresh_from_db()
    assert cast.anna.client.name == "ООО Qalvira"


def test_an_undo_leads_back_to_where_it_was_pressed_and_nowhere_else(cast):
    for wished, leads_back in (("/clients/?q=1", True), ("https://elsewhere.test/", False)):
        operation = rename(cast, f"ООО {wished}"[:9], cast.anna)
        answer = browser_of(cast.anna).post(rollback(operation), {"next": wished})
        assert (answer["Location"] == wished) == leads_back


def test_a_field_changed_since_is_asked_about_and_nothing_is_written_before(cast):
    operation = rename(cast, "ООО Новое", cast.anna)
    rename(cast, "ООО Новейшее", cast.head)
    browser = browser_of(cast.anna)
    asked = browser.post(rollback(operation))
    assert asked.status_code == 422
    for words in ("ООО Новое", "ООО Новейшее", "ООО Qalvira", "Галина Сизова"):
        assert words in asked.content.decode()
    assert not Operation.objects.filter(reverts=operation).exists()

    key = f"leads.client:{cast.anna.client.pk}:name"
    assert browser.post(rollback(operation), {key: "before"}).status_code == 302
    cast.anna.client.refresh_from_db()
    assert cast.anna.client.name == "ООО Qalvira"


def test_what_has_been_rolled_back_is_not_rolled_back_twice(cast):
    operation = rename(cast, "ООО Новое", cast.anna)
    browser = browser_of(cast.anna)
    browser.post(rollback(operation))
    count = Operation.objects.count()
    assert browser.post(rollback(operation)).status_code == 200
    assert Operation.objects.count() == count


def test_the_number_of_queries_does_not_grow_with_what_an_operation_wrote(cast):
    browser = browser_of(cast.admin)
    browser.get("/")  # the frame reads the calendar once in a while
    asked = []
    for sellers in ([cast.boris], [cast.fedor, cast.head]):
        ids = [seller.client.pk for seller in sellers]
        clients.assign_clients(ids, cast.anna.user, by=cast.admin.user)
        with CaptureQueriesContext(connection) as queries:
            browser.get(page(latest(cast.admin)))
        asked.append(len(queries))
    assert asked[0] == asked[1]
