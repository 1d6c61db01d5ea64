"""The closing of the day: whatever asks for it (every minute's task, a start, a page, the command), the same function.

A day is closed in one transaction, once: the unique key of (team, day) decides, not the asker. It begins behind the
barrier (`kpi.barrier`), so that everything stamped before the cut-off is counted, and asks no later clock than the one
that stamps operations.
"""

import datetime as dt
import gc
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from core import periods
from core.bulk import insert_rows
from core.history.operations import stamping_clock
from kpi import days
from kpi.barrier import StillRunning, one_at_a_time, pass_barrier
from kpi.checksums import checksum, texts_of
from kpi.days import TeamDay
from kpi.heartbeat import was_down
from kpi.indicators import definition_of
from kpi.measuring import DayOf, Measuring
from kpi.models import Closing, Counted, Delay, Figure, Indicator, Norm, PersonDay
from kpi.rules import Rules
from people import calendar
from people.models import Appointment

log = logging.getLogger(__name__)

# Nothing is wrong with the day: the database is away, or somebody holds it. No other day would fare better now.
_LATER = (OperationalError, InterfaceError, StillRunning)


def close_due(way: str, moment: dt.datetime | None = None) -> list[Closing]:
    """Closes every (team, day) whose cut-off has passed by the moment (now by default), in order; those it has closed.

    Safe to be called by any number of processes at once. A day that fails is in the log and in `Delay` and does not
    keep other teams from theirs. Later days of its team wait for it, and those of teams its people have moved to.
    """
    closed: list[Closing] = []
    stuck: list[TeamDay] = []
    together = groupby(days.due(moment or stamping_clock()), key=lambda each: (each.window.end, each.day))
    for _key, group in together:
        ready = [each for each in group if not _waits(each, stuck)]
        try:
            closed += _close_each(ready, way, stuck)
        except _LATER as error:
            _note(ready, error)
            break
    return closed


def _close_each(ready: list[TeamDay], way: str, stuck: list[TeamDay]) -> list[Closing]:
    """All of them at once or, where one fails, one by one; those that fail by themselves are added to `stuck`."""
    try:
        return close(ready, way)
    except _LATER:
        raise
    except Exception as error:
        if len(ready) > 1:
            log.warning("The day %s is closed team by team: %r", ready[0].day, error)
            return [closing for each in ready for closing in _close_each([each], way, stuck)]
        stuck += ready
        _note(ready, error)
        return []


def _waits(each: TeamDay, stuck: list[TeamDay]) -> bool:
    """Whether a day has to wait for one that could not be closed: what its people did then must be counted first."""
    if not stuck:
        return False
    if each.team.pk in {other.team.pk for other in stuck}:
        return True
    there = Q()
    for other in stuck:
        there |= Q(team=other.team) & _covers(other.day)
    moved = Appointment.objects.filter(there).values("user")
    return Appointment.objects.filter(_covers(each.day), team=each.team, user__in=moved).exists()


def _covers(day: dt.date) -> Q:
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def _note(failed: list[TeamDay], error: Exception) -> None:
    """Says in the log and in the rows of the days why they could not be closed; nothing if somebody else has closed
    them meanwhile."""
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        open_ = [each for each in failed if not _is_closed(each)]
        if open_:
            log.error("The day %s was not closed.", open_[0].day, exc_info=error)
        if connection.vendor == "sqlite" and isinstance(error, OperationalError):
            return  # somebody holds the only write lock: one would wait for it in vain again
        values = {"failed_at": periods.now(), "error": f"{type(error).__name__}: {error}"[:300]}
        Delay.objects.bulk_create(
            [Delay(team=each.team, day=each.day, **values) for each in open_],
            update_conflicts=True,
            unique_fields=["team", "day"],
            update_fields=list(values),
        )
    except DatabaseError:
        log.exception("The day %s was not closed, and it could not be noted: %r", failed[0].day, error)


def _is_closed(each: TeamDay) -> bool:
    return Closing.objects.filter(team=each.team, day=each.day).exists()


def close(due: Sequence[TeamDay], way: str) -> list[Closing]:
    """Closes days of one date and cut-off, all or none; those that somebody else has closed meanwhile are left out."""
    if not due:
        return []
    pass_barrier()
    with calendar.kept(), _uncollected(), transaction.atomic():
        one_at_a_time()
        taken = Closing.objects.filter(day=due[0].day, team__in=[each.team for each in due])
        done = set(taken.values_list("team", flat=True))
        due = [each for each in due if each.team.pk not in done]
        closed = _write(Measuring(due), way) if due else []
    for closing in closed:
        log.info("Closed: %s, by %s.", closing, way)
    return closed


@contextmanager
def _uncollected() -> Iterator[None]:
    """Everything that is made stays until the end: looking for garbage among it would be an eighth of the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write(measuring: Measuring, way: str) -> list[Closing]:
    everybody = measuring.judged()
    people: dict[int, list[tuple[PersonDay, list[str]]]] = defaultdict(list)
    rows = [person_day(day) for day in everybody]
    for day, row in zip(everybody, rows, strict=True):
        people[day.seat.of.team.pk].append((row, texts_of(day)))
    now = periods.now()
    made = Closing.objects.bulk_create(
        [
            Closing(
                team=each.team,
                day=each.day,
                starts=each.window.start,
                ends=each.window.end,
                closed_at=now,
                way=way,
                system_down=was_down(each.window.end, now),
                checksum=checksum(people[each.team.pk]),
            )
            for each in measuring.days
        ]
    )
    closings = {closing.team_id: closing for closing in made}
    for day, row in zip(everybody, rows, strict=True):
        row.closing = closings[day.seat.of.team.pk]
    columns = [field.attname for field in PersonDay._meta.concrete_fields if not field.primary_key]
    insert_rows(PersonDay, {name: [getattr(row, name) for row in rows] for name in columns})
    keys = dict(PersonDay.objects.filter(closing__in=made).values_list("person", "pk"))
    _write_figures(everybody, [keys[row.person_id] for row in rows])
    _mark_counted(measuring, everybody, closings)
    return made


def person_day(day: DayOf) -> PersonDay:
    """The person's row of the day, which does not know its closing yet."""
    seat = day.seat
    length = seat.of.seconds
    verdicts = Counter(figure.verdict for figure in day.figures) if seat.is_scored else Counter()
    return PersonDay(
        person_id=seat.person_id,
        day=seat.of.day,
        starts=seat.window.start,
        ends=seat.window.end,
        scored=seat.is_scored,
        absence=seat.absence,
        seconds_present=0 if seat.absence else int(length * seat.share),
        seconds_of_day=length,
        points=day.points,
        met=verdicts[Figure.Verdict.MET],
        within=verdicts[Figure.Verdict.WITHIN],
        missed=verdicts[Figure.Verdict.MISSED],
    )


def _write_figures(everybody: list[DayOf], person_days: list[int]) -> None:
    lines = [(pk, figure) for pk, day in zip(person_days, everybody, strict=True) for figure in day.figures]
    rules = Rules([figure for _pk, figure in lines])
    insert_rows(
        Figure,
        {
            "person_day_id": [pk for pk, _figure in lines],
            "rule_id": [rules.id_of(figure) for _pk, figure in lines],
            "indicator_id": [figure.indicator.record_id for _pk, figure in lines],
            "period": [figure.period for _pk, figure in lines],
            "value": [figure.measured.value for _pk, figure in lines],
            "base": [figure.measured.base for _pk, figure in lines],
            "verdict": [figure.verdict for _pk, figure in lines],
            "points": [figure.points for _pk, figure in lines],
            "records": [figure.measured.records for _pk, figure in lines],
        },
    )


def _mark_counted(measuring: Measuring, everybody: list[DayOf], closings: dict[int, Closing]) -> None:
    """What this day counted is counted by no later day."""
    sources = {
        row.record_id: definition_of(row).source
        for row in measuring.indicators
        if row.kind != Indicator.Kind.RATIO
    }
    counted = {
        (source, pk): closing
        for day in everybody
        for closing in (closings[day.seat.of.team.pk].pk,)
        for figure in day.figures
        if figure.period == Norm.Period.DAY and (source := sources.get(figure.indicator.record_id))
        for pk in figure.measured.ids
    }
    insert_rows(
        Counted,
        {
            "source": [source for source, _pk in counted],
            "record_id": [pk for _source, pk in counted],
            "closing_id": list(counted.values()),
        },
    )
