"""For which day something counts: it happened in the day's window and was entered by its end. Wednesday, 4 November
2026 is a day off, so Thursday's window begins on Tuesday at 18:00."""

import datetime as dt
from itertools import pairwise

import pytest

from activities.moments import is_late
from core.periods import Window
from people import calendar
from tests.kpi.lived import Life, fresh, november

pytestmark = pytest.mark.django_db

TALKS = "conversations_held"


def is_late_for(life: Life, activity, day: int) -> bool:
    """Whether the record is shown as entered late, for that day."""
    record = fresh(activity)
    return is_late(record, life.team) and calendar.working_day_of(record.happened_at, life.team) == dt.date(
        2026, 11, day
    )


def test_case_01_a_call_entered_ten_seconds_before_the_cut_off_counts_for_its_day(life):
    life.at(5, "17:59:50")
    life.call(life.anna, november(5, "17:59:30"))
    assert life.counted(life.anna, TALKS) == {5: 1}


def test_case_02_the_end_belongs_to_the_window(life):
    life.at(5, "18:00:00")
    at_the_end = life.call(life.anna, november(5, "18:00:00"))
    assert life.counted(life.anna, TALKS) == {5: 1}
    assert life.figure(life.anna, 5, TALKS).record_ids == [at_the_end.pk]
    assert not is_late(at_the_end, life.team)


def test_case_02_a_microsecond_later_is_the_next_window(life):
    life.at(5, "18:00", microseconds=1)
    entered_too_late = life.call(life.anna, november(5, "18:00"))
    of_friday = life.call(life.anna)
    assert life.counted(life.anna, TALKS) == {6: 1}
    assert life.figure(life.anna, 6, TALKS).record_ids == [of_friday.pk]
    assert is_late_for(life, entered_too_late, 5) and not is_late(of_friday, life.team)


def test_case_03_entered_a_second_late_it_counts_for_no_day_and_is_shown_as_late(life):
    life.at(5, "18:00:01")
    call = life.call(life.anna, november(5, "15:00"))
    assert life.counted(life.anna, TALKS) == {}
    assert is_late_for(life, call, 5)
    assert life.nearly(life.anna, 5, TALKS) == {call.pk: "entered at 18:00, after the cut-off"}
    assert life.nearly(life.anna, 6, TALKS) == {}


def test_case_04_a_call_of_the_evening_counts_for_the_next_day(life):
    life.at(5, "19:32")
    life.call(life.anna, november(5, "19:30"))
    assert life.counted(life.anna, TALKS) == {6: 1}


def test_case_05_a_call_of_the_evening_may_be_entered_until_the_next_cut_off(life):
    life.at(6, "17:00")
    call = life.call(life.anna, november(5, "19:30"))
    assert life.counted(life.anna, TALKS) == {6: 1}
    assert not is_late(call, life.team)


def test_case_06_a_call_on_a_day_off_counts_for_the_working_day_after_it(life):
    life.at(4, "12:00")
    life.call(life.anna)
    assert life.counted(life.anna, TALKS) == {5: 1}
    assert 4 not in life.days_of(life.anna)


def test_case_07_a_call_on_saturday_entered_on_monday_counts_for_monday(life):
    life.at(9, "10:00")
    life.call(life.anna, november(7, "11:00"))
    assert life.counted(life.anna, TALKS) == {9: 1}
    assert not {7, 8} & set(life.days_of(life.anna))


def test_case_08_a_call_before_a_day_off_entered_after_it_is_late(life):
    life.at(5, "09:00")
    call = life.call(life.anna, november(3, "17:00"))
    assert life.counted(life.anna, TALKS) == {}
    assert is_late_for(life, call, 3)
    assert "after the cut-off" in life.nearly(life.anna, 3, TALKS)[call.pk]


def test_the_windows_of_all_days_follow_each_other_without_a_gap(life):
    windows = [Window(row.starts, row.ends) for row in life.days_of(life.anna).values()]
    assert all(one.end == following.start for one, following in pairwise(windows))
    assert [window.end for window in windows[1:]] == [november(day, "18:00") for day in (2, 3, 5, 6, 9, 10)]
