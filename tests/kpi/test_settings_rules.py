"""The help page of indicators and the rules of the game: what they say, their version, who has read it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpi import rulebook
from kpi.actions.norms import set_norm
from kpi.actions.rules import confirm_rules
from kpi.actions.settings import retire_indicator, update_indicator
from kpi.models import Indicator, Rate, RulesRead
from people.models import User
from tests.factories import by_system, make_hours, make_team, make_user
from tests.kpi.factories import Office, indicator, make_norm, november_day
from tests.kpi.test_settings_pages import words


def sign_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def book(user: User) -> rulebook.Rulebook:
    found = rulebook.rulebook_of(User.objects.get(pk=user.pk))
    assert found is not None
    return found


def said(user: User) -> list[str]:
    return [f"{line.norm.indicator.code} {line.norm.low}" for line in book(user).lines]


# --- What holds for the reader --------------------------------------------------------------------------------------


def test_the_reader_sees_the_norm_that_judges_them(office: Office) -> None:
    make_norm("conversations_held", 15)
    make_norm("conversations_held", 12, team=office.team)
    make_norm("conversations_held", 20, user=office.anna)
    make_norm("conversations_held", 3, team=make_team())
    assert said(office.anna) == ["conversations_held 20.00"]
    assert said(office.boris) == ["conversations_held 12.00"]
    assert said(office.head) == ["conversations_held 12.00"]
    assert [line.norm.user for line in book(office.head).own] == [office.anna]


def test_a_norm_for_a_weekday_stands_beside_the_one_for_every_day(office: Office) -> None:
    make_norm("conversations_held", 15)
    make_norm("conversations_held", 8, weekday=4)
    assert said(office.anna) == ["conversations_held 15.00", "conversations_held 8.00"]
    make_norm("conversations_held", 12, team=office.team)  # of the team: it goes over the company's Friday
    assert said(office.anna) == ["conversations_held 12.00"]


def test_what_is_over_to_come_or_out_of_use_is_no_rule(office: Office) -> None:
    make_norm("conversations_held", 15, until=dt.date(2026, 10, 29))
    make_norm("meetings_held", 2)
    set_norm(indicator("deals_won"), by=office.admin, since=november_day(2), low=1)
    retire_indicator(indicator("meetings_held"), by=office.admin)
    assert said(office.anna) == []
    assert [line.norm.indicator.code for line in book(office.anna).coming] == ["deals_won"]


def test_a_norm_to_come_that_is_not_the_readers_is_not_announced(office: Office) -> None:
    make_norm("conversations_held", 20, user=office.anna)
    set_norm(indicator("conversations_held"), by=office.admin, since=november_day(2), low=10)
    assert book(office.anna).coming == []
    assert len(book(office.boris).coming) == 1


# --- Versions and confirmations -------------------------------------------------------------------------------------


def make_rate(amount: int) -> None:
    with by_system():
        Rate.objects.create(since=dt.date(2026, 10, 1), plus_rate=amount, minus_rate=amount)


def test_another_norm_rate_or_hour_is_another_version(office: Office) -> None:
    versions = [book(office.anna).digest]
    make_norm("conversations_held", 15)
    versions.append(book(office.anna).digest)
    make_norm("conversations_held", 15, weekday=4, tolerance=10)
    versions.append(book(office.anna).digest)
    make_rate(100)
    versions.append(book(office.anna).digest)
    make_hours(office.team, cutoff=dt.time(17))
    versions.append(book(office.anna).digest)
    update_indicator(indicator("conversations_held"), by=office.admin, counts_imports=True)
    versions.append(book(office.anna).digest)
    assert len(set(versions)) == len(versions)


def test_a_name_another_order_or_somebody_elses_norm_is_the_same_version(office: Office) -> None:
    make_norm("conversations_held", 15)
    make_norm("meetings_held", 2)
    before = book(office.anna).digest
    update_indicator(indicator("conversations_held"), by=office.admin, name="Беседы")
    make_norm("deals_won", 1, user=office.boris)
    with by_system():
        Indicator.objects.filter(code="meetings_held").update(position=99)
    assert book(office.anna).digest == before


def test_a_manager_confirms_a_version_once_and_a_changed_one_anew(office: Office) -> None:
    make_norm("conversations_held", 15)
    browser, url = sign_in(office.anna), reverse("kpi:rules")
    assert "Прочитал(а)" in words(browser.get(url))
    digest = book(office.anna).digest
    office.at(2, "09:15")
    browser.post(reverse("kpi:rules_confirm"), {"digest": digest})
    office.at(3, "10:00")
    browser.post(reverse("kpi:rules_confirm"), {"digest": digest})
    read = RulesRead.objects.get()
    assert (read.user, read.digest, read.at) == (office.anna, digest, office.at(2, "09:15"))
    office.at(3, "10:05")
    assert "Прочитал(а)" not in words(browser.get(url))
    set_norm(indicator("conversations_held"), by=office.admin, since=november_day(5), low=20)
    assert "Прочитал(а)" not in words(browser.get(url))  # to come is not in force
    office.at(5, "09:00")
    assert "Прочитал(а)" in words(browser.get(url))


def test_the_first_page_of_a_manager_asks_to_read_a_new_version(office: Office) -> None:
    home, asks = reverse("home"), "эту версию вы ещё не читали"
    browser = sign_in(office.anna)
    assert asks not in words(browser.get(home))  # without a norm there is nothing to read
    make_norm("conversations_held", 15)
    assert asks in words(browser.get(home))
    assert asks not in words(browser.get(reverse("kpi:help")))
    assert asks not in words(sign_in(office.head).get(home))
    confirm_rules(by=office.anna, digest=book(office.anna).digest)
    assert asks not in words(browser.get(home))


def test_a_version_that_changed_while_it_was_read_is_not_confirmed(office: Office) -> None:
    before = book(office.anna).digest
    make_norm("conversations_held", 15)
    with pytest.raises(ValidationError):
        confirm_rules(by=office.anna, digest=before)
    answer = sign_in(office.anna).post(reverse("kpi:rules_confirm"), {"digest": before}, follow=True)
    assert "Правила за это время изменились" in words(answer)
    assert not RulesRead.objects.exists()


def test_only_managers_confirm(office: Office) -> None:
    for user in (office.head, office.admin):
        digest = book(office.head).digest
        with pytest.raises(PermissionDenied):
            confirm_rules(by=user, digest=digest)
        assert sign_in(user).post(reverse("kpi:rules_confirm"), {"digest": digest}).status_code == 404
    assert not RulesRead.objects.exists()


def test_head_and_admin_see_who_confirmed_which_version_and_when(office: Office) -> None:
    make_norm("conversations_held", 15)
    office.at(2, "09:15")
    first = confirm_rules(by=office.anna, digest=book(office.anna).digest)
    confirm_rules(by=office.boris, digest=book(office.boris).digest)
    make_norm("meetings_held", 2, user=office.anna)
    readers = {reader.person: reader for reader in rulebook.readers(office.team, november_day(2))}
    assert readers[office.boris].this is not None and readers[office.anna].this is None
    assert readers[office.anna].before == first
    for user in (office.head, office.admin):
        page = words(sign_in(user).get(reverse("kpi:rules")))
        assert "сегодня, 09:15" in page and first.digest[:6] in page and "ещё нет" in page
    assert "Кто прочитал" not in words(sign_in(office.anna).get(reverse("kpi:rules")))


def test_the_rules_of_a_day_past_are_shown_as_they_were(office: Office) -> None:
    make_norm("conversations_held", 15)
    set_norm(indicator("conversations_held"), by=office.admin, since=november_day(2), low=20)
    office.at(3, "12:00")
    browser = sign_in(office.head)
    assert "не меньше 20" in words(browser.get(reverse("kpi:rules")))
    assert "не меньше 15" in words(browser.get(reverse("kpi:rules") + "?day=2026-10-30"))
    for nonsense in ("x", "2999-01-01", "0001-01-01"):
        assert "не меньше 20" in words(browser.get(reverse("kpi:rules") + f"?day={nonsense}"))


def test_a_manager_reads_the_rules_of_their_own_team_alone(office: Office) -> None:
    other = make_team("Розница")
    make_norm("conversations_held", 77, team=other)
    page = words(sign_in(office.anna).get(reverse("kpi:rules") + f"?team={other.pk}"))
    assert "77" not in page and "Опт" in page
    assert "77" in words(sign_in(office.admin).get(reverse("kpi:rules") + f"?team={other.pk}"))


def test_who_has_read_is_asked_once_for_any_number_of_managers(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            rulebook.readers(office.team, november_day(2))
        return len(asked)

    few = queries()
    for _manager in range(4):
        make_norm("conversations_held", 5, user=make_user(team=office.team))
    assert queries() == few


# --- The help page --------------------------------------------------------------------------------------------------


def test_the_help_page_says_each_indicator_with_formula_unit_and_norm(office: Office) -> None:
    make_norm("conversations_held", 15)
    page = words(sign_in(office.anna).get(reverse("kpi:help")))
    for row in Indicator.objects.in_use():
        assert str(row).replace("\u00a0", " ") in page
    assert "не меньше 15" in page
    assert "Контакты, которые считаются разговорами" in page


def test_the_example_follows_the_readers_hours(office: Office) -> None:
    make_hours(office.team, cutoff=dt.time(17))
    office.at(5, "12:00")
    example = sign_in(office.anna).get(reverse("kpi:help")).context["example"]
    assert [row["happened"].replace("\u00a0", " ") for row in example[:2]] == ["чт 16:50", "чт 14:00"]
    assert example[1]["entered"].replace("\u00a0", " ") == "чт 17:01"
    assert "пт" in example[2]["counts"]


def test_without_a_team_help_and_rules_open_all_the_same(office: Office) -> None:
    with by_system():
        office.team.soft_delete()
    for name in ("kpi:help", "kpi:rules"):
        assert sign_in(office.admin).get(reverse(name)).status_code == 200
