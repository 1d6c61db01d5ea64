"""The closing, timed at real size: whole, by its phases, late, beside bare SQL; and who looks meanwhile.

A day is closed for good, timed to its commit, and then taken away again, so that every round meets the same database.
"""

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from core import periods
from core.history.operations import Operation
from crm.bench import bare_counts
from kpi import guard
from kpi.closing import close
from kpi.days import TeamDay, due, team_day
from kpi.measuring import Measuring
from kpi.models import Closing, Counted, Figure, PersonDay
from people import calendar

GOAL_MS, MUST_MS = 500.0, 1000.0
LIVE_TEAM_MS, LIVE_PERSON_MS = 300.0, 60.0
# How long after its cut-off every minute's task comes by.
_AFTER = dt.timedelta(seconds=4)
_LATE_BY_DAYS = 15


@dataclass(frozen=True)
class Row:
    """One measured thing; times in milliseconds. `p95_ms` of a few rounds is their longest; `cpu_ms` is what processors
    were busy for it, the database's too: on a machine with other work that is less than what the clock says."""

    name: str
    db: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    goal_ms: float | None = None
    queries: int | None = None
    rounds: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Took:
    """Milliseconds by the clock, and of processors."""

    wall: float
    cpu: float


def row(name: str, times: list[Took], goal_ms: float | None = None, queries: int | None = None) -> Row:
    """The row of the times of some rounds."""
    walls, cpus = [took.wall for took in times], [took.cpu for took in times]
    p95 = statistics.quantiles(walls, n=20)[-1] if len(walls) >= 20 else max(walls)
    return Row(
        name=name,
        db=connection.vendor,
        p50_ms=round(statistics.median(walls), 1),
        p95_ms=round(p95, 1),
        cpu_ms=round(statistics.median(cpus), 1),
        goal_ms=goal_ms,
        queries=queries,
        rounds=len(times),
    )


def last_moment() -> dt.datetime:
    """When this company was last worked in: the bench lives then, whatever today is."""
    found: dt.datetime | None = Operation.objects.aggregate(last=Max("at"))["last"]
    if found is None:
        raise LookupError("nobody has worked here: fill the database with `manage.py demo`")
    return found


def due_days() -> list[TeamDay]:
    """The one day of all teams that has just ended; LookupError if several wait, or none."""
    moment = calendar.cutoff(periods.day_of(last_moment())) + _AFTER
    found = due(moment)
    if len({each.day for each in found}) != 1:
        raise LookupError(
            "one day should be waiting to be closed: fill the database with `manage.py demo --size large`"
        )
    return found


def closing_rows(rounds: int) -> Iterator[Row]:
    """The whole closing of the waiting day, its phases, a late one, the bare SQL."""
    waiting = due_days()
    with periods.clock(waiting[0].cutoff + _AFTER):
        yield _whole(waiting, rounds)
        yield from _phases(waiting, rounds)
        yield row(
            "bare SQL: nine counts, stored",
            [_timed(lambda: bare_counts.store(waiting[0])) for _ in range(rounds)],
        )
        yield _late(waiting)
        yield from _live(waiting)


def close_and_forget(waiting: list[TeamDay]) -> Took:
    """Closes the days for good and takes them away again; how long the closing took."""
    took = _timed(lambda: close(waiting, Closing.Way.BEAT))
    forget(Closing.objects.filter(day=waiting[0].day))
    return took


def forget(closings: models.QuerySet[Closing]) -> None:
    """As if the days had never been closed: for measuring alone."""
    with transaction.atomic(), guard.lifted():
        ids = list(closings.values_list("pk", flat=True))
        days = PersonDay.objects.filter(closing__in=ids)
        for rows in (
            Figure.objects.filter(person_day__in=days.values("pk")), Counted.objects.filter(closing__in=ids), days,
            Closing.objects.filter(pk__in=ids),
        ):  # fmt: skip
            rows._raw_delete(rows.db)


def _whole(waiting: list[TeamDay], rounds: int) -> Row:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            close(waiting, Closing.Way.BEAT)
        transaction.set_rollback(True)
    times = [close_and_forget(waiting) for _round in range(rounds)]
    people = sum(1 for _seat in Measuring(waiting).seats)
    return row(f"closing of {people} people, whole", times, GOAL_MS, len(captured))


def _phases(waiting: list[TeamDay], rounds: int) -> Iterator[Row]:
    """Measured and judged by themselves; what is left of the whole is the writing."""
    measure, judge = [], []
    for _round in range(rounds):
        with calendar.kept():
            measuring = Measuring(waiting)
            measure.append(_timed(lambda: measuring.measured))  # noqa: B023  called at once
            judge.append(_timed(measuring.judged))
    yield row("… measured", measure)
    yield row("… judged", judge)


def _late(waiting: list[TeamDay]) -> Row:
    """A day of three weeks ago, as if nothing since had been closed."""
    day = calendar.add_working_days(waiting[0].day, -_LATE_BY_DAYS)
    with transaction.atomic():
        forget(Closing.objects.filter(day__gte=day))
        took = _timed(lambda: close([team_day(each.team, day) for each in waiting], Closing.Way.COMMAND))
        transaction.set_rollback(True)
    return row("closing of a day of three weeks ago", [took], MUST_MS)


def _live(waiting: list[TeamDay]) -> Iterator[Row]:
    """The figures of one running day, half an hour before its cut-off."""
    now = waiting[0].cutoff - dt.timedelta(minutes=30)
    team = max(waiting, key=lambda each: len(Measuring([each]).seats)).team
    person = Measuring([team_day(team, waiting[0].day, now)]).seats[0].person_id

    def look(*people: int) -> None:
        with calendar.kept():
            Measuring([team_day(team, waiting[0].day, now)], people=people or None).judged()

    look()
    yield row("live figures of a team of 50", [_timed(look) for _ in range(20)], LIVE_TEAM_MS)
    yield row(
        "live figures of one manager", [_timed(lambda: look(person)) for _ in range(20)], LIVE_PERSON_MS
    )


@contextmanager
def closings_elsewhere() -> Iterator[None]:
    """Another process closes the waiting day again and again, as long as the block runs."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--closing-again-and-again"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it has closed the day once
        yield
    finally:
        process.terminate()
        process.wait()


def close_again_and_again(say: Callable[[str], None]) -> None:
    """Until the process is ended."""
    waiting = due_days()
    with periods.clock(waiting[0].cutoff + _AFTER):
        while True:
            say(f"{close_and_forget(waiting).wall:.0f}")


def _timed(work: Callable[[], Any]) -> Took:
    cpu, start = _cpu(), time.perf_counter()
    work()
    wall = time.perf_counter() - start
    return Took(wall * 1000, (_cpu() - cpu) * 1000)


def _cpu() -> float:
    """Seconds of processors spent by this process and, where that runs here, by its server of the database."""
    spent = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        if stat.exists():
            ticks = stat.read_text().rpartition(")")[2].split()[11:13]
            spent += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return spent
