"""How values look to people."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from core import periods, show
from core.colours import STAGE_COLOURS, stage_class
from tests.factories import THURSDAY


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY), translation.override("ru"):
        yield


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1240000, None, "1\u00a0240\u00a0000"),
        (-3, None, "\u22123"),
        (0, None, "0"),
        (Decimal("12.50"), None, "12,5"),
        (Decimal("12.345"), 2, "12,35"),
        (Decimal("-0.001"), 2, "0,00"),
        (None, None, "—"),
    ],
)
def test_a_number_has_groups_a_comma_and_a_real_minus(value, places, text):
    assert show.number(value, places) == text


def test_a_signed_number_says_plus():
    assert [show.number(points, signed=True) for points in (9, 0, -8)] == ["+9", "0", "\u22128"]


def test_a_share_is_said_in_percent_and_no_share_as_a_dash():
    assert show.percent(Decimal("0.985"), 1) == "98,5\u00a0%"
    assert show.percent(None) == "—"


def test_a_day_has_its_weekday_and_of_another_year_its_year():
    assert show.day(dt.date(2026, 11, 5)).replace("\u00a0", " ") == "чт 5 ноября"
    assert show.day(dt.date(2025, 12, 31)).replace("\u00a0", " ") == "ср 31 декабря 2025"
    assert show.short_day(dt.date(2026, 5, 9)) == "9\u00a0мая"


def test_a_moment_is_of_the_day_it_had_in_the_companys_zone():
    late_in_utc = dt.datetime(2026, 11, 5, 21, 30, tzinfo=dt.UTC)
    assert show.moment(late_in_utc) == "завтра, 00:30"
    assert show.moment(THURSDAY) == "сегодня, 12:00"
    assert show.near_day(dt.date(2026, 11, 4)) == "вчера"


def test_a_span_is_said_in_hours_and_minutes():
    assert show.duration(dt.timedelta(hours=1, minutes=42)) == "1\u00a0ч\u00a042\u00a0мин"
    assert show.duration(dt.timedelta(seconds=5)) == "1\u00a0мин"


def test_english_has_a_point():
    with translation.override("en"):
        assert show.number(Decimal("1240.5")) == "1\u00a0240.5"
        assert show.day(dt.date(2026, 11, 5)).replace("\u00a0", " ") == "Thu 5 November"


def test_a_colour_has_its_class_in_every_notation():
    assert [stage_class(colour) for colour in (7, "7", "07", "stage-07")] == ["stage-07"] * 4
    assert stage_class(None) == stage_class(99) == stage_class("red") == "stage-01"
    assert len(STAGE_COLOURS) == 16
