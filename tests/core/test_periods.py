"""Days, weeks and months are counted in the company's zone; the clock stands still where a test put it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import periods
from core.periods import PERIOD_NAMES, Period, Window, clock, local, period_address, period_named

MOSCOW = ZoneInfo("Europe/Moscow")
KAMCHATKA = ZoneInfo("Asia/Kamchatka")
NEW_YORK = ZoneInfo("America/New_York")
THURSDAY = local(dt.date(2026, 11, 5), dt.time(14, 30), MOSCOW)


def days(name: str, zone: ZoneInfo = MOSCOW) -> tuple[str, str]:
    period = period_named(name, zone)
    return period.first_day(zone).isoformat(), period.last_day(zone).isoformat()


def test_the_clock_stands_where_it_was_put_and_moves_when_told():
    with clock(THURSDAY) as hands:
        assert periods.now() == THURSDAY
        hands.advance(hours=10)
        assert periods.today(MOSCOW) == dt.date(2026, 11, 6)
        hands.move_to(THURSDAY)
        assert periods.now() == THURSDAY
    assert periods.fixed_clock() is None


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError), clock(dt.datetime(2026, 11, 5)):
        pass
    with pytest.raises(ValueError):
        Period(dt.datetime(2026, 11, 5), dt.datetime(2026, 11, 6))


def test_today_is_the_date_of_the_zone_not_of_utc():
    with clock(dt.datetime(2026, 11, 5, 22, 0, tzinfo=dt.UTC)):
        assert periods.today(MOSCOW) == dt.date(2026, 11, 6)
        assert periods.today(NEW_YORK) == dt.date(2026, 11, 5)


def test_a_period_holds_its_start_and_not_its_end_a_window_the_other_way_round():
    a, b = THURSDAY, THURSDAY + dt.timedelta(hours=1)
    assert a in Period(a, b) and b not in Period(a, b)
    assert a not in Window(a, b) and b in Window(a, b)
    assert Period(a, b).lookup("at") == {"at__gte": a, "at__lt": b}
    assert Window(a, b).lookup("at") == {"at__gt": a, "at__lte": b}
    assert Period(a, b) != Window(a, b)


def test_a_period_does_not_end_before_it_starts():
    with pytest.raises(ValueError):
        Period(THURSDAY, THURSDAY - dt.timedelta(seconds=1))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-05", "2026-11-05"),
        ("yesterday", "2026-11-04", "2026-11-04"),
        ("this-week", "2026-11-02", "2026-11-08"),
        ("previous-week", "2026-10-26", "2026-11-01"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("previous-month", "2026-10-01", "2026-10-31"),
        ("this-quarter", "2026-10-01", "2026-12-31"),
        ("previous-quarter", "2026-07-01", "2026-09-30"),
        ("this-year", "2026-01-01", "2026-12-31"),
        ("previous-year", "2025-01-01", "2025-12-31"),
        ("2026-11-05", "2026-11-05", "2026-11-05"),
        ("2026-02-27..2026-03-02", "2026-02-27", "2026-03-02"),
    ],
)
def test_a_period_is_named_in_words_or_by_its_days(name, first, last):
    with clock(THURSDAY):
        assert days(name) == (first, last)


def test_the_year_turns_in_the_zone_of_the_team():
    with clock(local(dt.date(2027, 1, 1), dt.time(3), KAMCHATKA)):
        assert days("this-year", KAMCHATKA) == ("2027-01-01", "2027-12-31")
        assert days("this-year", MOSCOW) == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-11-05..",
        "..2026-11-05",
        "2026-11-06..2026-11-05",
        "a..b",
        "9999-12-31",
    ],
)
def test_anything_else_names_no_period(name):
    with clock(THURSDAY), pytest.raises(ValueError):
        period_named(name, MOSCOW)


def test_a_day_of_the_clock_change_is_a_whole_day_though_it_has_23_hours():
    day = Period.of_days(dt.date(2026, 3, 8), dt.date(2026, 3, 8), NEW_YORK)
    assert day.end - day.start == dt.timedelta(hours=23)
    assert day.last_day(NEW_YORK) == dt.date(2026, 3, 8)


moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))
zones = st.sampled_from([MOSCOW, KAMCHATKA, NEW_YORK])


@given(moments, zones)
def test_every_named_period_has_an_address_that_means_the_same(moment, zone):
    with clock(moment):
        for name in PERIOD_NAMES:
            period = period_named(name, zone)
            assert period_named(period_address(period, zone), zone) == period


@given(moments, st.integers(0, 800), zones)
def test_every_run_of_whole_days_comes_back_from_its_address(moment, length, zone):
    first = periods.day_of(moment, zone)
    period = Period.of_days(first, first + dt.timedelta(length), zone)
    with clock(moment):
        assert period_named(period_address(period, zone), zone) == period


@given(moments, zones)
def test_this_and_the_previous_period_touch_without_a_gap(moment, zone):
    with clock(moment):
        assert moment in period_named("today", zone)
        assert period_named("yesterday", zone).end == period_named("today", zone).start
        for unit in ("week", "month", "quarter", "year"):
            this = period_named(f"this-{unit}", zone)
            assert moment in this
            assert period_named(f"previous-{unit}", zone).end == this.start
