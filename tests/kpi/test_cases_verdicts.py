"""What a value is worth: norm, tolerance, points, absences, and the head's correction."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.actions.later import correct_figure
from kpi.actions.norms import set_norm
from kpi.actions.pay import set_rate
from kpi.models import Figure
from kpi.payroll import sheet_of
from kpi.results import results, settled_figure
from pipeline.actions import assign_deals
from tests.kpi.factories import indicator
from tests.kpi.lived import LAGS, fresh, november

pytestmark = pytest.mark.django_db

TALKS, OVERDUE = "conversations_held", "overdue_tasks"
THURSDAY = dt.date(2026, 11, 5)
MET, WITHIN, MISSED = Figure.Verdict.MET, Figure.Verdict.WITHIN, Figure.Verdict.MISSED


@pytest.mark.parametrize(("talks", "verdict", "points"), [(15, MET, 1), (14, WITHIN, 0), (13, MISSED, -2)])
def test_case_21_fifteen_conversations_with_a_tolerance_of_ten_percent(life, talks, verdict, points):
    life.norm(TALKS, 15, tolerance=10)
    life.at(5, "15:00")
    for _ in range(talks):
        life.call(life.anna)
    assert life.judged(life.anna, 5, TALKS) == (talks, verdict, points)
    assert life.days_of(life.anna)[5].points == points


def test_case_22_at_most_zero_knows_only_met_and_missed(life):
    life.norm(OVERDUE, high=0, tolerance=10)
    life.task(life.anna, november(5, "12:00"))
    assert life.judged(life.anna, 3, OVERDUE) == (0, MET, 1)
    assert life.judged(life.anna, 5, OVERDUE) == (1, MISSED, -2)


def test_case_23_six_met_and_three_missed_of_nine_give_no_points(life):
    life.norm("companies_added", 1)
    life.norm("meetings_held", 1)
    life.norm(TALKS, 1)
    life.norm("deals_won", 1)
    life.norm("deals_lost", high=1)
    life.norm(OVERDUE, high=0)
    life.norm("sum_won", 1_000_000)
    life.norm("deals_in_work", 2, 5)
    life.norm("deals_without_task", high=0)
    won, lost, bare = life.deal(life.anna, amount=900_000), life.deal(life.anna), life.deal(life.anna)
    life.at(5, "15:00")
    life.client_of(life.anna)
    life.meeting(life.anna)
    life.call(life.anna)
    life.win(won, life.anna)
    life.lose(lost, life.anna)
    life.call(life.anna, deal=fresh(bare), planned=bare.activities.get(), outcome="no_answer")
    day = life.days_of(life.anna)[5]
    missed = day.figures.filter(verdict=MISSED).values_list("indicator__code", flat=True)
    assert set(missed) == {"sum_won", "deals_in_work", "deals_without_task"}
    assert (day.met, day.within, day.missed, day.points) == (6, 0, 3, 0)


def test_case_24_the_norm_of_the_day_whenever_its_closing_runs(life):
    life.norm(TALKS, 15)
    life.at(5, "12:00")
    set_norm(indicator(TALKS), by=life.admin, since=dt.date(2026, 11, 6), low=20)
    for day in (5, 6):
        life.at(day, "15:00")
        for _ in range(17):
            life.call(life.anna)
    assert life.judged(life.anna, 5, TALKS) == (17, MET, 1)
    assert life.judged(life.anna, 6, TALKS) == (17, MISSED, -2)
    assert life.figure(life.anna, 5, TALKS).rule.low == 15
    assert life.figure(life.anna, 6, TALKS).rule.low == 20


def test_case_25_a_day_of_illness_is_shown_and_not_scored(life):
    life.norm(TALKS, 15)
    life.norm(OVERDUE, high=0)
    life.at(5, "09:00")
    life.away(life.anna, 5)
    life.at(5, "12:00")
    life.call(life.anna)
    day = life.days_of(life.anna)[5]
    assert (day.scored, day.absence, day.points, day.missed) == (False, "sick", 0, 0)
    assert life.judged(life.anna, 5, TALKS) == (1, Figure.Verdict.NONE, 0)
    assert life.judged(life.boris, 5, TALKS) == (0, MISSED, -2)


def test_case_25_the_day_after_an_illness_begins_where_the_teams_does(life):
    life.at(5, "09:00")
    life.away(life.anna, 5)
    life.at(5, "18:00", microseconds=1)
    life.call(life.anna)
    friday = life.days_of(life.anna)[6]
    assert (friday.starts, friday.ends) == (november(5, "18:00"), november(6, "18:00"))
    assert life.counted(life.anna, TALKS) == {6: 1}


def fourteen_of_fifteen(life) -> Figure:
    """On Thursday, the only day with a norm."""
    life.norm(TALKS, 15, tolerance=10, since=THURSDAY, until=THURSDAY)
    life.at(5, "15:00")
    for _ in range(14):
        life.call(life.anna)
    return life.figure(life.anna, 5, TALKS)


def test_case_26_a_correction_counts_and_the_frozen_value_stays_visible(life):
    frozen = fourteen_of_fifteen(life)
    life.at(11, "10:00")
    correct_figure(frozen, by=life.head, value=Decimal(15), reason="Звонок в дороге, не было сети")
    frozen = Figure.objects.get(pk=frozen.pk)
    assert (frozen.value, frozen.verdict, frozen.points) == (14, WITHIN, 0)
    now = settled_figure(frozen)
    assert (now.value, now.verdict, now.points) == (15, MET, 1)
    said = now.correction
    assert (said.operation.by, said.operation.at) == (life.head, november(11, "10:00"))
    assert said.reason == "Звонок в дороге, не было сети"
    result = results([life.anna.pk], THURSDAY, THURSDAY)[life.anna.pk, THURSDAY]
    assert (result.day.points, result.points) == (0, 1)


@pytest.mark.parametrize("life", [LAGS["days later"]], ids=["days later"], indirect=True)
def test_case_26_an_approved_period_is_corrected_in_the_next_one_only(life):
    month, after = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
    set_rate(by=life.admin, since=month, plus_rate=100, minus_rate=100)
    frozen = fourteen_of_fifteen(life)
    life.at(after, "12:00")
    approved = life.approve(month)
    hers = approved.lines.get(person=life.anna)
    life.at(after, "13:00")
    assert (hers.points, hers.amount) == (0, 0)
    correct_figure(frozen, by=life.head, value=Decimal(15), reason="Звонок в дороге, не было сети")
    hers.refresh_from_db()
    assert (hers.points, hers.amount) == (0, 0)
    assert [row.amount for row in sheet_of(life.team, month).rows] == [0, 0]
    frozen = Figure.objects.get(pk=frozen.pk)
    assert (frozen.value, frozen.points) == (14, 0)
    life.at(after, "20:00")
    life.close()
    again = [row for row in sheet_of(life.team, after).rows if row.person == life.anna and row.is_again]
    assert [(row.month, row.points, row.amount) for row in again] == [(month, 1, 100)]


def test_stocks_are_worth_what_stood_at_the_cut_off_of_each(life):
    life.norm("deals_in_work", 1)
    deal = life.deal(life.anna)
    life.at(5, "18:00", microseconds=1)
    assign_deals([deal], manager=life.boris, by=life.head)
    assert [life.judged(life.anna, day, "deals_in_work")[2] for day in (5, 6)] == [1, -2]
    assert [life.judged(life.boris, day, "deals_in_work")[2] for day in (5, 6)] == [-2, 1]
