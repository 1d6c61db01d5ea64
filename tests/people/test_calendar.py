"""The production calendar of 2026, the exceptions above it, and the moment of the cut-off."""

import datetime as dt
from typing import Any

import pytest

from people import calendar
from people.models import CalendarDay
from tests.factories import by_system, make_hours, make_team

pytestmark = pytest.mark.django_db


def d(month: int, day: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, day)


def make_exception(day: dt.date, **fields: Any) -> CalendarDay:
    with by_system():
        return CalendarDay.objects.create(day=day, **{"is_working": False, **fields})


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (d(11, 3), True),
        (d(11, 4), False),  # Unity Day, a Wednesday
        (d(11, 5), True),
        (d(11, 7), False),  # Saturday
        (d(1, 9), False),  # moved there from Saturday, 3 January
        (d(3, 9), False),  # 8 March fell on a Sunday
        (d(5, 11), False),
        (d(12, 31), False),  # moved there from Sunday, 4 January
        (d(11, 1, 2025), True),  # a working Saturday
    ],
)
def test_the_production_calendar_is_built_in_with_its_moved_days(day: dt.date, works: bool) -> None:
    assert calendar.is_working(day) is works


def test_the_day_after_a_holiday_is_one_working_day_away() -> None:
    assert calendar.next_working_day(d(11, 3)) == d(11, 5)
    assert calendar.next_working_day(d(11, 6)) == d(11, 9)
    assert calendar.next_working_day(d(12, 30)) == d(1, 11, 2027)


def test_working_days_are_counted_forward_and_back() -> None:
    assert calendar.add_working_days(d(11, 3), 3) == d(11, 9)
    assert calendar.add_working_days(d(11, 9), -3) == d(11, 3)
    assert calendar.add_working_days(d(11, 8), -1) == d(11, 6)
    assert calendar.add_working_days(d(11, 8), 0) == d(11, 8)
    assert calendar.add_working_days(d(1, 12), -1) == d(12, 30, 2025)
    assert calendar.working_days_between(d(11, 3), d(11, 5)) == 1
    assert calendar.working_days_between(d(11, 5), d(11, 3)) == -1
    assert calendar.working_days_between(d(11, 5), d(11, 8)) == 1
    assert calendar.working_days_between(d(12, 30, 2025), d(1, 12)) == 1


def test_adding_and_counting_agree_over_years() -> None:
    start = d(2, 20, 2024)
    for count in (1, 5, 60, 247, 700):
        end = calendar.add_working_days(start, count)
        assert calendar.working_days_between(start, end) == count
        assert calendar.is_working(end)


def test_a_company_exception_goes_over_the_production_calendar_and_a_team_s_over_both() -> None:
    team = make_team()
    make_exception(d(11, 5))
    assert not calendar.is_working(d(11, 5))
    assert not calendar.is_working(d(11, 5), team)
    make_exception(d(11, 5), team=team, is_working=True)
    assert not calendar.is_working(d(11, 5))
    assert calendar.is_working(d(11, 5), team)
    assert calendar.next_working_day(d(11, 3)) == d(11, 6)
    assert calendar.next_working_day(d(11, 3), team) == d(11, 5)


def test_the_cut_off_is_the_company_s_time_in_the_team_s_zone() -> None:
    team = make_team()
    make_hours(team=team, zone="Asia/Yekaterinburg")
    assert calendar.cutoff(d(11, 5)) == dt.datetime(2026, 11, 5, 15, 0, tzinfo=dt.UTC)
    assert calendar.cutoff(d(11, 5), team) == dt.datetime(2026, 11, 5, 13, 0, tzinfo=dt.UTC)


def test_a_shortened_day_has_its_own_cut_off() -> None:
    team = make_team()
    make_exception(d(11, 3), is_working=True, cutoff=dt.time(17))
    assert calendar.cutoff(d(11, 3)) == dt.datetime(2026, 11, 3, 14, 0, tzinfo=dt.UTC)
    assert calendar.cutoff(d(11, 3), team) == dt.datetime(2026, 11, 3, 14, 0, tzinfo=dt.UTC)
    make_exception(d(11, 3), team=team, is_working=True, cutoff=dt.time(16, 30))
    assert calendar.cutoff(d(11, 3), team) == dt.datetime(2026, 11, 3, 13, 30, tzinfo=dt.UTC)


def test_a_long_job_reads_the_exceptions_once_and_sees_its_own_change(django_assert_num_queries: Any) -> None:
    with calendar.kept():
        with django_assert_num_queries(1):
            assert calendar.is_working(d(11, 5)) and calendar.is_working(d(11, 6))
        make_exception(d(11, 5))
        assert not calendar.is_working(d(11, 5))
    assert not calendar.is_working(d(11, 5))
