"""Edges that cost money: what is entered, changed, handed over and approved around a cut-off."""

import datetime as dt
import re
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from activities.actions import move_task, update_activity
from core.money import parse_money
from kpi import heartbeat
from kpi.actions.later import decide, excuse_day
from kpi.actions.norms import set_norm
from kpi.actions.pay import set_bonus, set_rate
from kpi.actions.settings import add_indicator
from kpi.models import Closing, Correction, Figure, Indicator, PayrollLine, PersonDay
from kpi.pay import Worth, bonus_of
from kpi.payroll import sheet_of
from kpi.results import results
from leads.actions import assign_clients, create_client, merge_clients
from leads.models import Client
from people import access
from people.actions import add_calendar_exception, appoint, set_working_hours
from people.models import Role, User
from people.preferences import set_language
from pipeline.actions import assign_deals, update_deal
from pipeline.models import Deal, Stage, StageMove
from tests.factories import by_system, make_user
from tests.kpi.factories import indicator
from tests.kpi.lived import LAGS, another_team, fresh, november, stage

pytestmark = pytest.mark.django_db

TALKS, MEETINGS, OVERDUE, MOVED = "conversations_held", "meetings_held", "overdue_tasks", "tasks_moved"
WON, SUM_WON, IN_WORK, BARE = "deals_won", "sum_won", "deals_in_work", "deals_without_task"
ADDED = "companies_added"
TUESDAY, THURSDAY, FRIDAY = (dt.date(2026, 11, day) for day in (3, 5, 6))
MONDAY, NEXT_TUESDAY = dt.date(2026, 11, 9), dt.date(2026, 11, 10)
only_late = pytest.mark.parametrize("life", [LAGS["days later"]], ids=["days later"], indirect=True)


def test_case_32_marked_done_after_the_cut_off_it_is_no_conversation_and_overdue(life):
    life.at(2)
    task = life.task(life.anna, november(5, "12:00"))
    life.at(5, "18:03")
    life.call(life.anna, november(5, "15:00"), planned=task)
    assert life.counted(life.anna, TALKS) == {}
    assert life.counted(life.anna, OVERDUE) == {5: 1}


def test_case_32_a_task_that_was_not_due_yet_is_not_overdue_either(life):
    life.at(2)
    task = life.task(life.anna, FRIDAY)
    life.at(5, "18:03")
    life.call(life.anna, november(5, "15:00"), planned=task)
    assert life.counted(life.anna, TALKS) == {} and life.counted(life.anna, OVERDUE) == {}


def test_case_33_no_answer_turned_into_a_talk_after_the_cut_off_counts_for_no_day(life):
    life.at(5, "15:01")
    call = life.call(life.anna, outcome="no_answer")
    life.at(5, "18:20")
    update_activity(call, by=life.anna, outcome="reached")
    assert life.counted(life.anna, TALKS) == {}
    assert fresh(call).entered_at == november(5, "18:20")


def test_case_34_a_counted_call_whose_time_is_changed_stays_its_days(life):
    life.at(5, "15:00")
    call = life.call(life.anna)
    life.at(6, "12:00")
    update_activity(call, by=life.anna, happened_at=november(5, "19:00"))
    assert life.counted(life.anna, TALKS) == {5: 1}


def test_case_35_logged_late_together_with_the_deal_won(life):
    deal = life.deal(life.anna, amount=300_000)
    life.at(5, "18:05")
    life.call(life.anna, november(5, "15:00"), deal=deal, to_stage=stage(Stage.Kind.WON))
    assert life.counted(life.anna, TALKS) == {}
    assert life.counted(life.anna, WON) == {6: 1}
    assert life.counted(life.anna, SUM_WON) == {6: 300_000}


def test_case_36_won_reopened_and_won_again_is_the_first_days_only(life):
    deal = life.deal(life.anna, amount=1_000_000)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(6, "12:00")
    life.reopen(deal, life.anna)
    life.at(9, "12:00")
    life.win(deal, life.anna)
    assert life.counted(life.anna, WON) == {5: 1}
    assert life.counted(life.anna, SUM_WON) == {5: 1_000_000}


def test_case_36_an_amount_cut_later_is_marked_and_a_correction_offered_to_the_head(life):
    deal = life.deal(life.anna, amount=1_000_000)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(6, "12:00")
    update_deal(fresh(deal), by=life.anna, amount=Decimal(100_000))
    assert life.counted(life.anna, SUM_WON) == {5: 1_000_000}
    why = life.why(life.anna, 5, SUM_WON)
    assert (why.cell.value, why.value_now) == (1_000_000, 100_000)
    assert why.counted[0].changed is not None and why.may_correct
    assert not life.why(life.anna, 5, SUM_WON, to=life.anna).may_correct
    assert life.why(life.anna, 5, WON).value_now is None


def test_case_36_the_mark_and_the_offer_stand_on_the_page(life, client):
    deal = life.deal(life.anna, amount=1_000_000)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(6, "12:00")
    update_deal(fresh(deal), by=life.anna, amount=Decimal(100_000))
    figure = life.figure(life.anna, 5, SUM_WON)
    client.force_login(life.head)
    set_language(life.head, language="en")
    page = client.get(reverse("kpi:figure", args=[figure.pk])).content.decode()
    assert "Changed after the day was closed" in page
    offered = re.search(reverse("kpi:figure-correct", args=[figure.pk]) + r"\?value=([^\"]+)", page)
    assert offered is not None and parse_money(unquote(offered[1])) == 100_000


def test_case_37_won_reopened_handed_over_and_won_again_is_the_new_ones_once(life):
    deal = life.deal(life.anna)
    life.at(5, "11:00")
    life.win(deal, life.anna)
    life.at(5, "12:00")
    life.reopen(deal, life.anna)
    life.at(5, "13:00")
    assign_deals([fresh(deal)], manager=life.boris, by=life.head)
    life.at(5, "16:00")
    life.win(deal, life.boris)
    assert life.counted(life.boris, WON) == {5: 1} and life.counted(life.anna, WON) == {}
    assert life.counted(life.boris, SUM_WON) == {5: 100_000} and life.counted(life.anna, SUM_WON) == {}


def test_case_38_sick_leave_entered_later_makes_the_day_unscored_by_a_correction(life):
    life.norm(TALKS, 15)
    life.at(9, "10:00")
    life.close()
    life.away(life.anna, 5)
    thursday = PersonDay.objects.get(person=life.anna, day=THURSDAY)
    excuse_day(thursday, by=life.head, reason="Больничный")
    thursday.refresh_from_db()
    assert (thursday.scored, thursday.points, thursday.absence) == (True, -2, "")
    assert life.judged(life.anna, 5, TALKS) == (0, "missed", -2)
    result = results([life.anna.pk], THURSDAY, THURSDAY)[life.anna.pk, THURSDAY]
    assert (result.scored, result.points) == (False, 0)
    said = Correction.objects.get(person_day=thursday)
    assert (said.scored, said.reason, said.operation.by) == (False, "Больничный", life.head)
    assert said.operation.at == november(9, "10:00")


@only_late
def test_case_38_in_an_approved_month_it_is_a_line_of_the_next_one_at_the_old_rate(life):
    december, january = dt.date(2026, 12, 1), dt.date(2027, 1, 1)
    life.norm(TALKS, 1, until=dt.date(2026, 11, 5))
    set_rate(by=life.admin, since=dt.date(2026, 11, 1), plus_rate=100, minus_rate=100)
    set_rate(by=life.admin, since=december, plus_rate=700, minus_rate=900)
    set_bonus(life.anna, by=life.head, since=dt.date(2026, 11, 1), amount=5_000)
    for day in (2, 3):
        life.at(day, "12:00")
        life.call(life.anna)
    life.at(december, "12:00")
    november_sheet = life.approve(dt.date(2026, 11, 1))
    hers = november_sheet.lines.get(person=life.anna)
    assert (hers.points, hers.amount) == (0, 0)  # 1 + 1 − 2

    life.at(dt.date(2026, 12, 2), "12:00")
    life.away(life.anna, 5)
    thursday = PersonDay.objects.get(person=life.anna, day=THURSDAY)
    said = excuse_day(thursday, by=life.head, reason="Больничный")
    assert said.is_recalculation
    frozen = sheet_of(life.team, dt.date(2026, 11, 1))
    assert [row.amount for row in frozen.rows if row.person == life.anna] == [0]
    life.at(january, "12:00")
    lines = life.approve(december).lines.filter(person=life.anna)
    again = lines.get(kind=PayrollLine.Kind.RECALCULATION)
    assert (again.month, again.points, again.plus_rate, again.amount) == (dt.date(2026, 11, 1), 2, 100, 200)
    assert lines.get(kind=PayrollLine.Kind.POINTS).amount == 0
    hers.refresh_from_db()
    assert (hers.points, hers.amount) == (0, 0)


@only_late
def test_case_39_points_of_a_day_without_system_wait_for_one_word_of_the_head(life):
    life.norm(TALKS, 1)
    life.at(5, "10:00")
    life.call(life.anna)
    life.close()
    life.down = True
    life.at(9, "10:00")
    life.close()
    people = [life.anna.pk, life.boris.pk]

    def points(day: dt.date) -> list[tuple[int, bool]]:
        found = results(people, day, day)
        return [(found[person, day].points, found[person, day].waits) for person in people]

    closings = {one.day: one for one in Closing.objects.filter(day__in=[TUESDAY, THURSDAY, FRIDAY])}
    assert [closings[day].system_down for day in (TUESDAY, THURSDAY, FRIDAY)] == [False, True, True]
    frozen = PersonDay.objects.filter(day=THURSDAY).order_by("person").values_list("points", flat=True)
    assert list(frozen) == [1, -2]
    assert points(THURSDAY) == points(FRIDAY) == [(0, True), (0, True)]
    decide(closings[THURSDAY], by=life.head, counts=True, reason="Упали после 18:00")
    decide(closings[FRIDAY], by=life.head, counts=False, reason="Не работало ничего")
    assert points(THURSDAY) == [(1, False), (-2, False)]
    assert points(FRIDAY) == [(0, False), (0, False)]
    with pytest.raises(ValidationError):
        decide(closings[THURSDAY], by=life.head, counts=False, reason="Передумала")


@only_late
@pytest.mark.parametrize(
    ("sign", "closed", "down"),
    [
        (None, "18:05:00", False),  # closed within five minutes
        (None, "18:05:01", True),
        ("17:55:00", "23:00", False),
        ("17:54:59", "23:00", True),
        ("18:05:00", "23:00", False),
        ("18:06:00", "23:00", True),
    ],
)
def test_case_39_five_minutes_around_the_cut_off_decide(life, sign, closed, down):
    life.at(5, "10:00")
    life.close()
    life.down = True
    for time in sorted(filter(None, [sign, closed])):
        life.at(5, time)
        if time == sign:
            heartbeat.beat()
    life.close()
    assert Closing.objects.get(day=THURSDAY).system_down is down


def test_case_40_what_fell_due_in_an_illness_counts_from_the_second_day_back(life):
    life.norm(OVERDUE, high=0)
    life.at(2, "12:00")
    life.away(life.anna, 3, 5)
    for number in range(12):
        life.task(life.anna, THURSDAY if number % 2 else november(3, f"{10 + number // 2}:00"))
    assert life.judged(life.anna, 6, OVERDUE) == (0, "met", 1)
    assert life.judged(life.anna, 9, OVERDUE) == (12, "missed", -2)
    assert life.counted(life.anna, OVERDUE) == {9: 12, 10: 12}


def test_case_41_overdue_tasks_handed_over_count_from_the_next_day(life):
    life.norm(OVERDUE, high=0)
    for hour in range(5):
        life.task(life.anna, november(5, f"1{hour}:00"))
    life.at(6, "10:00")
    assign_clients([life.client.pk], life.boris, by=life.head)
    assert life.judged(life.boris, 6, OVERDUE) == (0, "met", 1)
    assert life.judged(life.boris, 9, OVERDUE) == (5, "missed", -2)
    assert life.counted(life.anna, OVERDUE) == {5: 5}


@pytest.fixture
def boris_substitutes(life, monkeypatch):
    """Anna is away on Thursday; whoever stands in for her sees what is hers."""

    def whose(user: User) -> Q:
        return Q(manager=life.anna) if user == life.boris else Q(pk__in=[])

    for model in (Client, Deal):
        monkeypatch.setitem(access._also, model, [whose])
    life.at(3)
    life.away(life.anna, 5, substitute=life.boris)


def test_case_42_the_substitutes_talk_is_his_the_deal_he_wins_hers(life, boris_substitutes):
    deal = life.deal(life.anna)
    life.at(5, "12:00")
    life.call(life.boris, deal=fresh(deal))
    life.win(deal, life.boris)
    assert life.counted(life.boris, TALKS) == {5: 1} and life.counted(life.anna, TALKS) == {}
    assert life.counted(life.anna, WON) == {5: 1} and life.counted(life.boris, WON) == {}
    move = StageMove.objects.get(deal=deal, to_stage__kind=Stage.Kind.WON)
    assert (move.manager, move.by) == (life.anna, life.boris)
    assert [record.title for record in life.why(life.anna, 5, WON).counted] == ["ООО «Вектор»"]
    reason = "credited to Анна Белова, who was responsible then"
    assert life.nearly(life.boris, 5, WON) == {deal.pk: reason}


def test_case_42_handed_over_before_the_deal_he_wins_is_his(life, boris_substitutes):
    deal = life.deal(life.anna)
    life.at(5, "11:00")
    assign_deals([fresh(deal)], manager=life.boris, by=life.head)
    life.at(5, "12:00")
    life.win(deal, life.boris)
    assert life.counted(life.boris, WON) == {5: 1} and life.counted(life.anna, WON) == {}


@pytest.mark.parametrize(("talks", "verdict", "points"), [(7, "met", 1), (6, "missed", -2)])
def test_case_43_absent_until_two_norms_of_flows_are_four_ninths_and_stocks_whole(
    life, talks, verdict, points
):
    life.norm(TALKS, 15)
    life.norm(IN_WORK, 4)
    for _ in range(3):
        life.deal(life.anna)
    life.at(5, "09:00")
    life.away(life.anna, 5, until_time=dt.time(14))
    life.at(5, "15:00")
    for _ in range(talks):
        life.call(life.anna)
    assert life.judged(life.anna, 5, TALKS) == (talks, verdict, points)
    assert life.figure(life.anna, 5, TALKS).rule.low == 7
    assert life.figure(life.anna, 5, IN_WORK).rule.low == 4
    assert life.judged(life.anna, 5, IN_WORK) == (3, "missed", -2)
    day = life.days_of(life.anna)[5]
    assert (day.scored, day.seconds_present, day.seconds_of_day) == (True, 4 * 3600, 9 * 3600)


def test_case_44_moved_for_the_third_time_it_is_not_overdue_and_counted_as_moved(life):
    life.at(3, "10:00")
    task = life.task(life.anna, november(3, "12:00"))
    move_task(task, by=life.anna, due_on=THURSDAY)
    life.at(5, "09:00")
    move_task(task, by=life.anna, due_on=THURSDAY, due_at=november(5, "15:00"))
    life.at(5, "17:50")
    move_task(task, by=life.anna, due_on=dt.date(2026, 11, 20))
    assert life.counted(life.anna, OVERDUE) == {}
    assert life.counted(life.anna, MOVED) == {3: 1, 5: 1}
    assert life.figure(life.anna, 5, MOVED).record_ids == [task.pk]
    assert fresh(task).times_moved == 3


def test_case_44_it_is_shown_how_often_it_was_moved(life, client):
    life.at(3, "10:00")
    task = life.task(life.anna, november(3, "12:00"))
    for day in (5, 6, 9):
        move_task(task, by=life.anna, due_on=dt.date(2026, 11, day))
    life.at(9, "10:00")
    client.force_login(life.anna)
    assert "перенос 3×" in client.get("/", headers={"accept-language": "ru"}).content.decode()


def test_case_45_a_done_activity_cannot_lie_in_the_future(life):
    life.at(5, "12:00")
    with pytest.raises(ValidationError) as refused:
        life.call(life.anna, november(6, "10:00"))
    assert "happened_at" in refused.value.message_dict
    with pytest.raises(ValidationError):
        life.call(life.anna, november(5, "12:00") + dt.timedelta.resolution)
    assert life.counted(life.anna, TALKS) == {}


@pytest.mark.parametrize("day", [TUESDAY, dt.date(2026, 11, 4), THURSDAY])
def test_case_46_norm_cut_off_and_calendar_of_today_or_the_past_are_refused(life, day):
    life.at(5, "12:00")
    with pytest.raises(ValidationError) as refused:
        set_norm(indicator(TALKS), by=life.admin, since=day, low=1)
    assert "since" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        set_working_hours(by=life.admin, since=day, starts=dt.time(9), cutoff=dt.time(19))
    assert "since" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        add_calendar_exception(day, is_working=False, by=life.admin)
    assert "day" in refused.value.message_dict


def test_case_46_the_next_working_day_is_the_earliest(life):
    life.at(5, "23:59")
    set_norm(indicator(TALKS), by=life.admin, since=FRIDAY, low=1)
    set_working_hours(by=life.admin, since=FRIDAY, starts=dt.time(9), cutoff=dt.time(19))
    add_calendar_exception(dt.date(2026, 11, 9), is_working=False, by=life.admin)
    assert life.judged(life.anna, 6, TALKS) == (0, "missed", -2)
    assert life.judged(life.anna, 5, TALKS) == (0, "", 0)
    days = life.days_of(life.anna)
    assert days[6].ends == november(6, "19:00") and 9 not in days


@pytest.mark.parametrize("zone", ["", "Asia/Vladivostok", "Europe/Kaliningrad"])
def test_case_47_a_move_to_another_team_at_noon_loses_and_doubles_nothing(life, zone):
    other, _vera, _head = another_team("Розница", "Вера Лис", zone=zone, by=life.admin)
    ends = {"": "18:00", "Asia/Vladivostok": "11:00", "Europe/Kaliningrad": "19:00"}[zone]
    calls = {}
    for day, time in (
        (3, "15:00"), (5, "10:30"), (5, "11:30"), (5, "12:30"), (5, "17:30"), (5, "18:30"), (5, "19:30"),
        (6, "09:00"), (6, "10:59"),
    ):  # fmt: skip
        if time == "12:30":
            life.at(5, "12:00")
            appoint(life.anna, role=Role.MANAGER, team=other, since=THURSDAY, by=life.admin)
        life.at(day, time)
        calls[day, time] = life.call(life.anna).pk
    life.over()
    thursday, friday = (
        PersonDay.objects.select_related("closing").get(person=life.anna, day=day)
        for day in (THURSDAY, FRIDAY)
    )
    assert thursday.closing.team == life.team and friday.closing.team == other
    assert (thursday.starts, thursday.ends) == (november(3, "18:00"), november(5, "18:00"))
    assert (friday.starts, friday.ends) == (november(5, "18:00"), november(6, ends))
    assert life.counted(life.anna, TALKS) == {3: 1, 5: 4, 6: 4}
    assert life.figure(life.anna, 5, TALKS).record_ids == [
        calls[5, time] for time in ("10:30", "11:30", "12:30", "17:30")
    ]


def test_case_47_from_vladivostok_to_moscow(life):
    east, vera, _head = another_team("Восток", "Вера Лис", zone="Asia/Vladivostok", by=life.admin)
    life.at(3, "09:00")
    hers = life.client_of(vera)
    for time in ("10:00", "11:30"):
        life.at(5, time)
        life.call(vera, client=hers)
    appoint(vera, role=Role.MANAGER, team=life.team, since=THURSDAY, by=life.admin)
    life.at(5, "17:00")
    life.call(vera, client=hers)
    life.at(6, "17:00")
    life.call(vera, client=hers)
    life.over()
    thursday, friday = (
        PersonDay.objects.select_related("closing").get(person=vera, day=day) for day in (THURSDAY, FRIDAY)
    )
    assert thursday.closing.team == east and friday.closing.team == life.team
    assert (friday.starts, friday.ends) == (november(5, "11:00"), november(6, "18:00"))
    assert life.counted(vera, TALKS) == {5: 1, 6: 3}


def test_case_48_won_on_the_evening_of_the_thirtieth_counts_for_the_first_and_for_november(life):
    thirtieth, first = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
    deal = life.deal(life.anna)
    life.norm(WON, 1)
    life.at(thirtieth, "19:00")
    life.win(deal, life.anna)
    life.at(first, "20:00")
    assert life.counted(life.anna, WON) == {first: 1}
    assert life.judged(life.anna, first, WON) == (1, "met", 1)
    move = StageMove.objects.get(deal=deal, to_stage__kind=Stage.Kind.WON)
    assert (move.day, move.month) == (thirtieth, dt.date(2026, 11, 1))
    why = life.why(life.anna, first, WON)
    assert (why.window.start, why.window.end) == (november(thirtieth, "18:00"), november(first, "18:00"))
    assert [record.happened for record in why.counted] == ["Mon\u00a030\u00a0November, 19:00"]
    reason = "counted for Tue\u00a01\u00a0December: a record counts once"
    assert life.nearly(life.anna, 30, WON) == {deal.pk: reason}


def test_case_49_after_the_cut_off_of_a_shortened_day_it_is_the_next_ones(life):
    add_calendar_exception(TUESDAY, is_working=True, cutoff=dt.time(17), by=life.admin)
    life.at(3, "17:00")
    in_time = life.call(life.anna)
    life.at(3, "17:30")
    after = life.call(life.anna)
    assert life.days_of(life.anna)[3].ends == november(3, "17:00") == life.days_of(life.anna)[5].starts
    assert life.figure(life.anna, 3, TALKS).record_ids == [in_time.pk]
    assert life.figure(life.anna, 5, TALKS).record_ids == [after.pk]


@pytest.mark.parametrize(
    ("points", "bonus", "change"), [(74, 3_000, 5_000), (-30, 3_000, -2_000), (-30, 1_500, -1_500)]
)
def test_case_50_points_times_rate_within_caps_and_never_more_than_the_bonus(points, bonus, change):
    worth = Worth(Decimal(100), Decimal(100), plus_cap=Decimal(5_000), minus_cap=Decimal(2_000))
    assert bonus_of(points, rate=worth, bonus=Decimal(bonus)) == change


@only_late
def test_case_50_the_approved_sheet_says_the_same(life):
    month = dt.date(2026, 11, 1)
    vera = make_user("Вера Лис", team=life.team)
    set_rate(by=life.admin, since=month, plus_rate=100, minus_rate=100, plus_cap=5_000, minus_cap=2_000)
    for person, bonus in ((life.anna, 3_000), (life.boris, 3_000), (vera, 1_500)):
        set_bonus(person, by=life.head, since=month, amount=bonus)
    life.norm(TALKS, 1, until=dt.date(2026, 11, 2), points_met=74, points_missed=-30)
    life.at(2, "12:00")
    life.call(life.anna)
    life.at(dt.date(2026, 12, 1), "12:00")
    lines = life.approve(month).lines.all()
    assert {line.person: (line.points, line.amount) for line in lines} == {
        life.anna: (74, 5_000),
        life.boris: (-30, -2_000),
        vera: (-30, -1_500),
    }


def test_case_51_nothing_of_nothing_has_no_value_and_is_not_scored(life):
    ratio = add_indicator(
        by=life.admin,
        name="Встреч на разговор",
        kind=Indicator.Kind.RATIO,
        numerator=indicator(MEETINGS),
        denominator=indicator(TALKS),
    )
    life.norm(ratio.code, 50)
    life.at(5, "12:00")
    life.call(life.anna)
    life.call(life.anna)
    life.meeting(life.anna)
    nothing = life.figure(life.anna, 3, ratio.code)
    assert (nothing.value, nothing.base, nothing.verdict, nothing.points) == (0, 0, Figure.Verdict.NONE, 0)
    assert life.days_of(life.anna)[3].points == 0
    some = life.figure(life.anna, 5, ratio.code)
    assert (some.value, some.base, some.verdict, some.points) == (1, 2, "met", 1)
    assert life.judged(life.boris, 5, ratio.code) == (0, "", 0)


@pytest.mark.parametrize("survives", ["the older card", "the new card"])
def test_case_52_merged_with_an_older_card_it_is_not_added_whichever_survives(life, survives):
    life.at(5, "10:00")
    new = life.client_of(life.anna)
    cards = [life.client, new] if survives == "the older card" else [new, life.client]
    life.at(5, "17:00")
    merge_clients(*cards, by=life.anna)
    assert life.counted(life.anna, ADDED) == {}


def test_case_52_a_lead_that_came_by_itself_is_added_by_nobody(life):
    life.at(5, "10:00")
    with by_system():
        create_client(by=life.anna, manager=life.anna, name="Заявка с сайта")
    for person in (life.anna, life.boris):
        assert life.counted(person, ADDED) == {}


def test_case_53_a_deal_that_waits_has_a_task_until_its_date_has_passed(life):
    deal = life.deal(life.anna)
    life.at(3)
    life.call(life.anna, deal=fresh(deal), planned=deal.activities.get())
    update_deal(fresh(deal), by=life.anna, waiting_until=THURSDAY)
    assert [life.value(life.anna, day, BARE) for day in (3, 5, 6, 9)] == [0, 0, 1, 1]


def test_case_53_a_task_on_the_client_is_none_of_the_deals(life):
    deal = life.deal(life.anna)
    life.at(3)
    life.call(life.anna, deal=fresh(deal), planned=deal.activities.get())
    life.task(life.anna, dt.date(2026, 11, 20))
    life.at(6, "10:00")
    life.task(life.anna, dt.date(2026, 11, 20), deal=fresh(deal))
    assert life.figure(life.anna, 5, BARE).record_ids == [deal.pk]
    assert life.value(life.anna, 6, BARE) == 0
