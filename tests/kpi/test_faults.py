"""Whatever breaks, a day is closed once and whole: many closers at once, killed ones, operations on their way.

Processes are real and killed by SIGKILL; a sweep of a worker and one after a page take turns. The moments are seeded
and spread over what a whole sweep takes here, measured first, so that they fall before, into and after the closing.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from core.history.operations import operation
from kpi import barrier, checksums, closing, sweep
from kpi.closing import close_due
from kpi.models import Closing, Delay, Figure
from people import calendar
from tests.activities.factories import make_call, make_deal
from tests.factories import make_user
from tests.kpi.factories import Office, close_all, make_norm, november_day, office, value
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True)

KILLED = 20
AT_ONCE = 50
ON_POSTGRESQL = "On SQLite an operation holds the only write lock: there is nothing to wait for besides."


@pytest.fixture(name="office")
def _office(transactional_db: None) -> Iterator[Office]:
    with office() as made:
        close_all()
        yield made


# --- Processes --------------------------------------------------------------------------------------------------------


class Closers:
    """The processes of tests/kpi/closer.py on this test's database, with neither Redis nor a broker to be had."""

    def __init__(self, log: Path) -> None:
        self.log = log
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite":
            url = f"sqlite:///{name}"
        else:
            base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
            url = f"{base}/{name}"
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "TAKT_VAR": str(log.parent),
            "LOG_LEVEL": "WARNING",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kpi.closer"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            text=True,
        )
        assert self._answer() == "ready", log.read_text()

    def start(self, way: str, moment: Any) -> int:
        """The number of the process."""
        return int(self._ask(f"fork {way} {moment.isoformat()}"))

    def wait(self) -> list[int]:
        """How those that were started have ended, killed ones with -9."""
        return [int(code) for code in self._ask("wait").split()]

    def errors(self) -> list[str]:
        """What they have said that somebody must read."""
        return [
            line for line in self.log.read_text().splitlines() if " ERROR " in line or " CRITICAL " in line
        ]

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def _ask(self, line: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def closers(office: Office, tmp_path: Path) -> Iterator[Closers]:
    found = Closers(tmp_path / "closers.log")
    yield found
    found.end()


class Reader(threading.Thread):
    """Looks at closed days all the time, each time in one statement; `halves` are those that were not whole."""

    SQL = """SELECT c.id, (SELECT count(*) FROM kpi_personday p WHERE p.closing_id = c.id),
             (SELECT count(*) FROM kpi_figure f JOIN kpi_personday p ON p.id = f.person_day_id
              WHERE p.closing_id = c.id)
             FROM kpi_closing c ORDER BY c.id DESC LIMIT 1"""

    def __init__(self, people: int, figures: int) -> None:
        super().__init__(daemon=True)
        self.whole = (people, figures)
        self.looks = 0
        self.halves: list[tuple[int, ...]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                while not self.enough.wait(0.01):
                    cursor.execute(self.SQL)
                    self.halves += [row for row in cursor.fetchall() if tuple(row[1:]) != self.whole]
                    self.looks += 1
        finally:
            connections.close_all()


@contextmanager
def watching(reader: Reader) -> Iterator[None]:
    reader.start()
    try:
        yield
    finally:
        reader.enough.set()
        reader.join(10)


def staff(company: Office, count: int) -> None:
    """So many managers in all, with deals, so that a closing takes its time."""
    for number in range(count - 2):
        manager = make_user(f"Менеджер {number}", team=company.team)
        make_deal(make_client(manager=manager))


def is_whole(closed: Closing) -> bool:
    return checksums.of_rows(closed) == closed.checksum == checksums.anew(closed)


def test_killed_at_any_moment_a_closing_is_there_once_and_whole_or_not_at_all(office, closers):
    make_norm("conversations_held", 1)
    staff(office, 20)
    client = make_client(manager=office.anna)
    days = [november_day(2)]
    while len(days) <= KILLED:
        days.append(calendar.next_working_day(days[-1], office.team))
    for day in days:
        office.clock.move_to(calendar.starts(day, office.team))
        make_call(client)
    moments = [calendar.cutoff(day, office.team).replace(second=30) for day in days]
    began = time.monotonic()
    closers.start("web", moments[0])
    assert closers.wait() == [0]
    takes = time.monotonic() - began
    whole = Closing.objects.get(day=days[0])
    figures = Figure.objects.filter(person_day__closing=whole).count()
    chance = random.Random(20261105)
    reader = Reader(whole.people.count(), figures)
    left: list[bool] = []
    with watching(reader):
        for number, (day, moment) in enumerate(zip(days[1:], moments[1:], strict=True)):
            pid = closers.start("web" if number % 2 else "worker", moment)
            # Moments of a stratum each: chance alone would leave holes.
            time.sleep(takes * (number + chance.random()) / KILLED)
            os.kill(pid, signal.SIGKILL)
            closers.wait()
            left.append(not Closing.objects.filter(day=day).exists())
            office.clock.move_to(moment)
            sweep.sweep("command")
            assert Closing.objects.filter(day=day).count() == 1
    assert (reader.halves, reader.looks > KILLED) == ([], True)
    assert any(left), "some were killed before their end"
    closed = list(Closing.objects.filter(day__in=days).order_by("day"))
    assert len(closed) == len(days)
    assert all(is_whole(each) for each in closed)
    assert {value(office.anna, day, "conversations_held") for day in (2, 5, 9, 20)} == {1}
    assert closers.errors() == []


def test_of_fifty_closings_at_once_one_closes_and_the_others_are_quiet(office, closers):
    """Two schedulers, starts, pages and the command among them."""
    make_norm("conversations_held", 1)
    staff(office, 10)
    office.at(2)
    make_call(make_client(manager=office.anna))
    moment = office.at(2, "18:01")
    ways = ("worker", "web", "start", "command")
    for number in range(AT_ONCE):
        closers.start(ways[number % len(ways)], moment)
    assert closers.wait() == [0] * AT_ONCE, closers.log.read_text()
    closed = Closing.objects.get(day=november_day(2))
    assert is_whole(closed)
    assert value(office.anna, 2, "conversations_held") == 1
    assert closers.errors() == []
    assert not Delay.objects.exists()


@pytest.mark.parametrize("way", ["web", "command"])
def test_without_redis_and_worker_a_page_or_the_command_closes(office, closers, way):
    moment = office.at(2, "18:01")
    closers.start(way, moment)
    assert closers.wait() == [0]
    assert Closing.objects.get(day=november_day(2)).way == ("page" if way == "web" else "command")


# --- Connections ------------------------------------------------------------------------------------------------------


class Closer(threading.Thread):
    """Somebody who closes in a connection of their own."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.before = before
        self.closed: list[Closing] = []

    def run(self) -> None:
        try:
            self.before()
            self.closed = close_due("beat")
        finally:
            connections.close_all()


def test_what_was_stamped_before_the_cut_off_and_committed_after_the_closing_began_is_counted(
    office, monkeypatch
):
    make_norm("conversations_held", 1)
    client = make_client(manager=office.anna)
    waits, passed = threading.Event(), barrier.pass_barrier

    def pass_barrier() -> None:
        waits.set()
        passed()

    monkeypatch.setattr(closing, "pass_barrier", pass_barrier)
    office.at(2, "17:59:59")
    closer = Closer()
    with operation(by=office.anna) as op:
        office.at(2, "18:00:01")
        closer.start()
        assert waits.wait(20)
        closer.join(0.3)
        assert closer.is_alive(), "it waits for who was here before the cut-off"
        make_call(client)
    closer.join(30)
    assert op.at < closer.closed[-1].ends
    assert value(office.anna, 2, "conversations_held") == 1


def test_what_is_stamped_after_the_cut_off_while_the_day_is_counted_is_not_of_that_day(office, monkeypatch):
    """On PostgreSQL nobody waits for the figures; on SQLite the one who comes later waits for the write lock."""
    if connection.vendor != "postgresql":
        pytest.skip(ON_POSTGRESQL)
    make_norm("conversations_held", 1)
    client = make_client(manager=office.anna)
    counts, go_on, honest = threading.Event(), threading.Event(), closing._write

    def write(*args: Any) -> Any:
        counts.set()
        assert go_on.wait(20)
        return honest(*args)

    monkeypatch.setattr(closing, "_write", write)
    office.at(2, "18:00:01")
    closer = Closer()
    closer.start()
    assert counts.wait(20)
    make_call(client)
    go_on.set()
    closer.join(30)
    assert value(office.anna, 2, "conversations_held") == 0
    office.at(3, "18:01")
    monkeypatch.undo()
    assert value(office.anna, 3, "conversations_held") == 1


def test_an_operation_that_hangs_stops_nobody_and_the_day_waits_for_it(office, monkeypatch):
    """A session lost in the middle of an operation: the closing gives up for this minute instead of making everybody
    queue up behind it, the reason is written down where it can be, and the next minute closes."""
    monkeypatch.setattr(barrier, "PATIENCE", 0)
    monkeypatch.setattr(barrier, "QUEUE_SECONDS", 1)

    def without_patience() -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 100")

    office.at(2, "17:59:59")
    with operation(by=None):
        office.at(2, "18:00:01")
        closer = Closer(without_patience)
        closer.start()
        closer.join(30)
        assert not closer.is_alive()
        assert closer.closed == []
        noted = list(Delay.objects.values_list("error", flat=True))
        assert [error.partition(":")[0] for error in noted] == (
            ["StillRunning"] if connection.vendor == "postgresql" else []
        )
    assert [each.day for each in close_due("beat")] == [november_day(2)]


def test_a_connection_that_the_server_has_dropped_is_replaced(office):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server.")
    office.at(2, "18:01")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = cursor.fetchone()[0]

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
        connections.close_all()

    killer = threading.Thread(target=kill)
    killer.start()
    killer.join(10)
    assert [each.day for each in sweep.sweep("beat")] == [november_day(2)]
