"""Who works here, where, since when."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core import periods
from core.history.operations import Operation
from people import actions
from people.models import Absence, Appointment, CalendarDay, Company, Role, Team, User
from tests.factories import THURSDAY, make_department, make_team, make_user

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 5)
YESTERDAY, TOMORROW = TODAY - dt.timedelta(1), TODAY + dt.timedelta(1)


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def admin() -> User:
    return make_user("Анна Админова", Role.ADMIN)


def spans(user: User) -> list[tuple[str, dt.date, dt.date | None]]:
    return [
        (row.role, row.since, row.until) for row in Appointment.objects.filter(user=user).order_by("since")
    ]


def test_a_new_user_signs_in_by_e_mail_in_small_letters_and_has_a_role_at_once(admin):
    team = make_team()
    user = actions.create_user(
        email=" Belova@Example.TEST ", name="Мария Белова", role=Role.MANAGER, team=team, by=admin
    )
    assert user.email == "belova@example.test"
    assert (user.role, user.team) == (Role.MANAGER, team)
    assert not user.has_usable_password()


def test_making_a_user_is_one_operation(admin):
    before = Operation.objects.count()
    actions.create_user(email="a@example.test", name="А Б", role=Role.DIRECTOR, by=admin)
    assert Operation.objects.count() == before + 1
    assert Operation.objects.last().counts == {"people.user": [1, 0], "people.appointment": [1, 0]}


def test_a_taken_e_mail_is_said_beside_its_field_and_nothing_is_written(admin):
    make_user(email="taken@example.test")
    before = User.objects.count()
    with pytest.raises(ValidationError) as error:
        actions.create_user(email="taken@example.test", name="А Б", role=Role.DIRECTOR, by=admin)
    assert "email" in error.value.message_dict
    assert User.objects.count() == before


def test_a_manager_without_a_team_is_refused_whole(admin):
    with pytest.raises(ValidationError) as error:
        actions.create_user(email="new@example.test", name="А Б", role=Role.MANAGER, by=admin)
    assert "team" in error.value.message_dict
    assert not User.objects.filter(email="new@example.test").exists()


def test_an_appointment_ends_the_one_before_it_the_day_before(admin):
    user = make_user(since=dt.date(2026, 1, 1))
    actions.appoint(user, role=Role.HEAD, team=user.team, by=admin)
    assert spans(user) == [
        (Role.MANAGER, dt.date(2026, 1, 1), YESTERDAY),
        (Role.HEAD, TODAY, None),
    ]
    assert user.role == Role.HEAD


def test_a_future_appointment_changes_nothing_today(admin, thursday):
    user = make_user(since=dt.date(2026, 1, 1))
    actions.appoint(user, role=Role.DIRECTOR, since=TOMORROW, by=admin)
    assert user.role == Role.MANAGER
    thursday.advance(days=1)
    assert User.objects.get(pk=user.pk).role == Role.DIRECTOR


def test_an_appointment_before_a_later_one_lasts_until_it(admin):
    user = make_user(since=dt.date(2026, 1, 1))
    actions.appoint(user, role=Role.DIRECTOR, since=dt.date(2026, 12, 1), by=admin)
    actions.appoint(user, role=Role.HEAD, team=make_team(), since=TODAY, by=admin)
    assert spans(user) == [
        (Role.MANAGER, dt.date(2026, 1, 1), YESTERDAY),
        (Role.HEAD, TODAY, dt.date(2026, 11, 30)),
        (Role.DIRECTOR, dt.date(2026, 12, 1), None),
    ]


def test_an_appointment_of_the_same_day_replaces_the_mistaken_one(admin):
    user = make_user(since=TODAY)
    actions.appoint(user, role=Role.DIRECTOR, since=TODAY, by=admin)
    assert spans(user) == [(Role.DIRECTOR, TODAY, None)]


def test_only_sellers_keep_a_team_and_only_colleagues_a_department(admin):
    user = make_user()
    made = actions.appoint(
        user, role=Role.COLLEAGUE, team=make_team(), department=make_department(), by=admin
    )
    assert made.team is None
    assert made.department is not None


def test_after_the_last_day_of_an_appointment_a_person_sees_nothing(admin, thursday):
    user = make_user()
    actions.end_appointment(user.appointment, until=TODAY, by=admin)
    assert user.role == Role.MANAGER
    thursday.advance(days=1)
    assert User.objects.get(pk=user.pk).role == ""


def test_an_appointment_that_has_begun_cannot_end_before_its_first_day(admin):
    user = make_user(since=TODAY)
    with pytest.raises(ValidationError):
        actions.end_appointment(user.appointment, until=YESTERDAY, by=admin)


def test_a_leaver_signs_in_no_more_and_today_is_their_last_day(admin):
    user = make_user(since=dt.date(2026, 1, 1))
    actions.appoint(user, role=Role.DIRECTOR, since=TOMORROW, by=admin)
    actions.deactivate_user(user, by=admin)
    assert not User.objects.get(pk=user.pk).is_active
    assert spans(user) == [(Role.MANAGER, dt.date(2026, 1, 1), TODAY)]


def test_the_last_administrator_stays(admin):
    with pytest.raises(ValidationError):
        actions.appoint(admin, role=Role.DIRECTOR, by=admin)
    with pytest.raises(ValidationError):
        actions.end_appointment(Appointment.objects.get(user=admin), until=TODAY, by=admin)
    with pytest.raises(ValidationError):
        actions.deactivate_user(admin, by=admin)
    assert spans(admin) == [(Role.ADMIN, dt.date(2020, 1, 1), None)]


def test_a_given_password_opens_and_is_kept_nowhere_in_the_clear(admin):
    user = make_user()
    password = actions.give_password(user, by=admin)
    stored = User.objects.get(pk=user.pk)
    assert stored.check_password(password)
    assert password not in stored.password
    assert not any("password" in field.name for field in User.versions.model._meta.fields)


def test_a_weak_password_of_ones_own_is_refused():
    with pytest.raises(ValidationError):
        actions.change_own_password(make_user(), password="12345")


def test_a_team_with_people_cannot_be_removed_and_says_who_they_are(admin):
    user = make_user("Мария Белова")
    with pytest.raises(ValidationError, match="Мария Белова"):
        actions.remove_team(user.team, by=admin)
    empty = make_team()
    actions.remove_team(empty, by=admin)
    assert not Team.objects.filter(pk=empty.pk).exists()


def test_two_teams_are_not_called_the_same_but_a_removed_name_is_free(admin):
    first = actions.create_team(name="Север", by=admin)
    with pytest.raises(ValidationError) as error:
        actions.create_team(name=" Север ", by=admin)
    assert "name" in error.value.message_dict
    actions.remove_team(first, by=admin)
    actions.create_team(name="Север", by=admin)


def test_absences_of_one_person_do_not_overlap(admin):
    user = make_user()
    week = {"since": TODAY, "until": TODAY + dt.timedelta(6)}
    absence = actions.add_absence(user, kind=Absence.Kind.VACATION, by=admin, **week)
    with pytest.raises(ValidationError):
        actions.add_absence(user, kind=Absence.Kind.SICK, since=week["until"], until=week["until"], by=admin)
    actions.update_absence(absence, kind=Absence.Kind.VACATION, since=TODAY, until=TOMORROW, by=admin)
    actions.add_absence(user, kind=Absence.Kind.SICK, since=week["until"], until=week["until"], by=admin)


def test_nobody_stands_in_for_themselves(admin):
    user = make_user()
    with pytest.raises(ValidationError) as error:
        actions.add_absence(user, kind=Absence.Kind.SICK, since=TODAY, until=TODAY, substitute=user, by=admin)
    assert "substitute" in error.value.message_dict


def test_a_day_has_one_exception_for_the_company_and_one_for_each_team(admin):
    team = make_team()
    actions.add_calendar_exception(TOMORROW, is_working=False, by=admin)
    actions.add_calendar_exception(TOMORROW, is_working=True, cutoff=dt.time(16), by=admin)
    actions.add_calendar_exception(TOMORROW, is_working=False, cutoff=dt.time(16), team=team, by=admin)
    assert list(CalendarDay.objects.order_by("pk").values_list("team", "is_working", "cutoff")) == [
        (None, True, dt.time(16)),
        (team.pk, False, None),
    ]


def test_the_company_changes_its_name(admin):
    actions.update_company(Company.get(), name="Ромашка", deal_for_new_client=False, by=admin)
    company = Company.get()
    assert (company.name, company.deal_for_new_client) == ("Ромашка", False)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.COLLEAGUE])
def test_only_an_administrator_configures(role):
    by, other = make_user(role=role), make_user()
    before = Operation.objects.count()
    attempts = [
        lambda: actions.create_user(email="x@example.test", name="Х", role=Role.ADMIN, by=by),
        lambda: actions.update_user(by, email=by.email, name="Другое имя", phone="", by=by),
        lambda: actions.appoint(by, role=Role.ADMIN, by=by),
        lambda: actions.end_appointment(other.appointment, until=TODAY, by=by),
        lambda: actions.deactivate_user(other, by=by),
        lambda: actions.activate_user(other, by=by),
        lambda: actions.give_password(other, by=by),
        lambda: actions.create_team(name="Моя", by=by),
        lambda: actions.remove_team(other.team, by=by),
        lambda: actions.create_department(name="Мой", by=by),
        lambda: actions.add_calendar_exception(TOMORROW, is_working=False, by=by),
        lambda: actions.set_working_hours(since=TOMORROW, starts=dt.time(9), cutoff=dt.time(19), by=by),
        lambda: actions.update_company(Company.get(), name="Моя", deal_for_new_client=True, by=by),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert Operation.objects.count() == before
