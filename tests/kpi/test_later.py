"""What is decided about a closed day when it is closed; what was frozen stays."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kpi.actions import later
from kpi.models import Correction, Figure, Objection
from kpi.results import results, settled_figure
from people.models import Role
from tests.activities.factories import make_call
from tests.factories import make_user
from tests.kpi.factories import (
    Office,
    add_own,
    close_all,
    figure,
    indicator,
    make_norm,
    november_day,
    person_day,
)
from tests.leads.factories import make_client

HELD = "conversations_held"


@pytest.fixture
def missed(office: Office) -> Figure:
    """Anna held one conversation on Thursday where two were expected."""
    make_norm(HELD, 2)
    office.at(5, "12:00")
    make_call(make_client(manager=office.anna))
    office.at(5, "18:30")
    return figure(office.anna, 5, HELD)


def result_of(office: Office, day: int = 5):
    return results([office.anna.pk], november_day(day), november_day(day))[office.anna.pk, november_day(day)]


def test_a_correction_counts_and_the_frozen_value_stays_visible(office, missed):
    assert (missed.value, missed.verdict, result_of(office).points) == (1, "missed", -2)
    made = later.correct_figure(missed, by=office.head, value=Decimal(2), reason="Не было сети")
    missed.refresh_from_db()
    assert (missed.value, missed.verdict) == (1, "missed")
    now = settled_figure(missed)
    assert (now.value, now.verdict, now.points) == (2, "met", 1)
    assert (made.operation.by, made.operation.at, made.reason) == (
        office.head,
        office.clock.moment,
        "Не было сети",
    )
    assert result_of(office).points == 1


def test_of_two_corrections_the_later_one_counts(office, missed):
    later.correct_figure(missed, by=office.head, value=Decimal(5), reason="Сначала так")
    later.correct_figure(missed, by=office.head, value=Decimal(1), reason="Потом обратно")
    assert settled_figure(missed).value == 1
    assert result_of(office).points == -2


@pytest.mark.parametrize(
    ("value", "reason", "field"),
    [(Decimal(-1), "Причина", "value"), (Decimal(1), "Причина", "value"), (Decimal(3), "  ", "reason")],
)
def test_a_wrong_correction_says_what_is_wrong_and_writes_nothing(office, missed, value, reason, field):
    with pytest.raises(ValidationError) as error:
        later.correct_figure(missed, by=office.head, value=value, reason=reason)
    assert field in error.value.error_dict
    assert not Correction.objects.exists()


def test_nobody_corrects_their_own_day_nor_that_of_another_team(office, missed):
    for stranger in (office.anna, office.boris, make_user(role=Role.HEAD)):
        with pytest.raises(PermissionDenied):
            later.correct_figure(missed, by=stranger, value=Decimal(2), reason="Прошу")
        with pytest.raises(PermissionDenied):
            later.excuse_day(missed.person_day, by=stranger, reason="Прошу")
    assert not Correction.objects.exists()
    assert later.correct_figure(missed, by=make_user(role=Role.DIRECTOR), value=Decimal(2), reason="Верно")


def test_an_excused_day_is_not_scored_until_that_is_taken_back(office, missed):
    later.excuse_day(missed.person_day, by=office.head, reason="Больничный")
    assert (result_of(office).scored, result_of(office).points) == (False, 0)
    later.excuse_day(missed.person_day, by=office.head, reason="Ошибка", scored=True)
    assert (result_of(office).scored, result_of(office).points) == (True, -2)


def test_a_ratio_and_the_closed_week_follow_a_corrected_day(office):
    make_norm(HELD, 3, period="week")
    own = add_own(
        "ratio", numerator=indicator(HELD), denominator=indicator("companies_added"), as_percent=False
    )
    make_norm(own.code, 2)
    office.at(5, "12:00")
    make_call(make_client(manager=office.anna))
    office.at(6, "12:00")
    make_call(make_client(manager=office.anna))
    office.at(6, "18:30")
    week = figure(office.anna, 6, HELD, "week")
    ratio = figure(office.anna, 5, own.code)
    assert (week.value, week.verdict) == (2, "missed")
    assert (ratio.value, ratio.base, ratio.verdict) == (1, 1, "missed")
    made = later.correct_figure(
        figure(office.anna, 5, HELD), by=office.head, value=Decimal(2), reason="Второй звонок без сети"
    )
    assert (settled_figure(week).value, settled_figure(week).verdict) == (3, "met")
    assert (settled_figure(ratio).value, settled_figure(ratio).base, settled_figure(ratio).verdict) == (
        2,
        1,
        "met",
    )
    assert {row.follows_id for row in made.followed_by.all()} == {made.pk}
    with pytest.raises(ValidationError):
        later.correct_figure(ratio, by=office.head, value=Decimal(2), reason="Так нельзя")
    with pytest.raises(ValidationError):
        later.correct_figure(week, by=office.head, value=Decimal(2), reason="Так нельзя")


def test_an_objection_is_accepted_with_a_correction_or_declined_with_an_answer(office, missed):
    asked = later.object_to(
        missed.person_day, by=office.anna, figure=missed, asked=Decimal(2), reason="Звонила из дороги"
    )
    with pytest.raises(ValidationError):
        later.object_to(missed.person_day, by=office.anna, figure=missed, reason="Ещё раз")
    made = later.correct_figure(missed, by=office.head, value=Decimal(2), reason="Согласна", objection=asked)
    asked.refresh_from_db()
    assert (asked.state, asked.correction, asked.decided_by) == (Objection.State.ACCEPTED, made, office.head)
    with pytest.raises(ValidationError):
        later.decline(asked, by=office.head, answer="Поздно")
    again = later.object_to(missed.person_day, by=office.anna, reason="Была больна")
    later.decline(again, by=office.head, answer="Нет справки")
    again.refresh_from_db()
    assert (again.state, again.answer) == (Objection.State.DECLINED, "Нет справки")
    assert result_of(office).points == 1


def test_nobody_objects_for_somebody_else(office, missed):
    with pytest.raises(PermissionDenied):
        later.object_to(missed.person_day, by=office.boris, reason="За Анну")


def test_points_of_a_day_without_system_wait_for_one_decision(office):
    make_norm(HELD, 2)
    office.is_up = False
    office.at(9, "10:00")
    close_all()
    closing = person_day(office.anna, 5).closing
    assert closing.system_down
    assert (result_of(office).waits, result_of(office).points) == (True, 0)
    with pytest.raises(PermissionDenied):
        later.decide(closing, by=office.anna, counts=True, reason="Да")
    later.decide(closing, by=office.head, counts=True, reason="Все работали")
    assert (result_of(office).waits, result_of(office).points) == (False, -2)
    with pytest.raises(ValidationError):
        later.decide(closing, by=office.head, counts=False, reason="Передумала")
    other = person_day(office.anna, 6).closing
    later.decide(other, by=office.head, counts=False, reason="Света не было")
    assert (result_of(office, 6).dropped, result_of(office, 6).points) == (True, 0)


def test_an_absence_is_not_scored_and_nothing_excuses_it_again(office):
    from people.actions import add_absence

    make_norm(HELD, 2)
    office.at(3, "12:00")
    add_absence(
        office.anna, kind="sick", since=dt.date(2026, 11, 5), until=dt.date(2026, 11, 5), by=office.admin
    )
    office.at(5, "18:30")
    day = person_day(office.anna, 5)
    assert (day.scored, day.absence, day.points) == (False, "sick", 0)
    with pytest.raises(ValidationError):
        later.excuse_day(day, by=office.head, reason="Больничный")
