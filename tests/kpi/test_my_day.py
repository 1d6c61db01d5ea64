"""My day: what the running day says by now, what it lacks and where that is put right; the closed day after it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from activities.actions import move_task
from activities.saved import words
from kpi.actions.later import correct_figure, decline, object_to
from kpi.actions.pay import set_rate
from kpi.clock import left_of
from kpi.models import Objection
from kpi.my import Row, Today, closed_of, today_of
from kpi.my_month import formula_of
from kpi.pay import month_of
from people.models import Absence, Appointment, Role, User
from tests.activities.factories import make_call, make_kind, make_task
from tests.factories import by_system, make_hours, make_team, make_user
from tests.kpi.factories import Office, close_all, figure, make_norm, november_day, person_day
from tests.kpi.paying import NOVEMBER, closed_month
from tests.leads.factories import make_client


@pytest.fixture
def browser(office: Office) -> Browser:
    browser = Browser()
    browser.force_login(office.anna, backend="people.backends.DoorKeeper")
    return browser


def page(browser: Browser, address: str, **headers: str) -> str:
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200, answer
    return answer.content.decode().replace("\u00a0", " ")


def today(office: Office, person: Any = None) -> Today:
    found = today_of(person or office.anna, office.clock.moment)
    assert found is not None
    return found


def row(office: Office, name: str) -> Row:
    return next(each for each in today(office).all_rows if each.name == name)


# --- The running day ------------------------------------------------------------------------------------------------


def test_the_day_says_its_points_by_now_and_what_meeting_the_rest_would_add(office: Office) -> None:
    make_norm("conversations_held", 2)
    make_norm("deals_lost", None, 0)
    office.at(2, "12:00")
    make_call(make_client(manager=office.anna))
    day = today(office)
    assert (day.points, day.most, day.worth) == (-1, 2, 3)
    assert [each.name for each in day.lacking] == ["Разговоры"]
    make_call(make_client(manager=office.anna))
    day = today(office)
    assert (day.points, day.most, day.worth, day.lacking) == (2, 2, 0, [])


def test_the_number_on_the_screen_is_the_number_of_the_closing(office: Office) -> None:
    make_norm("conversations_held", 2)
    make_norm("overdue_tasks", None, 0)
    office.at(2, "17:59")
    client = make_client(manager=office.anna)
    make_call(client)
    make_task(client, due_on=november_day(2))
    shown = {each.figure.indicator.code: each.figure for each in today(office).all_rows}
    office.at(2, "18:00:01")
    # A task without a time is overdue at the cut-off, not before it.
    assert shown["conversations_held"].measured.value == figure(office.anna, 2, "conversations_held").value
    assert figure(office.anna, 2, "overdue_tasks").value == 1


def test_conversations_short_lead_to_the_quick_log_with_their_number(
    office: Office, browser: Browser
) -> None:
    make_norm("conversations_held", 3)
    office.at(2)
    make_call(make_client(manager=office.anna))
    remedy = row(office, "Разговоры").remedy
    assert remedy is not None
    assert (remedy.label, remedy.url, remedy.in_dialog) == ("ещё 2", "/log/", True)
    make_call(make_client(manager=office.anna))
    make_call(make_client(manager=office.anna))
    assert row(office, "Разговоры").remedy is None


def test_a_meeting_short_opens_the_log_of_a_meeting(office: Office, browser: Browser) -> None:
    make_norm("meetings_held", 1)
    office.at(2)
    client = make_client(manager=office.anna)
    remedy = row(office, "Встречи").remedy
    assert remedy is not None
    deal = client.deals.get()
    assert f"/log/?client={client.pk}&amp;deal={deal.pk}&amp;kind=meeting" in page(browser, remedy.url)
    form = page(browser, f"/log/?client={client.pk}&kind=meeting")
    meeting = make_kind("meeting")
    chosen = re.search(rf'<input[^>]*name="kind"[^>]*value="{meeting.pk}"[^>]*>', form)
    assert chosen is not None
    assert "checked" in chosen[0]


def test_companies_short_lead_to_a_new_client(office: Office) -> None:
    make_norm("companies_added", 1)
    office.at(2)
    remedy = row(office, "Компании").remedy
    assert remedy is not None
    assert (remedy.label, remedy.url) == ("ещё 1", "/clients/new/")


def test_one_deal_without_a_task_is_planned_at_once_several_are_listed(
    office: Office, browser: Browser
) -> None:
    make_norm("deals_without_task", None, 0)
    office.at(2)
    client = make_client("Уралоболочка", manager=office.anna)
    deal = client.deals.get()
    remedy = row(office, "Без задачи").remedy
    assert remedy is not None
    assert remedy.url == f"/tasks/new/?client={client.pk}&deal={deal.pk}"
    planned = make_client("С задачей", manager=office.anna)
    make_task(planned, deal=planned.deals.get())
    make_client("Вектор", manager=office.anna)
    remedy = row(office, "Без задачи").remedy
    assert remedy is not None
    listed = page(browser, remedy.url)
    assert "Уралоболочка" in listed
    assert "Вектор" in listed
    assert "С задачей" not in listed


def test_one_overdue_task_is_logged_at_once_several_are_listed(office: Office, browser: Browser) -> None:
    make_norm("overdue_tasks", None, 0)
    office.at(2, "10:00")
    client = make_client(manager=office.anna)
    task = make_task(client, due_on=november_day(2), due_at=office.clock.moment + dt.timedelta(hours=1))
    office.at(2, "12:00")
    remedy = row(office, "Просрочено").remedy
    assert remedy is not None
    assert remedy.url == f"/log/?client={client.pk}&task={task.pk}"
    office.at(2, "12:30")
    make_task(client, due_on=november_day(2), due_at=office.clock.moment + dt.timedelta(hours=1))
    office.at(2, "14:00")
    remedy = row(office, "Просрочено").remedy
    assert remedy is not None
    assert remedy.url == "/tasks/?when=overdue"
    assert page(browser, remedy.url).count("Перезвонить") >= 2


def test_what_nothing_helps_against_has_no_remedy(office: Office) -> None:
    make_norm("tasks_moved", None, 0)
    office.at(2)
    task = make_task(make_client(manager=office.anna), due_on=november_day(2))
    move_task(task, by=office.anna, due_on=november_day(5))
    moved = row(office, "Перенос задач")
    assert moved.lacks
    assert moved.remedy is None


def test_a_person_without_norms_sees_what_was_done_and_who_sets_norms(
    office: Office, browser: Browser
) -> None:
    office.at(2)
    make_call(make_client(manager=office.anna))
    shown = page(browser, "/my/figures/")
    assert "Норм пока нет: их задаёт администратор" in shown
    assert 'Разговоры <b class="num">1</b>' in shown


def test_an_absent_person_sees_why_the_day_is_not_scored(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 2)
    with by_system():
        Absence.objects.create(
            user=office.anna, since=november_day(2), until=november_day(2), kind=Absence.Kind.VACATION
        )
    office.at(2)
    shown = page(browser, "/my/figures/")
    assert "Сегодня: отпуск" in shown
    assert "День не оценивается" in shown
    assert "ещё 2" not in shown


def test_a_part_of_a_day_has_a_part_of_the_norm(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 9)
    with by_system():
        Absence.objects.create(
            user=office.anna,
            since=november_day(2),
            until=november_day(2),
            until_time=dt.time(14),
            kind=Absence.Kind.OTHER,
        )
    office.at(2, "15:00")
    assert "Вы на месте 44 % дня" in page(browser, "/my/figures/")
    assert row(office, "Разговоры").mark.endswith("4")


def test_a_manager_moved_today_is_looked_at_where_the_day_began(office: Office) -> None:
    make_norm("conversations_held", 2)
    south = make_team("Юг")
    office.at(2, "11:00")
    with by_system():
        old = Appointment.objects.get(user=office.anna)
        old.until = november_day(1)
        old.save()
        Appointment.objects.create(user=office.anna, role=Role.MANAGER, team=south, since=november_day(2))
    anna = User.objects.get(pk=office.anna.pk)
    assert anna.team == south
    assert today(office, anna).of.team == office.team


def test_a_head_without_a_norm_of_their_own_keeps_the_plain_day(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 2)
    office.at(2)
    browser.force_login(office.head, backend="people.backends.DoorKeeper")
    assert browser.get("/my/figures/").status_code == 204
    make_norm("conversations_held", 1, user=office.head)
    assert "ещё 1" in page(browser, "/my/figures/")


def test_the_page_of_my_day_asks_no_more_for_the_figures(
    office: Office, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    make_norm("conversations_held", 2)
    office.at(2)
    page(browser, "/my-day/")
    with django_assert_max_num_queries(12):
        shown = page(browser, "/my-day/")
    assert 'hx-get="/my/figures/"' in shown
    assert 'href="/my/"' in shown


# --- After the cut-off ----------------------------------------------------------------------------------------------


def test_after_the_cut_off_the_closed_day_comes_first(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 1)
    office.at(2, "12:00")
    make_call(make_client(manager=office.anna))
    office.at(2, "18:00:10")
    assert "День закрывается" in page(browser, "/my/figures/")
    close_all()
    make_call(make_client(manager=office.anna))
    shown = page(browser, "/my/figures/")
    assert "День закрыт: +1" in shown
    assert "Уже идёт в счёт: вт 3 ноября" in shown
    assert 'Разговоры <b class="num">1</b>' in shown
    assert "ноябрь" in shown


def test_in_the_morning_the_running_day_comes_first_again(office: Office) -> None:
    office.at(3, "08:59")
    close_all()
    assert closed_of(office.anna, office.clock.moment) is not None
    office.at(3, "09:00")
    assert closed_of(office.anna, office.clock.moment) is None


def test_on_a_day_off_the_last_closed_day_stands_first(office: Office) -> None:
    office.at(4, "12:00")
    close_all()
    found = closed_of(office.anna, office.clock.moment)
    assert found is not None
    assert found.day == november_day(3)


# --- The clock ------------------------------------------------------------------------------------------------------


def test_the_clock_counts_down_to_the_cut_off_of_the_persons_team(office: Office, browser: Browser) -> None:
    office.at(2, "16:18")
    assert left_of(office.team, office.clock.moment).words.replace("\u00a0", " ") == "до 18:00 — 1 ч 42 мин"
    make_hours(office.team, since=november_day(3), starts=dt.time(9), cutoff=dt.time(17, 30))
    office.at(3, "17:00")
    assert left_of(office.team, office.clock.moment).words.replace("\u00a0", " ") == "до 17:30 — 30 мин"
    assert left_of(None, office.clock.moment).words.replace("\u00a0", " ") == "до 18:00 — 1 ч"
    office.at(3, "17:30")
    assert left_of(office.team, office.clock.moment).words == "день закрыт"
    office.at(4, "12:00")
    assert left_of(office.team, office.clock.moment).words == "выходной"


def test_the_clock_says_what_is_lacking_and_presses_before_the_cut_off(
    office: Office, browser: Browser
) -> None:
    make_norm("conversations_held", 1)
    office.at(2, "12:00")
    shown = page(browser, "/my/clock/")
    assert "не выполнена 1 норма" in shown
    assert "clock near" in shown
    assert 'class="banner' not in shown
    office.at(2, "17:00")
    shown = page(browser, "/my/clock/")
    assert "banner near" in shown
    assert "Ещё не выполнено: разговоры — 0 / 1" in shown
    office.at(2, "17:45")
    assert "banner missed" in page(browser, "/my/clock/")
    make_call(make_client(manager=office.anna))
    shown = page(browser, "/my/clock/")
    assert "clock met" in shown
    assert 'class="banner' not in shown
    office.at(2, "18:00:01")
    shown = browser.get("/my/clock/")
    assert "день закрыт" in shown.content.decode()
    assert "day-closed" in shown["HX-Trigger"]


def test_the_head_and_the_director_see_the_time_alone(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 1)
    director = make_user("Дмитрий Седов", Role.DIRECTOR)
    office.at(2, "17:30")
    for user in (office.head, director, office.admin):
        browser.force_login(user, backend="people.backends.DoorKeeper")
        shown = page(browser, "/my/clock/")
        assert "до 18:00 — 30 мин" in shown
        assert "clock idle" in shown
        assert 'class="banner' not in shown


# --- What a contact has counted for ---------------------------------------------------------------------------------


def test_a_saved_contact_says_what_it_counted_for_today(office: Office) -> None:
    make_norm("conversations_held", 15)
    office.at(2, "12:00")
    client = make_client(manager=office.anna)
    make_call(client)
    assert "Разговоры: 2 из 15." in words(make_call(client), None)
    assert "Разговоры" not in words(make_call(client, outcome="no_answer"), None)
    assert "Встречи 1." in words(make_call(client, kind=make_kind("meeting")), None)


def test_what_was_done_yesterday_and_entered_today_counts_for_nothing_and_says_nothing(
    office: Office,
) -> None:
    make_norm("conversations_held", 15)
    office.at(3, "12:00")
    late = make_call(make_client(manager=office.anna), happened_at=office.clock.moment - dt.timedelta(days=1))
    assert "Разговоры" not in words(late, None)


# --- My figures -----------------------------------------------------------------------------------------------------


def test_my_figures_show_the_closed_days_of_the_month_with_their_corrections(
    office: Office, browser: Browser
) -> None:
    make_norm("conversations_held", 2)
    office.at(2, "12:00")
    make_call(make_client(manager=office.anna))
    office.at(3, "18:01")
    missed = figure(office.anna, 2, "conversations_held")
    shown = page(browser, "/my/")
    assert f"/scorecard/figure/{missed.pk}/" in shown
    assert f"/scorecard/day/{missed.person_day_id}/object/" in shown
    assert "Ноябрь 2026" in shown
    assert "−4" in shown
    correct_figure(missed, by=office.head, value=2, reason="Не было связи")  # type: ignore[arg-type]
    shown = page(browser, "/my/")
    assert "Не было связи" in shown
    assert "1 → 2" in shown
    assert ">−1<" in shown


def test_objections_and_their_answers_stand_on_my_figures(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 2)
    office.at(2, "18:01")
    missed = figure(office.anna, 2, "conversations_held")
    asked = object_to(
        missed.person_day,
        by=office.anna,
        figure=missed,
        asked=2,
        reason="Была на выставке",  # type: ignore[arg-type]
    )
    shown = page(browser, "/my/")
    assert "Была на выставке" in shown
    assert "Должно быть 2" in shown
    decline(asked, by=office.head, answer="Выставка была вчера")
    assert "Выставка была вчера" in page(browser, "/my/")


def test_nobody_elses_figures_are_on_my_page(office: Office, browser: Browser) -> None:
    office.at(2, "18:01")
    others = person_day(office.boris, 2)
    shown = page(browser, "/my/")
    assert f"/scorecard/day/{others.pk}/" not in shown


def test_an_earlier_month_is_a_click_away_and_a_wrong_one_is_the_last(
    office: Office, browser: Browser
) -> None:
    office.at(2, "18:01")
    close_all()
    assert "?month=2026-10" in page(browser, "/my/")
    assert "пт 30 октября" in page(browser, "/my/?month=2026-10")
    assert "пн 2 ноября" in page(browser, "/my/?month=xx")


def test_the_month_says_in_words_how_points_become_money(office: Office, browser: Browser) -> None:
    set_rate(by=None, since=NOVEMBER, plus_rate=Decimal(300), minus_rate=Decimal(500), plus_cap=Decimal(1000))
    closed_month(office.team, NOVEMBER, {office.anna: [3, 2], office.boris: [1, -3]})
    said = {share.person: formula_of(share).replace("\u00a0", " ") for share in month_of(NOVEMBER)}
    assert said[office.anna] == "+5 баллов × 300 ₽ = 1 000 ₽ к премии, не больше 1 000 ₽ в месяц"
    assert said[office.boris].startswith("−2 балла × 500 ₽ = 0 ₽: снижение премии")
    office.at(27)
    assert "+5 баллов × 300 ₽" in page(browser, "/my/")


def test_an_objection_ticks_the_records_that_nearly_counted(office: Office, browser: Browser) -> None:
    make_norm("conversations_held", 1)
    office.at(2, "18:01")
    missed = figure(office.anna, 2, "conversations_held")
    office.at(2, "18:10")
    client = make_client("Вектор", manager=office.anna)
    late = make_call(client, happened_at=office.clock.moment - dt.timedelta(minutes=30))
    address = f"/scorecard/figure/{missed.pk}/object/"
    assert "внесено в 18:10" in page(browser, address)
    browser.post(address, {"asked": "1", "reason": "Не было связи", "records": [str(late.pk)]})
    asked = Objection.objects.get()
    assert asked.records == [late.pk]
    browser.force_login(office.head, backend="people.backends.DoorKeeper")
    assert "внесено в 18:10" in page(browser, f"/objections/{asked.pk}/")
