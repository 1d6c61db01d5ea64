"""When a mailing goes out: days off, ends of months, changed clocks; each moment once, however time is cut."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core import periods
from people import calendar
from people.models import CalendarDay
from reports.schedule import Every, Schedule, is_too_late
from tests.factories import by_system

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def at(text: str) -> dt.datetime:
    """A moment by the company's clock."""
    local = dt.datetime.fromisoformat(text)
    return periods.local(local.date(), local.time())


def said(schedule: Schedule, after: str, until: str) -> list[str]:
    return [f"{periods.wall_clock(moment):%d.%m %H:%M}" for moment in schedule.moments(at(after), at(until))]


def schedule(every: str = Every.WORKING_DAY, weekday: int = 0, day: int = 1, hour: int = 9) -> Schedule:
    return Schedule(every, weekday, day, hour)


def test_on_working_days_it_is_silent_on_days_off_and_holidays():
    # The 4th of November is a holiday, the 7th and 8th are a week-end.
    assert said(schedule(), "2026-11-03T00:00", "2026-11-10T08:59") == [
        "03.11 09:00",
        "05.11 09:00",
        "06.11 09:00",
        "09.11 09:00",
    ]


def test_a_day_the_company_has_off_is_one():
    with by_system():
        CalendarDay.objects.create(day=dt.date(2026, 11, 5), is_working=False)
    assert said(schedule(), "2026-11-05T00:00", "2026-11-06T23:00") == ["06.11 09:00"]


def test_once_a_week_it_is_that_weekday_even_on_a_holiday():
    assert said(schedule(Every.WEEK, weekday=2), "2026-11-01T00:00", "2026-11-12T00:00") == [
        "04.11 09:00",
        "11.11 09:00",
    ]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (28, ["28.01", "28.02", "28.03", "28.04"]),
        (30, ["30.01", "28.02", "30.03", "30.04"]),
        (31, ["31.01", "28.02", "31.03", "30.04"]),
    ],
)
def test_a_month_too_short_sends_on_its_last_day(day: int, days: list[str]):
    found = said(schedule(Every.MONTH, day=day), "2027-01-01T00:00", "2027-04-30T23:59")
    assert found == [f"{each} 09:00" for each in days]
    assert said(schedule(Every.MONTH, day=31), "2028-02-01T00:00", "2028-02-29T23:59") == ["29.02 09:00"]


def test_the_end_of_a_span_belongs_to_it_and_its_beginning_does_not():
    nine = at("2026-11-05T09:00")
    assert list(schedule().moments(nine - HOUR, nine)) == [nine]
    assert list(schedule().moments(nine, nine + HOUR)) == []
    assert schedule().next(nine) == at("2026-11-06T09:00")


def test_an_hour_the_clocks_leave_out_comes_one_later_and_one_that_comes_twice_counts_once(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    each_day = [schedule(Every.WEEK, weekday=6, hour=2)]
    spring = list(each_day[0].moments(at("2027-03-27T12:00"), at("2027-03-29T12:00")))
    assert spring == [dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC)]  # 03:00 in summer time
    autumn = list(each_day[0].moments(at("2026-10-24T12:00"), at("2026-10-26T12:00")))
    assert autumn == [dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC)]  # the first of two


def test_late_is_late_until_its_day_is_over_and_at_least_three_hours():
    assert not is_too_late(at("2026-11-05T09:00"), at("2026-11-05T23:59"))
    assert is_too_late(at("2026-11-05T09:00"), at("2026-11-06T00:01"))
    assert not is_too_late(at("2026-11-05T23:00"), at("2026-11-06T01:59"))
    assert is_too_late(at("2026-11-05T23:00"), at("2026-11-06T02:01"))


SCHEDULES = some.builds(
    Schedule,
    some.sampled_from([str(each) for each in Every]),
    some.integers(0, 6),
    some.integers(1, 31),
    some.integers(0, 23),
)
ZONES = some.sampled_from(["Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kamchatka", "UTC"])
MOMENTS = some.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2028, 12, 31))


@settings(max_examples=60, deadline=None)
@given(SCHEDULES, ZONES, MOMENTS, some.integers(0, 100), some.integers(0, 100))
def test_however_time_is_cut_each_moment_comes_once_on_the_days_it_is_meant_for(
    schedule: Schedule, zone: str, start: dt.datetime, first: int, second: int
):
    """What ticks at any distance find is what one look over the whole time finds; each day of the schedule is there,
    no other, each once."""
    with pytest.MonkeyPatch.context() as patch, calendar.kept():
        patch.setattr("django.conf.settings.TIME_ZONE", zone)
        begin = start.replace(tzinfo=dt.UTC)
        middle = begin + dt.timedelta(hours=7 * first)
        end = middle + dt.timedelta(hours=11 * second)
        whole = list(schedule.moments(begin, end))
        assert whole == [*schedule.moments(begin, middle), *schedule.moments(middle, end)]
        assert all(one < other for one, other in pairwise(whole))
        days = [periods.day_of(moment) for moment in whole]
        assert len(set(days)) == len(days)
        # Said once more, day by day; at both ends a day may lie within or without by its hour.
        day, last = periods.day_of(begin) + dt.timedelta(1), periods.day_of(end) - dt.timedelta(1)
        while day <= last:
            assert (day in days) == _meant(schedule, day), (day, schedule)
            day += dt.timedelta(1)
        if whole:
            assert schedule.next(begin) == whole[0]


def _meant(schedule: Schedule, day: dt.date) -> bool:
    if schedule.every == Every.WORKING_DAY:
        return calendar.is_working(day)
    if schedule.every == Every.WEEK:
        return day.isoweekday() == schedule.weekday + 1
    tomorrow = day + dt.timedelta(1)
    return day.day == schedule.day or (tomorrow.day == 1 and day.day < schedule.day)
