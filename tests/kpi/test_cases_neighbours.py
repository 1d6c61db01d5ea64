"""Beside the worked cases: what lies next to them and is as easily got wrong."""

import datetime as dt
from decimal import Decimal

import pytest
from openpyxl import Workbook

from activities.actions import move_task, update_activity
from activities.models import ActivityKind
from core import periods
from core.history import rollback
from core.history.operations import Operation
from kpi.actions.norms import end_norm, set_norm
from kpi.actions.settings import add_indicator, retire_indicator, update_indicator
from kpi.models import Closing, Figure, Indicator, PersonDay
from leads.actions import assign_clients, merge_clients
from people.actions import (
    add_absence,
    add_calendar_exception,
    appoint,
    create_user,
    deactivate_user,
    remove_team,
    set_working_hours,
)
from people.journal import changeable_by
from people.models import Role
from pipeline.actions import assign_deals, update_deal
from pipeline.models import Deal
from tests.factories import by_system, make_team
from tests.imports.factories import answered, checked, loaded
from tests.kpi.factories import indicator
from tests.kpi.lived import LAGS, another_team, fresh, kind, november

pytestmark = pytest.mark.django_db

ADDED, TALKS, MEETINGS, MOVED = "companies_added", "conversations_held", "meetings_held", "tasks_moved"
WON, SUM_WON, OVERDUE, IN_WORK = "deals_won", "sum_won", "overdue_tasks", "deals_in_work"
TUESDAY, THURSDAY, FRIDAY, MONDAY = (dt.date(2026, 11, day) for day in (3, 5, 6, 9))
only_late = pytest.mark.parametrize("life", [LAGS["days later"]], ids=["days later"], indirect=True)


def rolled_back(operation: Operation, *, by) -> None:
    rollback.apply(operation, by=by, allowed=changeable_by(by))


def last_operation() -> Operation:
    found: Operation = Operation.objects.order_by("-pk")[0]
    return found


# --- Which day ------------------------------------------------------------------------------------------------------


def test_a_window_over_the_end_of_summer_time_is_an_hour_longer(life):
    # In New York clocks go back on Sunday, 1 November: Friday 18:00 is 22:00 UTC, Monday 18:00 is 23:00 UTC.
    west, vera, _head = another_team("Запад", "Вера Лис", zone="America/New_York", by=life.admin)
    life.clock.move_to(dt.datetime(2026, 11, 2, 17, tzinfo=dt.UTC))
    client = life.client_of(vera)
    calls = []
    for moment in (
        dt.datetime(2026, 11, 3, 23, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 3, 23, 0, 0, 1, tzinfo=dt.UTC),
    ):
        life.clock.move_to(moment)
        calls.append(life.call(vera, client=client).pk)
    life.at(11, "20:00")
    life.close()
    monday = Closing.objects.get(team=west, day=TUESDAY)
    assert monday.ends == dt.datetime(2026, 11, 3, 23, tzinfo=dt.UTC)
    assert [life.figure(vera, day, TALKS).record_ids for day in (3, 5)] == [[calls[0]], [calls[1]]]


def test_two_teams_with_different_cut_offs_count_each_by_its_own(life):
    early, vera, _head = another_team("Розница", "Вера Лис", by=life.admin)
    set_working_hours(
        by=life.admin, team=early, since=dt.date(2026, 11, 2), starts=dt.time(8), cutoff=dt.time(17),
        zone="Europe/Moscow",
    )  # fmt: skip
    life.at(3)
    hers = life.client_of(vera)
    life.at(5, "17:30")
    life.call(vera, client=hers)
    life.call(life.anna)
    assert life.counted(vera, TALKS) == {6: 1} and life.counted(life.anna, TALKS) == {5: 1}


def test_a_deal_handed_between_teams_stands_with_each_at_its_own_cut_off(life):
    early, vera, _head = another_team("Розница", "Вера Лис", by=life.admin)
    set_working_hours(
        by=life.admin, team=early, since=dt.date(2026, 11, 2), starts=dt.time(8), cutoff=dt.time(17),
        zone="Europe/Moscow",
    )  # fmt: skip
    deal = life.deal(life.anna)
    life.at(5, "17:30")
    assign_deals([fresh(deal)], manager=vera, by=life.admin)
    assert [life.value(life.anna, day, IN_WORK) for day in (3, 5)] == [1, 0]
    assert [life.value(vera, day, IN_WORK) for day in (5, 6)] == [0, 1]


def test_won_on_a_holiday_at_the_turn_of_the_year_counts_for_the_first_working_day(life):
    deal = life.deal(life.anna)
    life.norm(WON, 1, period="month")
    life.at(dt.date(2026, 12, 31), "12:00")
    life.win(deal, life.anna)
    life.at(dt.date(2027, 1, 10), "12:00")
    life.call(life.anna)
    life.at(dt.date(2027, 1, 12), "20:00")
    first = dt.date(2027, 1, 11)
    assert life.counted(life.anna, WON) == {first: 1} and life.counted(life.anna, TALKS) == {first: 1}
    last = life.days_of(life.anna)[dt.date(2026, 12, 30)]
    assert life.days_of(life.anna)[first].starts == last.ends
    month = last.figures.get(indicator__code=WON, period="month")
    assert (month.value, month.verdict) == (0, "missed")


def test_a_counted_record_re_dated_months_later_is_counted_no_second_time(life):
    life.at(5, "15:00")
    call = life.call(life.anna)
    january = dt.date(2027, 1, 12)
    life.at(january, "12:00")
    update_activity(call, by=life.anna, happened_at=november(january, "10:00"))
    life.at(january, "20:00")
    assert life.counted(life.anna, TALKS) == {5: 1}


# --- Settings within the window -------------------------------------------------------------------------------------


def test_a_kind_that_counts_as_something_else_from_now_on_does_so_from_the_next_window(life):
    visits = kind(ActivityKind.Group.MEETING)
    for day in (5, 6):
        life.at(day, "15:00")
        life.call(life.anna, kind=visits)
        if day == 5:
            with by_system():
                visits.group = ActivityKind.Group.CONVERSATION
                visits.save()
    assert life.counted(life.anna, MEETINGS) == {5: 1}
    assert life.counted(life.anna, TALKS) == {6: 1}


def test_an_indicator_added_within_the_window_counts_all_of_it(life):
    life.at(5, "10:00")
    life.call(life.anna)
    life.at(5, "12:00")
    calls = add_indicator(
        by=life.admin, name="Все звонки", kind=Indicator.Kind.COUNT, group=ActivityKind.Group.CONVERSATION
    )
    update_indicator(fresh(calls), by=life.admin, held="no_answer")
    assert life.counted(life.anna, calls.code) == {5: 1}
    assert not life.days_of(life.anna)[3].figures.filter(indicator=calls).exists()


def test_an_indicator_retired_within_the_window_is_counted_for_its_day_still(life):
    life.norm(MEETINGS, 1)
    life.at(5, "12:00")
    retire_indicator(indicator(MEETINGS), by=life.admin)
    life.meeting(life.anna)
    assert life.judged(life.anna, 5, MEETINGS) == (1, "met", 1)
    assert not life.days_of(life.anna)[6].figures.filter(indicator__code=MEETINGS).exists()


def test_a_norm_that_was_ended_holds_through_its_last_day(life):
    norm = life.norm(TALKS, 1)
    life.at(5, "12:00")
    end_norm(norm, by=life.admin)
    assert life.judged(life.anna, 5, TALKS) == (0, "missed", -2)
    assert life.judged(life.anna, 6, TALKS) == (0, "", 0)


def test_quantities_are_added_up_and_a_contact_without_one_adds_nothing(life):
    samples = kind(ActivityKind.Group.CONVERSATION)
    with by_system():
        samples.unit = "шт."
        samples.save()
    shipped = add_indicator(
        by=life.admin, name="Отгружено", kind=Indicator.Kind.QUANTITY, activity_kind=samples
    )
    life.norm(shipped.code, 3)
    life.at(5, "15:00")
    for quantity in (Decimal("2.5"), Decimal("1.25"), None):
        life.call(life.anna, kind=samples, quantity=quantity, outcome="no_answer")
    figure = life.figure(life.anna, 5, shipped.code)
    assert (figure.value, figure.verdict, len(figure.record_ids)) == (Decimal("3.75"), "met", 3)
    assert life.judged(life.anna, 6, shipped.code) == (0, "missed", -2)


# --- Absences -------------------------------------------------------------------------------------------------------


def test_a_partial_absence_on_a_shortened_day_is_a_share_of_its_shorter_time(life):
    add_calendar_exception(TUESDAY, is_working=True, cutoff=dt.time(17), by=life.admin)
    life.norm(TALKS, 15)
    life.at(3, "08:00")
    life.away(life.anna, 3, until_time=dt.time(13))
    day = life.days_of(life.anna)[3]
    assert (day.seconds_present, day.seconds_of_day) == (4 * 3600, 8 * 3600)
    assert life.figure(life.anna, 3, TALKS).rule.low == 8


def test_absent_from_the_first_minute_to_the_last_is_not_scored(life):
    life.norm(TALKS, 1)
    life.at(5, "08:00")
    life.away(life.anna, 5, from_time=dt.time(8), until_time=dt.time(18), kind="trip")
    day = life.days_of(life.anna)[5]
    assert (day.scored, day.absence, day.points) == (False, "trip", 0)


def test_absences_that_follow_each_other_are_one(life):
    life.norm(OVERDUE, high=0)
    life.task(life.anna, TUESDAY)
    life.task(life.anna, november(6, "12:00"))
    life.at(2, "12:00")
    life.away(life.anna, 3)
    life.away(life.anna, 5, 6, kind="vacation")
    assert life.counted(life.anna, OVERDUE) == {10: 2}
    assert life.judged(life.anna, 9, OVERDUE) == (0, "met", 1)


@only_late
def test_the_first_of_two_long_absences_is_forgiven_on_the_day_of_the_return_too(life):
    december = dt.date(2026, 12, 14)
    life.task(life.anna, FRIDAY)
    life.at(2, "12:00")
    life.away(life.anna, 5, 6)
    add_absence(life.anna, kind="vacation", since=MONDAY, until=dt.date(2026, 12, 13), by=life.head)
    life.at(dt.date(2026, 12, 15), "20:00")
    assert life.counted(life.anna, OVERDUE) == {dt.date(2026, 12, 15): 1}
    assert life.days_of(life.anna)[december].scored


def test_a_week_is_expected_of_the_days_one_was_there(life):
    life.norm(TALKS, 10, period="week")
    life.at(2, "12:00")
    life.away(life.anna, 5)
    for _ in range(8):
        life.call(life.anna)
        life.call(life.boris, client=life.client_of(life.boris))
    # Four working days, one of them away: three quarters of ten, rounded up, are eight.
    assert life.judged(life.anna, 6, TALKS, "week") == (8, "met", 1)
    assert life.judged(life.boris, 6, TALKS, "week") == (8, "missed", -2)
    assert life.figure(life.anna, 6, TALKS, "week").rule.low == 8


def test_of_a_week_of_absence_nothing_is_expected(life):
    for code, limits in ((TALKS, {"low": 1}), (OVERDUE, {"high": 0}), (IN_WORK, {"low": 1})):
        life.norm(code, period="week", **limits)
    life.task(life.anna, TUESDAY)
    life.away(life.anna, 2, 6, kind="vacation")
    friday = life.days_of(life.anna)[6]
    assert not friday.figures.exclude(period="day").exists() and friday.points == 0
    assert life.days_of(life.boris)[6].points == -2 + 1 - 2


def test_a_week_that_ends_with_a_day_of_absence_is_judged_all_the_same(life):
    life.norm(TALKS, 8, period="week")
    life.norm(MEETINGS, 1)
    life.at(2, "12:00")
    life.away(life.anna, 6)
    for _ in range(5):
        life.call(life.anna)
    assert life.judged(life.anna, 6, TALKS, "week") == (5, "missed", -2)
    day = life.days_of(life.anna)[6]
    assert (day.scored, day.points) == (False, -2)


def test_a_week_is_expected_of_a_newcomer_from_their_first_day_on(life):
    life.norm(TALKS, 10, period="week")
    life.at(3, "12:00")
    gleb = create_user(
        email="gleb@example.test", name="Глеб Рогов", role=Role.MANAGER, team=life.team, since=THURSDAY,
        by=life.admin,
    )  # fmt: skip
    life.at(6, "12:00")
    client = life.client_of(gleb)
    for _ in range(5):
        life.call(gleb, client=client)
    assert life.judged(gleb, 6, TALKS, "week") == (5, "met", 1)
    assert set(life.days_of(gleb)) == {5, 6, 9, 10}


def test_a_saturday_made_a_working_day_after_fridays_cut_off_ends_no_week_twice(life):
    life.norm(TALKS, 2, period="week")
    life.at(6, "15:00")
    life.call(life.anna)
    life.at(6, "18:30")
    add_calendar_exception(dt.date(2026, 11, 7), is_working=True, by=life.admin)
    life.call(life.anna)
    assert life.counted(life.anna, TALKS) == {6: 1, 7: 1}
    weeks = Figure.objects.filter(person_day__person=life.anna, indicator__code=TALKS, period="week")
    last_days = weeks.order_by("person_day").values_list("person_day__day", "value", "points")
    assert list(last_days) == [(FRIDAY, 1, -2)]


def test_a_friday_made_a_day_off_after_thursdays_cut_off_leaves_thursday_as_it_was(life):
    life.norm(TALKS, 1, period="week")
    life.at(5, "15:00")
    life.call(life.anna)
    life.at(5, "18:30")
    add_calendar_exception(FRIDAY, is_working=False, by=life.admin)
    assert list(life.days_of(life.anna))[-3:] == [5, 9, 10]
    assert not Figure.objects.filter(person_day__day=THURSDAY, period="week").exists()


def test_a_ratio_of_a_week_is_the_sum_over_the_sum(life):
    ratio = add_indicator(
        by=life.admin,
        name="Встреч на разговор",
        kind=Indicator.Kind.RATIO,
        numerator=indicator(MEETINGS),
        denominator=indicator(TALKS),
    )
    set_norm(indicator(ratio.code), by=life.admin, since=dt.date(2026, 11, 2), low=40, period="week")
    for day, meetings, talks in ((2, 1, 1), (3, 0, 0), (5, 1, 3), (6, 0, 1)):
        life.at(day, "12:00")
        for _ in range(meetings):
            life.meeting(life.anna)
        for _ in range(talks):
            life.call(life.anna)
    week = life.figure(life.anna, 6, ratio.code, "week")
    assert (week.value, week.base, week.verdict) == (2, 5, "met")


# --- Tasks and deals ------------------------------------------------------------------------------------------------


def test_a_task_handed_over_twice_is_forgiven_the_last_one_for_a_day(life):
    vera = create_user(
        email="vera@example.test", name="Вера Лис", role=Role.MANAGER, team=life.team, by=life.admin
    )
    life.task(life.anna, november(5, "12:00"))
    for time, manager in (("10:00", life.boris), ("11:00", vera)):
        life.at(6, time)
        assign_clients([life.client.pk], manager, by=life.head)
    assert life.counted(life.anna, OVERDUE) == {5: 1}
    assert life.counted(life.boris, OVERDUE) == {}
    assert life.counted(vera, OVERDUE) == {9: 1, 10: 1}


def test_a_task_handed_over_before_it_fell_due_counts_at_once(life):
    life.task(life.anna, november(5, "16:00"))
    life.task(life.anna, THURSDAY)
    life.at(5, "15:59")
    assign_clients([life.client.pk], life.boris, by=life.head)
    assert life.value(life.boris, 5, OVERDUE) == 2 and life.counted(life.anna, OVERDUE) == {}


def test_a_task_handed_over_on_a_day_off_is_forgiven_on_the_next_working_day(life):
    life.task(life.anna, TUESDAY)
    life.at(4, "12:00")
    assign_clients([life.client.pk], life.boris, by=life.head)
    assert life.counted(life.anna, OVERDUE) == {3: 1}
    assert life.counted(life.boris, OVERDUE) == {6: 1, 9: 1, 10: 1}


def test_a_task_moved_and_done_on_one_day_was_moved_once(life):
    task = life.task(life.anna, november(5, "12:00"))
    life.at(5, "11:00")
    move_task(task, by=life.anna, due_on=THURSDAY, due_at=november(5, "13:00"))
    life.at(5, "14:00")
    life.call(life.anna, planned=fresh(task))
    assert life.counted(life.anna, MOVED) == {5: 1} and life.counted(life.anna, TALKS) == {5: 1}


def test_a_deal_won_through_an_import_counts_where_imports_do(life, tmp_path):
    def won_in_excel(name: str) -> None:
        book = Workbook()
        book.active.title = "Лиды"
        book.active.append(["№", "Название", "Менеджер"])
        book.active.append([1, name, "Анна Белова"])
        deeds = book.create_sheet("Активность")
        deeds.append(["Проект", "Дата", "Тип связи", "Содержание", "Статус"])
        deeds.append([name, periods.today(), "Звонок", "Договорились", "Работа!"])
        book.save(path := tmp_path / f"{name}.xlsx")
        run = loaded(answered(checked(path, life.head)))
        assert run.state == run.State.APPLIED, run.note

    life.at(5, "12:00")
    won_in_excel("Завод")
    deal = Deal.objects.get(client__name="Завод")
    assert deal.state == Deal.State.WON
    update_indicator(indicator(WON), by=life.admin, counts_imports=True)
    life.at(6, "12:00")
    won_in_excel("Комбинат")
    assert life.counted(life.anna, WON) == {6: 1}
    assert life.counted(life.anna, SUM_WON) == {} and life.counted(life.head, WON) == {}


def test_two_new_cards_made_one_are_one_new_card(life):
    life.at(5, "10:00")
    one, other = life.client_of(life.anna), life.client_of(life.anna)
    merge_clients(one, other, by=life.anna)
    life.at(5, "18:05")
    merge_clients(life.client, one, by=life.anna)
    assert life.counted(life.anna, ADDED) == {5: 1}
    assert life.figure(life.anna, 5, ADDED).record_ids == [one.pk]


def test_won_again_because_the_reopening_was_rolled_back_counts_once(life):
    deal = life.deal(life.anna)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(5, "17:30")
    life.reopen(deal, life.anna)
    slip = last_operation()
    life.at(6, "10:00")
    rolled_back(slip, by=life.anna)
    assert fresh(deal).state == Deal.State.WON
    # On Thursday it was not won; it was again from Friday on.
    assert life.counted(life.anna, WON) == {6: 1}


def test_won_counted_and_only_then_reopened_and_rolled_back_stays_the_first_days(life):
    deal = life.deal(life.anna)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(6, "10:00")
    life.reopen(deal, life.anna)
    slip = last_operation()
    life.at(6, "11:00")
    rolled_back(slip, by=life.anna)
    update_deal(fresh(deal), by=life.anna, amount=Decimal(5))
    assert life.counted(life.anna, WON) == {5: 1} and life.counted(life.anna, SUM_WON) == {5: 100_000}


# --- People ---------------------------------------------------------------------------------------------------------


def test_a_head_with_a_norm_of_their_own_is_counted_from_its_first_day(life):
    life.at(5, "12:00")
    set_norm(indicator(TALKS), by=life.admin, since=FRIDAY, user=life.head, low=2)
    for day in (5, 6, 9):
        life.at(day, "15:00")
        life.call(life.head)
    assert set(life.days_of(life.head)) == {6, 9, 10}
    assert life.judged(life.head, 6, TALKS) == (1, "missed", -2)
    assert life.days_of(life.head)[6].starts == november(5, "18:00")


def test_a_heads_norm_of_one_weekday_does_not_make_a_window_of_a_week(life):
    set_norm(indicator(TALKS), by=life.admin, since=dt.date(2026, 11, 2), user=life.head, weekday=0, low=2)
    for day in (2, 3, 5, 9):
        life.at(day, "12:00")
        life.call(life.head)
    assert life.counted(life.head, TALKS) == {2: 1, 3: 1, 5: 1, 9: 1}
    assert life.judged(life.head, 9, TALKS) == (1, "missed", -2)
    assert life.judged(life.head, 5, TALKS) == (1, "", 0)


def test_whoever_leaves_is_counted_through_their_last_day(life):
    life.at(5, "12:00")
    life.call(life.boris, client=life.client_of(life.boris))
    deactivate_user(life.boris, by=life.admin)
    assert life.counted(life.boris, TALKS) == {5: 1}
    assert max(life.days_of(life.boris).values(), key=lambda day: day.day).day == THURSDAY


def test_a_manager_made_head_at_noon_is_a_manager_for_that_day(life):
    life.norm(TALKS, 1)
    life.at(5, "12:00")
    appoint(life.boris, role=Role.HEAD, team=life.team, since=THURSDAY, by=life.admin)
    assert life.judged(life.boris, 5, TALKS) == (0, "missed", -2)
    assert 6 not in life.days_of(life.boris)


def test_a_team_that_was_removed_has_its_last_days_whenever_they_are_closed(life):
    old, vera, head = another_team("Розница", "Вера Лис", by=life.admin)
    life.at(3)
    hers = life.client_of(vera)
    life.at(5, "17:00")
    life.call(vera, client=hers)
    life.at(6, "10:00")
    for person, role in ((vera, Role.MANAGER), (head, Role.HEAD)):
        appoint(person, role=role, team=life.team, since=FRIDAY, by=life.admin)
    remove_team(old, by=life.admin)
    life.at(6, "11:00")
    life.call(vera, client=hers)
    assert life.counted(vera, TALKS) == {5: 1, 6: 1}
    days = PersonDay.objects.filter(person=vera, day__gte=THURSDAY).order_by("day")
    assert [day.closing.team_id for day in days] == [old.pk, old.pk, life.team.pk, life.team.pk]
    assert not Closing.objects.filter(team=old, day__gt=FRIDAY).exists()


def test_a_new_team_has_no_day_before_it_was_there(life):
    life.at(5, "12:00")
    team = make_team("Новые")
    appoint(life.boris, role=Role.MANAGER, team=team, since=FRIDAY, by=life.admin)
    life.at(6, "12:00")
    life.call(life.boris, client=life.client_of(life.boris))
    assert life.counted(life.boris, TALKS) == {6: 1}
    assert list(life.days_of(life.boris))[-4:] == [5, 6, 9, 10]
    assert Figure.objects.filter(person_day__closing__team=team, person_day__day=FRIDAY).exists()
