"""Absences: of whole days or of a part of one, entered by who answers for the person."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from core import periods
from core.history.operations import Operation
from people import actions
from people.models import Absence, Role, User
from tests.factories import THURSDAY, TODAY, by_system, make_team, make_user

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + dt.timedelta(1)
NOON, TWO = dt.time(12), dt.time(14)


@pytest.fixture(autouse=True)
def thursday() -> Iterator[None]:
    with periods.clock(THURSDAY):
        yield


@pytest.fixture
def anna() -> User:
    return make_user("Анна Рыжова")


@pytest.fixture
def head(anna: User) -> User:
    return make_user(role=Role.HEAD, team=anna.team)


def be_absent(user: User, by: User | None = None, **fields: Any) -> Absence:
    return actions.add_absence(user, by=by, **{"kind": "other", "since": TODAY, "until": TODAY, **fields})


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"until_time": TWO}, "до 14:00"),
        ({"from_time": TWO}, "с 14:00"),
        ({"from_time": NOON, "until_time": TWO}, "12:00–14:00"),
        ({}, ""),
    ],
)
def test_a_part_of_a_day_is_said_in_words(anna: User, times: dict[str, dt.time], words: str) -> None:
    absence = be_absent(anna, **times)
    assert (absence.times, absence.is_partial) == (words, bool(times))


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"until": TOMORROW, "until_time": TWO}, "until_time"),
        ({"until": TOMORROW, "from_time": TWO}, "from_time"),
        ({"from_time": TWO, "until_time": NOON}, "until_time"),
        ({"from_time": TWO, "until_time": TWO}, "until_time"),
    ],
)
def test_times_are_of_one_day_and_in_their_order(anna: User, fields: dict[str, Any], beside: str) -> None:
    with pytest.raises(ValidationError) as error:
        be_absent(anna, **fields)
    assert list(error.value.message_dict) == [beside]
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"until": TOMORROW, "until_time": TWO}, {"from_time": TWO, "until_time": NOON}]
)
def test_the_database_holds_it_as_well(anna: User, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), by_system():
        Absence.objects.create(**{"user": anna, "kind": "other", "since": TODAY, "until": TODAY, **fields})


def test_a_part_of_a_day_cannot_become_two_days(anna: User) -> None:
    absence = be_absent(anna, until_time=TWO)
    with pytest.raises(ValidationError):
        actions.update_absence(absence, until=TOMORROW, by=None)
    actions.update_absence(absence, until=TOMORROW, until_time=None, by=None)


def test_two_absences_share_no_day_even_in_part(anna: User) -> None:
    be_absent(anna, until_time=NOON)
    with pytest.raises(ValidationError) as error:
        be_absent(anna, from_time=TWO)
    assert list(error.value.message_dict) == ["since"]


def test_yesterday_s_absence_may_be_entered_today(anna: User, head: User) -> None:
    assert be_absent(anna, by=head, since=TODAY - dt.timedelta(2), until=TODAY).pk


# --- Who enters them ------------------------------------------------------------------------------------------------


def test_a_head_enters_changes_and_removes_absences_of_their_team(anna: User, head: User) -> None:
    absence = be_absent(anna, by=head)
    actions.update_absence(absence, note="Врач", by=head)
    actions.remove_absence(absence, by=head)
    assert not Absence.objects.exists()


def test_nobody_enters_absences_of_people_they_do_not_answer_for(anna: User, head: User) -> None:
    stranger = make_user(role=Role.HEAD, team=make_team())
    absence = be_absent(anna)
    before = Operation.objects.count()
    for by in (stranger, anna, make_user(role=Role.COLLEAGUE)):
        for attempt in (
            lambda by=by: be_absent(anna, by=by, since=TOMORROW, until=TOMORROW),
            lambda by=by: actions.update_absence(absence, note="нет", by=by),
            lambda by=by: actions.remove_absence(absence, by=by),
        ):
            with pytest.raises(PermissionDenied):
                attempt()
    assert Operation.objects.filter(by__isnull=False).count() == 0
    assert Operation.objects.count() >= before


def test_a_head_s_pages_know_their_team_alone(anna: User, head: User) -> None:
    other = make_user("Фёдор Чужой")
    mine, theirs = be_absent(anna, until_time=TWO), be_absent(other)
    browser = Browser()
    browser.force_login(head)
    page = browser.get(reverse("people:absences")).content.decode()
    assert "Анна Рыжова" in page and "до 14:00" in page
    assert "Чужой" not in page
    assert "Чужой" not in browser.get(reverse("people:absence_new")).content.decode()
    assert browser.get(reverse("people:absence", args=[mine.pk])).status_code == 200
    for name in ("absence", "absence_remove"):
        assert browser.post(reverse(f"people:{name}", args=[theirs.pk])).status_code == 404
    data = {"user": other.pk, "kind": "sick", "since": TOMORROW, "until": TOMORROW}
    assert browser.post(reverse("people:absence_new"), data).status_code == 422
    assert Absence.objects.count() == 2


def test_a_fault_of_times_stands_beside_its_field_and_what_was_typed_stays(anna: User, head: User) -> None:
    browser = Browser()
    browser.force_login(head)
    data = {"user": anna.pk, "kind": "other", "since": TODAY, "until": TOMORROW, "until_time": "14:00"}
    answer = browser.post(reverse("people:absence_new"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["until_time"]
    assert 'value="14:00"' in answer.content.decode()


def test_a_substitute_of_another_team_stays_when_the_head_changes_the_note(anna: User, head: User) -> None:
    absence = be_absent(anna, substitute=make_user())
    browser = Browser()
    browser.force_login(head)
    page = reverse("people:absence", args=[absence.pk])
    form = browser.get(page).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    assert browser.post(page, {**data, "note": "Врач"}).status_code == 302
    absence.refresh_from_db()
    assert (absence.note, absence.substitute_id) == ("Врач", data["substitute"])
