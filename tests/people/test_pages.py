"""Pages of the administrator, and everybody's own."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core import periods
from core.history.operations import Operation
from people import actions
from people.models import CalendarDay, Role, User
from tests.factories import THURSDAY, TODAY, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY):
        yield


@pytest.fixture
def admin() -> User:
    return make_user("Анна Админова", Role.ADMIN)


@pytest.fixture
def browser(admin: User) -> Browser:
    browser = Browser()
    browser.force_login(admin)
    return browser


def test_a_form_in_fault_keeps_what_was_typed_and_says_the_error_beside_its_field(browser):
    data = {"name": "Мария Белова", "email": "m@example.test", "role": "manager", "since": TODAY}
    answer = browser.post(reverse("people:user_new"), data)
    assert answer.status_code == 422
    assert "Мария Белова" in answer.content.decode()
    assert answer.context["form"].errors["team"]
    assert not User.objects.filter(email="m@example.test").exists()


def test_a_new_user_sent_twice_is_one_user(browser):
    data = {
        "name": "Мария Белова",
        "email": "m@example.test",
        "role": "director",
        "since": TODAY,
        "once": "key-1",
    }
    first = browser.post(reverse("people:user_new"), data)
    second = browser.post(reverse("people:user_new"), data)
    assert first["Location"] == second["Location"]
    assert User.objects.filter(email="m@example.test").count() == 1


def test_a_password_is_shown_once_and_opens(browser):
    user = make_user("Мария Белова")
    answer = browser.post(reverse("people:give_password", args=[user.pk]))
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert User.objects.get(pk=user.pk).check_password(password)


def test_whose_sign_in_is_closed_is_out_at_once(browser):
    user = make_user("Мария Белова")
    theirs = Browser()
    theirs.force_login(user)
    assert theirs.get(reverse("people:profile")).status_code == 200
    browser.post(reverse("people:deactivate", args=[user.pk]))
    assert theirs.get(reverse("people:profile")).status_code == 302


def test_what_a_button_may_not_do_is_said_and_changes_nothing(browser, admin):
    user = make_user("Мария Белова")
    answer = browser.post(reverse("people:team_remove", args=[user.team.pk]), follow=True)
    assert "Мария Белова" in answer.content.decode()
    user.team.refresh_from_db()
    assert user.team.deleted_at is None


def test_of_two_administrators_the_second_sees_both_values(browser):
    user = make_user("Мария Белова")
    page = reverse("people:user", args=[user.pk])
    seen = browser.get(page).context["form"].initial["version"]
    actions.update_user(user, name="Мария Чернова", by=None)
    answer = browser.post(page, {"name": "Мария Рыжова", "email": user.email, "version": seen})
    assert answer.status_code == 422
    assert "Мария Чернова" in answer.content.decode()
    assert "Мария Рыжова" in answer.content.decode()


def test_a_day_of_the_calendar_becomes_a_day_off_and_back(browser):
    day = reverse("people:calendar_day", args=["2026-11-06"])
    browser.post(day, {"is_working": "no", "note": "День компании"})
    exception = CalendarDay.objects.get()
    year = browser.get(reverse("people:calendar_year", args=[2026]))
    assert "День компании" in year.content.decode()
    browser.post(reverse("people:calendar_day_remove", args=[exception.pk]))
    assert not CalendarDay.objects.exists()


def test_the_calendar_of_a_team_shows_its_own_exception_over_the_company_s(browser):
    team = make_team("Север")
    actions.add_calendar_exception(TODAY, is_working=False, by=None)
    actions.add_calendar_exception(TODAY, is_working=True, team=team, note="Север работает", by=None)
    year = reverse("people:calendar_year", args=[2026])
    assert "Север работает" in browser.get(f"{year}?team={team.pk}").content.decode()
    assert "Север работает" not in browser.get(year).content.decode()


def test_ones_own_password_needs_the_old_one_and_keeps_this_session():
    user = make_user()
    actions._set_password(user, "the old one, long", by=None)
    browser = Browser()
    browser.force_login(user)
    page = reverse("people:own_password")
    new = {"new_password1": "тихий-океан-42", "new_password2": "тихий-океан-42"}
    assert browser.post(page, {"old_password": "wrong", **new}).status_code == 422
    assert browser.post(page, {"old_password": "the old one, long", **new}).status_code == 302
    assert browser.get(reverse("people:profile")).status_code == 200
    assert User.objects.get(pk=user.pk).check_password("тихий-океан-42")


def test_how_one_looks_at_the_program_is_kept_without_filling_the_journal(browser, admin):
    before, version = Operation.objects.count(), admin.version
    browser.post(reverse("people:profile"), {"language": "en", "theme": "dark"})
    browser.post(reverse("theme"), {"theme": "light"})
    admin.refresh_from_db()
    assert (admin.language, admin.theme, admin.version) == ("en", "light", version)
    assert Operation.objects.count() == before


def test_the_list_of_users_asks_no_more_for_more_users(browser, django_assert_max_num_queries):
    for _number in range(12):
        make_user()
    with django_assert_max_num_queries(10):
        browser.get(reverse("people:users"))


def test_a_department_colleague_finds_an_honest_start_page_and_nothing_of_the_sellers():
    colleague = make_user(role=Role.COLLEAGUE)
    browser = Browser()
    browser.force_login(colleague)
    page = browser.get("/").content.decode()
    assert "Для вашей роли разделов пока нет" in page
    assert reverse("people:profile") in page
    for place in ("leads:list", "leads:search", "pipeline:board", "activities:log"):
        assert reverse(place) not in page
