"""Hours of the working day that are in force from a date on; the windows of working days that follow from them.

Moscow; Wednesday 4 November 2026 is a day off; Mon 2, Tue 3, Thu 5, Fri 6, Mon 9 are working days. It is Thursday noon.
"""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history import rollback
from core.history.operations import Operation
from core.periods import Clock, Window
from people import access, actions, calendar, hours
from people.models import CalendarDay, Role, Team, User, WorkingHours
from tests.factories import THURSDAY, make_hours, make_team, make_user

pytestmark = pytest.mark.django_db

EAST = "Asia/Vladivostok"
MICROSECOND = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def thursday() -> Iterator[Clock]:
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def admin() -> User:
    return make_user(role=Role.ADMIN)


def d(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def at(day: int, time: str) -> dt.datetime:
    """By the clocks of Moscow."""
    return periods.local(d(day), dt.time.fromisoformat(time))


def set_hours(by: User | None, since: dt.date, cutoff: int = 19, **fields: Any) -> WorkingHours:
    said = {"starts": dt.time(9), "cutoff": dt.time(cutoff), **fields}
    return actions.set_working_hours(by=by, since=since, **said)


# --- What holds on a day --------------------------------------------------------------------------------------------


def test_a_new_company_works_from_nine_to_six_on_any_day() -> None:
    assert calendar.starts(d(5)) == at(5, "09:00")
    assert calendar.cutoff(d(5)) == at(5, "18:00")
    assert calendar.cutoff(dt.date(1999, 1, 4)) == periods.local(dt.date(1999, 1, 4), dt.time(18))


def test_a_day_off_has_a_cut_off_too() -> None:
    assert calendar.cutoff(d(7)) == at(7, "18:00")


def test_later_hours_begin_on_their_day_and_leave_the_days_before_alone(admin: User) -> None:
    """Case 28."""
    set_hours(admin, d(9))
    assert calendar.cutoff(d(6)) == at(6, "18:00")
    assert calendar.cutoff(d(9)) == at(9, "19:00")
    assert calendar.window(d(9)) == Window(at(6, "18:00"), at(9, "19:00"))


def test_a_team_of_another_zone_has_its_own_day(admin: User) -> None:
    """Case 29: seven hours before Moscow."""
    team = make_team()
    make_hours(team=team, zone=EAST)
    assert calendar.cutoff(d(5), team) == at(5, "11:00")
    assert calendar.cutoff(d(5)) - calendar.cutoff(d(5), team) == dt.timedelta(hours=7)
    assert calendar.window(d(5), team) == Window(at(3, "11:00"), at(5, "11:00"))


def test_a_team_s_own_hours_go_over_later_ones_of_the_company(admin: User) -> None:
    team, other = make_team(), make_team()
    set_hours(admin, d(6), 17, team=team)
    set_hours(admin, d(9), 19)
    assert calendar.cutoff(d(5), team) == at(5, "18:00")
    assert calendar.cutoff(d(6), team) == at(6, "17:00")
    assert calendar.cutoff(d(9), team) == at(9, "17:00")
    assert calendar.cutoff(d(9), other) == at(9, "19:00")


def test_a_team_moves_to_another_zone_on_a_day_and_loses_no_moment(admin: User) -> None:
    team = make_team()
    set_hours(admin, d(9), 18, team=team, zone=EAST)
    assert calendar.zone_of(team, d(6)) == periods.company_zone()
    assert str(calendar.zone_of(team, d(9))) == EAST
    assert calendar.window(d(9), team) == Window(at(6, "18:00"), at(9, "11:00"))
    assert calendar.window(d(10), team).start == calendar.window(d(9), team).end


def test_a_shortened_day_goes_over_the_hours(admin: User) -> None:
    """Case 49."""
    with periods.clock(at(2, "12:00")):
        actions.add_calendar_exception(d(3), is_working=True, cutoff=dt.time(17), by=admin)
    assert calendar.cutoff(d(3)) == at(3, "17:00")
    assert calendar.working_day_of(at(3, "17:30")) == d(5)
    assert calendar.starts(d(3)) == at(3, "09:00")


def test_a_saturday_made_a_working_day_has_a_window_of_its_own(admin: User) -> None:
    """Case 31."""
    actions.add_calendar_exception(d(7), is_working=True, by=admin)
    assert calendar.window(d(7)) == Window(at(6, "18:00"), at(7, "18:00"))
    assert calendar.window(d(9)).start == at(7, "18:00")


# --- Which working day a moment belongs to --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (at(5, "18:00"), 5),
        (at(5, "18:00") + MICROSECOND, 6),
        (at(5, "00:00"), 5),
        (at(4, "12:00"), 5),
        (at(3, "18:00"), 3),
        (at(7, "11:00"), 9),
        (at(6, "23:59"), 9),
    ],
)
def test_the_end_belongs_to_the_window_and_the_start_to_the_one_before(moment: dt.datetime, day: int) -> None:
    assert calendar.working_day_of(moment) == d(day)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.integers(0, 60 * 24 * 21),
    st.sampled_from(["", EAST, "Europe/Kaliningrad", "Asia/Yekaterinburg"]),
    st.sampled_from(["", EAST, "Europe/Kaliningrad"]),
    st.integers(13, 23),
)
def test_every_moment_lies_in_the_window_of_its_working_day(
    db: None, minutes: int, before: str, after: str, cutoff: int
) -> None:
    """Whatever zone the team moves from and to, and however its hours change."""
    with periods.clock(THURSDAY):
        team = make_team()
        make_hours(team=team, zone=before)
        make_hours(team=team, since=d(9), cutoff=dt.time(cutoff), zone=after)
        moment = at(1, "00:00") + dt.timedelta(minutes=minutes)
        day = calendar.working_day_of(moment, team)
        assert calendar.is_working(day, team)
        assert moment in calendar.window(day, team)


def test_hours_are_read_once(django_assert_num_queries: Any) -> None:
    team = make_team()
    with calendar.kept(), django_assert_num_queries(1):  # the exceptions and the hours together
        for day in range(2, 28):
            calendar.window(d(day), team)
            calendar.working_day_of(at(day, "12:00"), team)
            calendar.share_of_day(None, dt.time(14), d(day), team)


# --- The share of a day ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "back", "share"),
    [
        (None, dt.time(14), Fraction(4, 9)),  # case 43
        (dt.time(14), None, Fraction(5, 9)),
        (dt.time(12), dt.time(15), Fraction(2, 3)),
        (None, None, Fraction(0)),
        (None, dt.time(8), Fraction(1)),
        (dt.time(18), None, Fraction(1)),
        (dt.time(8), dt.time(20), Fraction(0)),
    ],
)
def test_who_is_away_for_a_part_of_the_day_is_there_for_the_rest(
    away: dt.time | None, back: dt.time | None, share: Fraction
) -> None:
    assert calendar.share_of_day(away, back, d(5)) == share


def test_the_share_is_of_the_hours_of_that_day_by_the_clocks_of_the_team(admin: User) -> None:
    team = make_team()
    make_hours(team=team, starts=dt.time(10), cutoff=dt.time(18), zone=EAST)
    assert calendar.share_of_day(None, dt.time(14), d(5), team) == Fraction(1, 2)
    actions.add_calendar_exception(d(6), is_working=True, cutoff=dt.time(15), by=admin)
    assert calendar.share_of_day(None, dt.time(14), d(6), team) == Fraction(1, 5)


# --- Changed for days to come only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [d(5), d(3), dt.date(2020, 1, 1)])
def test_a_day_that_has_begun_keeps_its_hours(admin: User, day: dt.date) -> None:
    """Case 46."""
    with pytest.raises(ValidationError) as error:
        set_hours(admin, day)
    assert "6 ноября" in error.value.message_dict["since"][0].replace("\u00a0", " ")
    assert WorkingHours.objects.count() == 1


@pytest.mark.parametrize("day", [d(5), d(3)])
def test_a_day_that_has_begun_keeps_its_place_in_the_calendar(admin: User, day: dt.date) -> None:
    with pytest.raises(ValidationError) as error:
        actions.add_calendar_exception(day, is_working=False, by=admin)
    assert "6 ноября" in error.value.message_dict["day"][0].replace("\u00a0", " ")
    exception = actions.add_calendar_exception(day, is_working=False, by=None)
    with pytest.raises(ValidationError):
        actions.remove_calendar_exception(exception, by=admin)
    assert CalendarDay.objects.get() == exception


def test_today_is_that_of_the_team_and_of_the_zone_it_moves_to(admin: User, thursday: Clock) -> None:
    far, near = make_team(), make_team()
    make_hours(team=far, zone=EAST)
    thursday.move_to(at(5, "20:00"))  # Friday there
    for team, zone in ((far, EAST), (far, ""), (near, EAST)):
        with pytest.raises(ValidationError) as error:
            set_hours(admin, d(6), team=team, zone=zone)
        assert "since" in error.value.message_dict
    set_hours(admin, d(6), team=near)
    set_hours(admin, d(9), team=far, zone=EAST)


def test_a_second_call_for_a_day_replaces_the_first(admin: User) -> None:
    first, second = set_hours(admin, d(9), 19), set_hours(admin, d(9), 20)
    assert first.pk == second.pk
    assert calendar.cutoff(d(9)) == at(9, "20:00")


def test_two_rows_of_one_day_are_refused_beside_the_day() -> None:
    team = make_team()
    for owner in (None, team):
        make_hours(team=owner, since=d(9))
        with pytest.raises(ValidationError) as error:
            WorkingHours(team=owner, since=d(9)).full_clean(exclude=["created_at", "changed_at"])
        assert list(error.value.message_dict) == ["since"]


@pytest.mark.parametrize("cutoff", [9, 8])
def test_a_day_ends_after_it_starts(admin: User, cutoff: int) -> None:
    with pytest.raises(ValidationError) as error:
        set_hours(admin, d(9), cutoff)
    assert list(error.value.message_dict) == ["cutoff"]
    with pytest.raises(ValidationError) as error:
        actions.add_calendar_exception(d(9), is_working=True, cutoff=dt.time(cutoff), by=admin)
    assert list(error.value.message_dict) == ["cutoff"]


def test_hours_to_come_may_be_taken_back_those_in_force_not(admin: User) -> None:
    to_come = set_hours(admin, d(9))
    actions.remove_working_hours(to_come, by=admin)
    assert calendar.cutoff(d(9)) == at(9, "18:00")
    with pytest.raises(ValidationError):
        actions.remove_working_hours(WorkingHours.objects.get(), by=admin)
    assert calendar.cutoff(d(9)) == at(9, "18:00")


def test_a_cut_off_before_that_of_the_day_before_is_refused_whole(admin: User) -> None:
    """From a late evening in Kaliningrad to an early morning in Vladivostok."""
    team = make_team()
    make_hours(team=team, cutoff=dt.time(23, 30), zone="Europe/Kaliningrad")
    with pytest.raises(ValidationError) as error:
        actions.set_working_hours(
            by=admin, since=d(10), team=team, starts=dt.time(0), cutoff=dt.time(1), zone=EAST
        )
    assert list(error.value.message_dict) == ["cutoff"]
    assert WorkingHours.objects.filter(team=team).count() == 1


def test_a_company_s_day_is_not_cut_where_it_is_later_already(admin: User, thursday: Clock) -> None:
    team = make_team("Восток")
    make_hours(team=team, zone=EAST)
    thursday.move_to(at(5, "23:30"))  # half past six on Friday there
    make_hours(since=d(5), starts=dt.time(1))
    with pytest.raises(ValidationError, match="Восток"):
        actions.add_calendar_exception(d(6), is_working=True, cutoff=dt.time(5), by=admin)


def test_a_rollback_does_not_reach_days_that_have_begun(admin: User, thursday: Clock) -> None:
    set_hours(admin, d(6))
    done = Operation.objects.latest("pk")
    thursday.move_to(at(6, "09:00"))
    with pytest.raises(rollback.Refused, match="начались"):
        rollback.apply(done, by=admin, allowed=lambda model, ids: access.changeable(admin, model, ids))
    assert calendar.cutoff(d(6)) == at(6, "19:00")


def test_a_rollback_of_hours_to_come_is_fine(admin: User) -> None:
    set_hours(admin, d(6))
    done = Operation.objects.latest("pk")
    rollback.apply(done, by=admin, allowed=lambda model, ids: access.changeable(admin, model, ids))
    assert calendar.cutoff(d(6)) == at(6, "18:00")


def test_a_new_team_of_another_zone_has_always_been_there(admin: User) -> None:
    team = actions.create_team(name="Восток", zone=EAST, by=admin)
    assert calendar.cutoff(d(2), team) == at(2, "11:00")
    assert not WorkingHours.objects.filter(team=actions.create_team(name="Запад", by=admin)).exists()


# --- As people read them --------------------------------------------------------------------------------------------


def said(team: Team | None) -> list[tuple[dt.date, str, bool]]:
    return [(line.since, line.change, line.row is not None) for line in hours.lines_of(team)]


def test_the_hours_in_force_stand_first_and_those_to_come_say_what_changes(admin: User) -> None:
    set_hours(admin, d(9), 19)
    set_hours(admin, d(16), 19, starts=dt.time(10))
    assert said(None)[1:] == [(d(9), "до 19:00", True), (d(16), "10:00–19:00", True)]
    assert said(None)[0][1:] == ("09:00–18:00", False)


def test_a_team_reads_the_company_s_hours_until_its_own_begin(admin: User) -> None:
    team = make_team()
    set_hours(admin, d(6), 19)
    set_hours(admin, d(16), 20)
    set_hours(admin, d(9), 17, team=team)
    assert said(team)[1:] == [(d(6), "до 19:00", False), (d(9), "до 17:00", True)]
