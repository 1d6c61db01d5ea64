"""From points to money: the formula, rates and bonuses in force, a person's month."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.actions import pay
from kpi.pay import (
    Worth,
    bonus_in_force,
    bonus_of,
    month_of,
    rate_in_force,
    share_of,
    so_far,
)
from tests.factories import make_team, make_user
from tests.kpi.paying import DECEMBER, NOVEMBER, closed_day, closed_month

CASE_50 = Worth(Decimal(100), Decimal(100), Decimal(5000), Decimal(2000))


@pytest.mark.parametrize(
    ("points", "bonus", "amount"),
    [
        (74, 3000, 5000),
        (-30, 3000, -2000),
        (-30, 1500, -1500),
        (12, 3000, 1200),
        (-12, 3000, -1200),
        (0, 3000, 0),
        (-5, 0, 0),
    ],
)
def test_case_50_points_become_money_within_caps_and_never_take_the_bonus_below_zero(points, bonus, amount):
    assert bonus_of(points, rate=CASE_50, bonus=Decimal(bonus)) == amount


def test_without_caps_only_the_bonus_bounds_the_reduction_and_nothing_the_addition():
    worth = Worth(Decimal("100.50"), Decimal(50))
    assert bonus_of(1000, rate=worth, bonus=Decimal(0)) == Decimal("100500.00")
    assert bonus_of(-1000, rate=worth, bonus=Decimal(20000)) == -20000


def test_without_a_rate_points_are_worth_nothing():
    assert bonus_of(74, rate=None, bonus=Decimal(3000)) == 0
    assert bonus_of(-74, rate=None, bonus=Decimal(3000)) == 0


sums = st.decimals(0, 100_000, places=2)
caps = st.none() | sums
worths = st.builds(Worth, sums, sums, caps, caps)
points = st.integers(-2000, 2000)


@given(points, points, worths, sums)
def test_money_never_falls_below_the_bonus_and_more_points_are_never_worth_less(one, other, worth, bonus):
    fewer, more = sorted([one, other])
    low, high = (bonus_of(each, rate=worth, bonus=bonus) for each in (fewer, more))
    assert -bonus <= low <= high
    for amount, count in ((low, fewer), (high, more)):
        assert amount >= 0 if count >= 0 else amount <= 0


@given(st.lists(points, max_size=4), worths, sums)
def test_shares_of_several_teams_take_the_caps_and_the_bonus_once(shares, worth, bonus):
    given_so_far: list[Decimal] = []
    for each in shares:
        given_so_far.append(share_of(each, worth, bonus, given_so_far))
    added = sum((amount for amount in given_so_far if amount > 0), Decimal(0))
    taken = -sum((amount for amount in given_so_far if amount < 0), Decimal(0))
    assert worth.plus_cap is None or added <= worth.plus_cap
    assert taken <= bonus
    assert worth.minus_cap is None or taken <= worth.minus_cap
    # The order of the teams changes nothing in what the person gets.
    other_way: list[Decimal] = []
    for each in reversed(shares):
        other_way.append(share_of(each, worth, bonus, other_way))
    assert sum(other_way) == sum(given_so_far)


# --- In force ---------------------------------------------------------------------------------------------------------


def set_rate(since=NOVEMBER, plus=100, minus=100, **fields):
    return pay.set_rate(by=None, since=since, plus_rate=plus, minus_rate=minus, **fields)


def test_a_rate_holds_until_the_next_one_and_a_teams_own_over_the_companys(office):
    set_rate(NOVEMBER, 100)
    set_rate(DECEMBER, 150)
    assert rate_in_force(office.team, dt.date(2026, 10, 1)) is None
    assert rate_in_force(office.team, NOVEMBER).plus_rate == 100
    assert rate_in_force(office.team, dt.date(2027, 3, 1)).plus_rate == 150
    set_rate(NOVEMBER, 70, team=office.team)
    assert rate_in_force(office.team, DECEMBER).plus_rate == 70
    assert rate_in_force(make_team(), DECEMBER).plus_rate == 150


def test_a_bonus_holds_from_its_month_on(office):
    pay.set_bonus(office.anna, by=None, since=NOVEMBER, amount=3000)
    pay.set_bonus(office.anna, by=None, since=DECEMBER, amount=4000)
    assert bonus_in_force(office.anna, dt.date(2026, 10, 1)) == 0
    assert bonus_in_force(office.anna, NOVEMBER) == 3000
    assert bonus_in_force(office.anna, DECEMBER) == 4000
    assert bonus_in_force(office.boris, DECEMBER) == 0


# --- A month ----------------------------------------------------------------------------------------------------------


def test_a_month_sums_the_closed_days_of_each_person(office):
    set_rate(plus_cap=5000, minus_cap=2000)
    pay.set_bonus(office.boris, by=None, since=NOVEMBER, amount=1500)
    closed_month(office.team, NOVEMBER, {office.anna: [3, -2, 4], office.boris: [-9, -9]})
    closed_day(office.team, DECEMBER, {office.anna: 50})
    anna, boris = month_of(NOVEMBER, team=office.team)
    assert (anna.person, anna.tally.scored, anna.points, anna.amount) == (office.anna, 3, 5, 500)
    assert (boris.person, boris.tally.scored, boris.points, boris.amount) == (office.boris, 2, -18, -1500)


def test_days_without_system_wait_and_bring_nothing_until_they_are_decided(office):
    set_rate()
    closed_month(office.team, NOVEMBER, {office.anna: [3]})
    closed_day(office.team, dt.date(2026, 11, 5), {office.anna: 7}, system_down=True)
    (share,) = month_of(NOVEMBER, people=[office.anna])
    assert (share.tally.scored, share.tally.waiting, share.points, share.amount) == (1, 1, 3, 300)


def test_a_month_in_two_teams_is_a_share_in_each_and_the_bonus_counts_once(office):
    set_rate(plus_cap=5000, minus_cap=2000)
    other = make_team("Розница")
    pay.set_bonus(office.anna, by=None, since=NOVEMBER, amount=1500)
    closed_month(office.team, NOVEMBER, {office.anna: [-10]})
    closed_day(other, dt.date(2026, 11, 16), {office.anna: -10})
    first, second = month_of(NOVEMBER, people=[office.anna])
    assert (first.team, first.amount) == (office.team, -1000)
    assert (second.team, second.amount) == (other, -500)
    assert [share.amount for share in month_of(NOVEMBER, team=other)] == [-500]
    assert so_far([office.anna], NOVEMBER)[office.anna.pk].amount == -1500


def test_a_month_asks_as_much_of_the_database_for_fifty_people_as_for_two(
    office, django_assert_max_num_queries
):
    set_rate()
    people = [make_user(team=office.team) for _number in range(20)]
    closed_month(office.team, NOVEMBER, {person: [1, 2, -3] for person in people})
    closed_day(office.team, dt.date(2026, 11, 9), dict.fromkeys(people, 1), system_down=True)
    with django_assert_max_num_queries(8):
        assert len(month_of(NOVEMBER, team=office.team)) == 20
    with django_assert_max_num_queries(9):
        found = so_far([office.anna, *people], NOVEMBER)
    assert found[people[0].pk].points == 0
    assert (found[office.anna.pk].scored, found[office.anna.pk].amount) == (0, 0)
