"""What stood at the cut-off: tasks that were due, deals without a task, deals in work."""

import datetime as dt

import pytest

from activities.actions import move_task
from pipeline.actions import assign_deals
from tests.kpi.lived import AT_23, LAGS, MICROSECOND, fresh, november

pytestmark = pytest.mark.django_db

OVERDUE, BARE, IN_WORK = "overdue_tasks", "deals_without_task", "deals_in_work"
THURSDAY, FRIDAY = dt.date(2026, 11, 5), dt.date(2026, 11, 6)


def test_case_16_a_task_of_noon_not_done_is_overdue(life):
    task = life.task(life.anna, november(5, "12:00"))
    assert life.counted(life.anna, OVERDUE) == {5: 1, 6: 1, 9: 1, 10: 1}
    assert life.figure(life.anna, 5, OVERDUE).record_ids == [task.pk]


def test_case_16_moved_before_the_cut_off_it_is_not_overdue(life):
    task = life.task(life.anna, november(5, "12:00"))
    life.at(5, "17:50")
    move_task(task, by=life.anna, due_on=FRIDAY)
    assert life.value(life.anna, 5, OVERDUE) == 0
    assert life.value(life.anna, 6, OVERDUE) == 1


@pytest.mark.parametrize("life", [*LAGS.values(), AT_23], ids=[*LAGS, "at 23:00"], indirect=True)
def test_case_16_moved_after_the_cut_off_it_was_overdue_whenever_the_day_is_closed(life):
    task = life.task(life.anna, november(5, "12:00"))
    life.at(5, "18:10")
    move_task(task, by=life.anna, due_on=dt.date(2026, 11, 20))
    assert life.counted(life.anna, OVERDUE) == {5: 1}


def test_case_16_moved_in_the_last_moment_or_a_microsecond_after_it(life):
    in_time, late = (life.task(life.anna, november(5, "12:00")) for _ in range(2))
    life.at(5, "18:00")
    move_task(in_time, by=life.anna, due_on=dt.date(2026, 11, 20))
    life.at(5, "18:00", microseconds=1)
    move_task(late, by=life.anna, due_on=dt.date(2026, 11, 20))
    assert life.figure(life.anna, 5, OVERDUE).record_ids == [late.pk]


def test_case_17_a_task_for_after_the_cut_off_is_not_overdue_yet(life):
    life.task(life.anna, november(5, "18:30"))
    assert life.counted(life.anna, OVERDUE) == {6: 1, 9: 1, 10: 1}


def test_case_17_a_task_without_a_time_is_due_by_the_cut_off_of_its_day(life):
    life.task(life.anna, THURSDAY)
    assert life.counted(life.anna, OVERDUE) == {5: 1, 6: 1, 9: 1, 10: 1}


def test_case_17_a_task_for_the_cut_off_itself_is_not_overdue(life):
    life.task(life.anna, november(5, "18:00"))
    before_it = life.task(life.anna, november(5, "18:00") - MICROSECOND)
    assert life.figure(life.anna, 5, OVERDUE).record_ids == [before_it.pk]
    assert life.value(life.anna, 6, OVERDUE) == 2


def test_case_18_a_task_entered_after_the_cut_off_did_not_exist_then(life):
    life.at(5, "18:05")
    life.task(life.anna, november(5, "12:00"))
    assert life.value(life.anna, 5, OVERDUE) == 0
    assert life.value(life.anna, 6, OVERDUE) == 1


def test_case_19_a_deal_whose_only_task_is_overdue_has_a_task(life):
    deal = life.deal(life.anna)
    move_task(deal.activities.get(), by=life.anna, due_on=dt.date(2026, 11, 2))
    assert life.value(life.anna, 5, OVERDUE) == 1
    assert life.value(life.anna, 5, BARE) == 0 and life.value(life.anna, 5, IN_WORK) == 1


def test_case_19_a_deal_whose_only_task_was_done_without_a_next_step_has_none(life):
    deal = life.deal(life.anna)
    life.at(5, "17:40")
    life.call(life.anna, deal=fresh(deal), planned=deal.activities.get())
    life.at(5, "18:20")
    life.task(life.anna, FRIDAY, deal=fresh(deal))
    assert life.value(life.anna, 3, BARE) == 0
    assert life.figure(life.anna, 5, BARE).record_ids == [deal.pk]
    assert life.value(life.anna, 6, BARE) == 0


def test_case_20_a_deal_handed_over_after_the_cut_off_was_in_work_with_its_former_manager(life):
    deal = life.deal(life.anna)
    life.at(5, "18:05")
    assign_deals([fresh(deal)], manager=life.boris, by=life.head)
    assert [life.value(life.anna, day, IN_WORK) for day in (5, 6)] == [1, 0]
    assert [life.value(life.boris, day, IN_WORK) for day in (5, 6)] == [0, 1]
