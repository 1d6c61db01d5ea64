"""What the sales plan brings in and when, counted by hand; hypothesis holds that no kopeck is lost on the way."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.receipts_plan import habits, receipts_of_plan, spread
from people import calendar
from tests.factories import TODAY
from tests.orders.factories import line, make_order, make_product, make_terms, ship_all
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db
NOV, DEC, JAN = dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1)


def sold(amount, deferral=None, day=None):
    client = make_plain_client()
    if deferral is not None:
        make_terms(client, deferral_days=deferral)
    day = day or dt.date(2026, 10, 5)
    thing = make_product(price=Decimal(amount), vat_rate=20)
    ship_all(make_order(client, lines=[line(1, thing)], ordered_on=day, ship_on=day), day=day)


def test_without_any_history_sales_are_paid_as_they_are_shipped():
    # Of 30 days the last two are paid in November too: the 28th and 29th are a weekend, the 30th is a Monday.
    assert receipts_of_plan({NOV: Decimal("300.00")}, TODAY) == {NOV: Decimal("300.00")}


def test_a_deferral_of_a_month_moves_the_money_into_the_next():
    sold("1200.00", deferral=30)
    found = receipts_of_plan({NOV: Decimal("300.00")}, TODAY)
    assert found == {DEC: Decimal("360.00")}  # with 20 % of VAT


def test_clients_weigh_by_what_they_bought():
    sold("900.00", deferral=30)
    sold("300.00")
    assert dict(habits(TODAY)[0]) == {30: Decimal("0.75"), 0: Decimal("0.25")}
    assert receipts_of_plan({NOV: Decimal("100.00")}, TODAY) == {NOV: Decimal("30.00"), DEC: Decimal("90.00")}


def test_two_weeks_move_a_half_of_the_month():
    sold("120.00", deferral=15)
    # Shipped on the 1st to the 14th: due on the 16th to the 29th, and the 29th is a Sunday, paid on the 30th. The 15th
    # is due on the 30th. So 15 of 30 days are paid in November.
    assert receipts_of_plan({NOV: Decimal("1000.00")}, TODAY) == {
        NOV: Decimal("600.00"),
        DEC: Decimal("600.00"),
    }


def test_what_is_older_than_a_year_and_the_present_month_say_nothing():
    sold("100.00", deferral=60, day=dt.date(2025, 10, 31))
    sold("100.00", deferral=60, day=dt.date(2026, 11, 2))
    assert habits(TODAY) == ({0: Decimal(1)}, Decimal(1))
    sold("100.00", deferral=45, day=dt.date(2025, 11, 3))
    assert set(habits(TODAY)[0]) == {45}


@settings(max_examples=40)
@given(
    st.integers(0, 10**9),
    st.dictionaries(st.integers(0, 120), st.integers(1, 50), min_size=1, max_size=5),
    st.integers(1, 12),
)
def test_no_kopeck_is_lost(kopecks, weights, month):
    amount, total = Decimal(kopecks).scaleb(-2), sum(weights.values())
    lags = {days: Decimal(weight) / total for days, weight in weights.items()}
    with calendar.kept():
        parts = list(spread(amount, dt.date(2026, month, 1), lags))
    assert sum(part for _month, part in parts) == amount
    assert all(part >= 0 for _month, part in parts)
