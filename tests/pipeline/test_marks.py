"""Stuck, forgotten, the state of the next step: the same in SQL and in Python, whatever the dates."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history.operations import operation
from people.models import CalendarDay
from pipeline import marks
from pipeline.marks import (
    Marks,
    days_in_stage,
    is_forgotten,
    is_stuck,
    marks_of,
    next_step_of,
    next_step_state,
    norm_limit,
)
from pipeline.models import Deal
from tests.factories import THURSDAY, by_system
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of, start_stage

pytestmark = pytest.mark.django_db


def at(month: int, day: int, hour: int = 12) -> dt.datetime:
    return periods.local(dt.date(2026, month, day), dt.time(hour))


def test_a_deal_is_stuck_once_it_stands_longer_than_the_norm_of_working_days(cast: SimpleNamespace) -> None:
    deal = make_deal(stage=start_stage("Сделали оценку"), since=at(10, 30))  # Friday; the norm is 3 days
    # Monday, Tuesday, (Wednesday is Unity Day), Thursday: three working days
    assert days_in_stage(deal, at(11, 5, 23)) == 3
    assert not is_stuck(deal, at(11, 5, 23))
    assert is_stuck(deal, at(11, 6, 0))
    assert list(Deal.objects.stuck_at(at(11, 6))) == [deal]
    assert not Deal.objects.stuck_at(at(11, 5)).exists()


def test_the_company_s_own_day_off_counts_for_no_norm(cast: SimpleNamespace) -> None:
    deal = make_deal(stage=start_stage("Сделали оценку"), since=at(10, 30))
    with by_system():
        CalendarDay.objects.create(day=dt.date(2026, 11, 6), is_working=False)
    assert not is_stuck(deal, at(11, 8))
    assert is_stuck(deal, at(11, 9))


def test_what_is_planned_does_not_unstick_a_deal(cast: SimpleNamespace) -> None:
    deal = make_deal(since=at(9, 1), next_step_on=dt.date(2026, 11, 9))
    assert is_stuck(deal, THURSDAY) and not is_forgotten(deal, THURSDAY)


def test_a_deal_without_contact_and_without_plan_is_forgotten(cast: SimpleNamespace) -> None:
    never = make_deal(since=at(9, 1))
    talked = make_deal(since=at(9, 1), last_contact_at=at(11, 3))
    long_ago = make_deal(since=at(11, 3), last_contact_at=at(9, 3))
    waiting = make_deal(since=at(9, 1), waiting_until=dt.date(2026, 11, 5))
    assert list(Deal.objects.forgotten_at(THURSDAY).order_by("pk")) == [never, long_ago]
    assert not is_forgotten(talked, THURSDAY) and not is_forgotten(waiting, THURSDAY)


def test_closed_deals_and_stages_without_a_norm_know_no_marks(cast: SimpleNamespace) -> None:
    make_deal(since=at(1, 20), stage=start_stage("Упущен"))
    free = make_deal(since=at(1, 20), stage=stage_of(make_funnel(norm_days=None), "Новый"))
    assert not Deal.objects.stuck_at(THURSDAY).exists() and not Deal.objects.forgotten_at(THURSDAY).exists()
    assert marks_of(free, THURSDAY) == Marks(without_step=True)


@pytest.mark.parametrize(
    ("on", "time", "wait", "state"),
    [
        (None, None, None, "nothing"),
        (None, None, dt.date(2026, 11, 4), "nothing"),
        (None, None, dt.date(2026, 11, 5), "today"),
        (None, None, dt.date(2026, 11, 6), "later"),
        (dt.date(2026, 11, 4), None, None, "overdue"),
        (dt.date(2026, 11, 5), None, None, "today"),
        (dt.date(2026, 11, 5), 11, None, "overdue"),
        (dt.date(2026, 11, 5), 12, None, "today"),
        (dt.date(2026, 11, 6), None, None, "later"),
    ],
)
def test_a_next_step_is_overdue_today_later_or_not_planned(
    cast: SimpleNamespace, on: dt.date | None, time: int | None, wait: dt.date | None, state: str
) -> None:
    deal = make_deal(next_step_on=on, next_step_at=at(11, 5, time) if time else None, waiting_until=wait)
    assert next_step_state(deal, THURSDAY) == state
    assert next_step_of(deal, THURSDAY).state == state
    assert [s for s in marks.STEP_STATES if Deal.objects.whose_next_step_is(s, THURSDAY).exists()] == [state]


def test_today_is_the_company_s_day(cast: SimpleNamespace) -> None:
    deal = make_deal(next_step_on=dt.date(2026, 11, 5))
    assert next_step_state(deal, dt.datetime(2026, 11, 4, 20, 59, tzinfo=dt.UTC)) == "later"
    assert next_step_state(deal, dt.datetime(2026, 11, 4, 21, 0, tzinfo=dt.UTC)) == "today"
    assert next_step_state(deal, dt.datetime(2026, 11, 5, 21, 0, tzinfo=dt.UTC)) == "overdue"


def test_the_norm_s_limit_is_where_working_days_exceed_it() -> None:
    # On Monday 9 November with a norm of 3: Tuesday 3 November is the last day that is not yet too long ago.
    assert norm_limit(3, at(11, 9)) == periods.local(dt.date(2026, 11, 3))
    assert norm_limit(3, at(11, 8)) == periods.local(dt.date(2026, 11, 2))


near = st.integers(-20 * 24, 4 * 24).map(lambda hours: THURSDAY + dt.timedelta(hours=hours))
days = st.none() | near.map(periods.day_of)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["Новый", "Договор", "Продано", "Отказ"]),
            near,
            st.none() | near,
            days,
            st.booleans(),
            days,
        ),
        min_size=1,
        max_size=6,
    ),
    norms=st.tuples(st.none() | st.integers(1, 8), st.none() | st.integers(1, 8)),
    moment=near,
)
def test_python_and_sql_agree_on_every_mark(
    cast: SimpleNamespace,
    rows: list[tuple[str, dt.datetime, dt.datetime | None, dt.date | None, bool, dt.date | None]],
    norms: tuple[int | None, int | None],
    moment: dt.datetime,
) -> None:
    funnel = make_funnel()
    client = make_plain_client()
    for name, norm in zip(("Новый", "Договор"), norms, strict=True):
        stage = stage_of(funnel, name)
        stage.norm_days = norm
        with operation(by=None):
            stage.save()
    ids = [
        make_deal(
            client,
            stage=stage_of(funnel, name),
            since=since,
            last_contact_at=contact,
            next_step_on=on,
            next_step_at=periods.local(on, dt.time(15)) if on and timed else None,
            waiting_until=wait,
        ).pk
        for name, since, contact, on, timed, wait in rows
    ]
    found = Deal.objects.filter(pk__in=ids)
    stuck = set(found.stuck_at(moment).values_list("pk", flat=True))
    forgotten = set(found.forgotten_at(moment).values_list("pk", flat=True))
    for deal in found.with_row_parts().with_marks(moment):
        assert deal.is_stuck == is_stuck(deal, moment) == (deal.pk in stuck)
        assert deal.is_forgotten == is_forgotten(deal, moment) == (deal.pk in forgotten)
        assert deal.step_state == next_step_state(deal, moment)
