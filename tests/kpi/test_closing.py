"""The closing of the day: by whoever comes first, once, whole; what is at fault keeps nobody else from theirs."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import connection

from core import outbox, periods
from core.history.operations import stamping_clock
from kpi import closing, heartbeat, sweep
from kpi.closing import close_due
from kpi.measuring import Measuring
from kpi.models import Closing, Counted, Delay, Figure, Heartbeat, PersonDay
from people.models import Appointment, Team
from tests.activities.factories import make_call
from tests.factories import by_system, make_hours, make_team, make_user
from tests.kpi.factories import close_all, make_norm, november_day, person_day, value
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


def closed_days(team: Team) -> list[str]:
    return [f"{day:%d.%m}" for day in team.closings.order_by("day").values_list("day", flat=True)]


@pytest.fixture
def retail(office: Any) -> Team:
    """A second team that closes its days at the same moment: its first one on Tuesday, 3 November."""
    team = make_team("Розница")
    make_user("Вера Краснова", team=team)
    office.at(2, "18:01")
    close_all()
    return team


@pytest.fixture
def at_fault(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Teams whose days cannot be counted."""
    teams: set[int] = set()
    honest = Measuring.judged

    def judged(measuring: Measuring) -> Any:
        if teams & {each.team.pk for each in measuring.days}:
            raise ArithmeticError("a figure that cannot be")
        return honest(measuring)

    monkeypatch.setattr(Measuring, "judged", judged)
    return teams


# --- Days -------------------------------------------------------------------------------------------------------------


def test_a_day_is_closed_after_its_cut_off_and_not_at_it(office):
    office.at(2, "18:00")
    close_all()
    assert "02.11" not in closed_days(office.team)
    office.clock.advance(microseconds=1)
    close_all()
    assert "02.11" in closed_days(office.team)


def test_days_nobody_closed_are_closed_one_after_the_other_and_days_off_are_none(office):
    office.at(10, "12:00")
    assert len(close_due("start")) == 6
    assert closed_days(office.team) == ["30.10", "02.11", "03.11", "05.11", "06.11", "09.11"]


def test_what_is_closed_is_closed_once(office):
    office.at(3, "18:01")
    first = close_due("beat")
    assert (len(first), close_due("page"), close_due("command")) == (3, [], [])
    assert set(Closing.objects.values_list("way", flat=True)) == {"beat"}


def test_a_day_that_fails_is_written_down_and_keeps_no_other_team_from_theirs(office, retail, at_fault):
    at_fault.add(office.team.pk)
    office.at(3, "18:01")
    assert [each.team for each in close_due("beat")] == [retail]
    row = Delay.objects.get()
    assert (row.team, row.day, row.failed_at) == (office.team, november_day(3), office.clock.moment)
    assert row.error == "ArithmeticError: a figure that cannot be"
    assert not PersonDay.objects.filter(person=office.anna, day=november_day(3)).exists()


def test_later_days_of_a_team_wait_for_the_one_that_failed_and_follow_it(office, retail, at_fault):
    at_fault.add(office.team.pk)
    office.at(6, "18:01")
    close_all()
    assert closed_days(office.team) == ["30.10", "02.11"]
    assert closed_days(retail) == ["03.11", "05.11", "06.11"]
    at_fault.clear()
    close_all()
    assert closed_days(office.team) == ["30.10", "02.11", "03.11", "05.11", "06.11"]


def test_a_day_waits_for_a_failed_one_of_the_team_its_people_came_from(office, retail, at_fault):
    """Else what they did on the failed day would be counted for the next one."""
    make_norm("conversations_held", 1)
    client = make_client(manager=office.anna)
    office.at(3)
    make_call(client)
    with by_system():
        before = Appointment.objects.get(user=office.anna)
        before.until = november_day(3)
        before.save()
        Appointment.objects.create(user=office.anna, role="manager", team=retail, since=november_day(5))
    at_fault.add(office.team.pk)
    office.at(5, "18:01")
    close_all()
    assert closed_days(retail) == ["03.11"]
    at_fault.clear()
    assert (value(office.anna, 3, "conversations_held"), value(office.anna, 5, "conversations_held")) == (
        1,
        0,
    )
    assert closed_days(retail) == ["03.11", "05.11"]


def test_somebody_moved_between_the_cut_offs_of_two_teams_is_closed_by_the_first(office):
    """A newcomer nobody knew when the day began: at 18:00 of one team, at 20:00 of another."""
    west = make_team("Запад")
    make_hours(west, zone="Europe/Kaliningrad", cutoff=dt.time(19))
    close_all()
    office.at(2, "10:00")
    newcomer = make_user("Нина Новая", team=office.team, since=november_day(2))
    office.at(2, "18:01")
    close_all()
    with by_system():
        place = Appointment.objects.get(user=newcomer)
        place.team = west
        place.save()
    office.at(2, "20:01")
    assert person_day(newcomer, 2).closing.team == office.team
    assert "02.11" in closed_days(west)


def test_a_half_written_day_is_none(office, monkeypatch):
    """Whatever fails after the first row: nothing of the day is there, and the next attempt is whole."""
    make_norm("conversations_held", 1)
    office.at(2)
    make_call(make_client(manager=office.anna))
    office.at(2, "18:01")

    def fails(*_args: Any) -> None:
        raise MemoryError

    before = [model.objects.count() for model in (Closing, PersonDay, Figure, Counted)]
    with monkeypatch.context() as patch:
        patch.setattr(closing, "_mark_counted", fails)
        close_all()
        assert [model.objects.count() for model in (Closing, PersonDay, Figure, Counted)] == before
    assert value(office.anna, 2, "conversations_held") == 1


def test_nobody_asks_another_clock_than_the_one_that_stamps_operations(db):
    """Two machines may disagree; on PostgreSQL the server's clock decides, which stamps operations, too."""
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite there is one machine.")
    before = stamping_clock()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        assert before < cursor.fetchone()[0].astimezone(dt.UTC) < stamping_clock()


# --- Who asks for it --------------------------------------------------------------------------------------------------


def test_the_workers_tick_closes_days_before_its_jobs_which_may_take_long(office, monkeypatch):
    office.at(2, "18:01")
    seen: list[bool] = []
    monkeypatch.setattr(
        "core.outbox.runner.run_due_jobs", lambda limit: seen.append(Closing.objects.exists()) or 0
    )
    outbox.tick()
    assert seen == [True]
    assert set(Closing.objects.values_list("way", flat=True)) == {"beat"}


def test_a_start_of_the_worker_is_told_from_its_minutes(office):
    office.at(2, "18:01")
    outbox.tick(way="start")
    assert set(Closing.objects.values_list("way", flat=True)) == {"start"}


def test_ticks_between_the_minutes_cost_nothing(office, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(sweep, "sweep", asked.append)
    office.at(2, "18:01")
    outbox.tick()
    outbox.tick()
    office.clock.advance(minutes=1)
    outbox.tick()
    assert asked == ["beat", "beat"]


def test_what_fails_in_the_closing_keeps_the_worker_from_no_job(office, monkeypatch):
    def fails(way: str) -> None:
        raise ArithmeticError

    monkeypatch.setattr(sweep, "close_due", fails)
    assert outbox.tick() >= 0
    assert Heartbeat.objects.filter(minute=office.clock.moment).exists()


def test_a_page_is_answered_first_and_sweeps_once_a_minute(office, monkeypatch, client):
    started: list[str] = []
    monkeypatch.setattr(sweep, "in_background", started.append)
    receivers = list(request_finished.receivers)
    monkeypatch.setattr("kpi.alarms.watching", False)
    sweep.watch_pages()
    try:
        for _request in range(3):
            client.get("/healthz")
        office.clock.advance(minutes=1)
        client.get("/healthz")
    finally:
        request_finished.receivers = receivers
    assert started == ["page", "page"]


def test_no_page_of_a_test_nor_of_a_command_sweeps(office, monkeypatch, client):
    monkeypatch.setattr(sweep, "in_background", pytest.fail)
    client.get("/healthz")


def test_only_one_sweep_runs_in_the_background_and_a_second_only_looks(monkeypatch):
    """A closing that hangs must not keep the alarm from being raised."""
    begun, go_on, looked = threading.Event(), threading.Event(), threading.Event()
    swept: list[str] = []

    def hangs(way: str) -> None:
        swept.append(way)
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr(sweep, "sweep", hangs)
    monkeypatch.setattr(sweep.alarms, "look", looked.set)
    sweep.in_background("page")
    assert begun.wait(10)
    sweep.in_background("page")
    assert looked.wait(10)
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "sweep":
            thread.join(10)
    assert swept == ["page"]
    assert not sweep._in_background.locked()


# --- Signs of life ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alive", "closed_at", "down"),
    [
        ("17:55", "18:20", False),
        ("17:54", "18:20", True),
        ("18:05", "18:20", False),
        ("18:06", "18:20", True),
        ("12:00", "18:05", False),
    ],
)
def test_the_system_was_unavailable_where_a_late_day_has_no_sign_of_life_about_its_cut_off(
    office, alive, closed_at, down
):
    close_all()
    office.is_up = False
    office.at(2, alive)
    heartbeat.beat()
    office.at(2, closed_at)
    sweep.sweep("start")
    assert Closing.objects.get(day=november_day(2)).system_down is down


def test_signs_of_life_are_one_a_minute_and_are_forgotten_after_a_while(office):
    with periods.clock(periods.now() + dt.timedelta(days=1)) as clock:
        for _beat in range(3):
            heartbeat.beat()
        assert Heartbeat.objects.filter(minute=clock.moment).count() == 1
        clock.advance(days=61)
        heartbeat.beat()
        heartbeat.forget_old()
        assert Heartbeat.objects.count() == 1
