"""Who is looked at on a team's day, in which window, for how much of it they were there, and what is forgiven them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from core.periods import Window
from kpi.days import TeamDay
from kpi.indicators.base import Excuse
from kpi.models import PersonDay
from kpi.norms import NormTable
from people import calendar
from people.models import Absence, Appointment, Role, User

# A return from an absence is looked for as far back as the longest row of days off between two working days.
_LONGEST_PAUSE = dt.timedelta(30)


@dataclass(frozen=True)
class Seat:
    """One person on one day of one team."""

    person_id: int
    of: TeamDay
    window: Window
    # `Absence.kind` where the person is away the whole day and the day is not scored.
    absence: str = ""
    # How much of the working time the person is there: norms of flows are made smaller by it.
    share: Fraction = Fraction(1)
    excuses: tuple[Excuse, ...] = ()

    @property
    def is_scored(self) -> bool:
        return not self.absence


def seats_of(days: Sequence[TeamDay], norms: NormTable) -> list[Seat]:
    """The people of the days, which have one date and end at one moment. A fixed number of queries.

    Managers, and heads with a norm of their own; each by the appointment that covers the day as it was known when the
    day's settings were taken, a newcomer by the first one known. A person's window starts where their last closed day
    ended, so between two teams nothing is lost or counted twice.
    """
    teams = {each.team.pk: each for each in days}
    people = [
        (person, teams[team])
        for person, (team, role) in _appointments(days[0]).items()
        if team in teams and (role == Role.MANAGER or person in norms.people)
    ]
    # A newcomer who was moved between the cut-offs of two teams has been seen by the one that closed first.
    elsewhere = PersonDay.objects.filter(day=days[0].day).exclude(closing__team__in=teams)
    seen = set(elsewhere.values_list("person", flat=True))
    people = [(person, of) for person, of in people if person not in seen]
    ids = [person for person, _of in people]
    # The latest of each by the index, however many there are.
    days_of = PersonDay.objects.filter(person=OuterRef("pk"), day__lt=days[0].day).order_by("-ends")
    ended: dict[int, dt.datetime | None] = dict(
        User.all_objects.filter(pk__among=ids)
        .order_by()
        .values_list("pk", Subquery(days_of.values("ends")[:1]))
    )
    absences = _absences(days[0], ids)
    return [
        _seat(person, of, ended.get(person), absences[person]) for person, of in sorted(people, key=_by_id)
    ]


def _by_id(pair: tuple[int, TeamDay]) -> int:
    return pair[0]


def _appointments(of: TeamDay) -> dict[int, tuple[int, str]]:
    """{person: (team, role)} on the day: as known when its settings were taken, of others as known at its end."""
    covers = Q(until__isnull=True) | Q(until__gte=of.day)
    found: dict[int, tuple[int, str]] = {}
    for moment in (of.settings_moment, of.moment):
        rows = Appointment.versions.at(max(moment, of.settings_moment)).filter(
            covers, deleted_at__isnull=True, since__lte=of.day
        )
        places = rows.order_by("since", "pk").values_list("user", "team", "role")
        known = {person: (team, role) for person, team, role in places}
        found = known | found
    return {person: place for person, place in found.items() if place[1] in (Role.MANAGER, Role.HEAD)}


def _absences(of: TeamDay, ids: list[int]) -> dict[int, list[Any]]:
    """All absences of those who are away or may have just come back: one may follow another for months."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = Absence.versions.at(of.moment).filter(deleted_at__isnull=True, since__lte=of.day)
    near = rows.filter(user__among=ids, until__gte=of.day - _LONGEST_PAUSE)
    for row in rows.filter(user_id__in=near.order_by().values("user_id")).order_by("since", "pk"):
        found[row.user_id].append(row)
    return found


def _seat(person_id: int, of: TeamDay, ended: dt.datetime | None, absences: list[Any]) -> Seat:
    start = of.window.start if ended is None else min(ended, of.window.end)
    absence, share = "", Fraction(1)
    whole = []
    for row in absences:
        if row.from_time is None and row.until_time is None:
            whole.append(row)
            if row.since <= of.day <= row.until:
                absence = row.kind
        elif row.since == of.day:
            share = calendar.share_of_day(row.from_time, row.until_time, of.day, of.team)
    if share == 0 and not absence:  # away from the first to the last minute
        absence = next(row.kind for row in absences if row.since == of.day)
    return Seat(person_id, of, Window(start, of.window.end), absence, share, _excuses(person_id, of, whole))


def _excuses(person_id: int, of: TeamDay, absences: list[Any]) -> tuple[Excuse, ...]:
    """Days of absence, up to the eve of the return, as long as the person is away or back for the first day only.

    Absences that follow each other without a working day between them are one.
    """
    found: list[Excuse] = []
    since: dt.date | None = None
    back: dt.date | None = None
    for row in absences:
        if since is None or back is None or row.since > back:
            since = row.since
        back = calendar.next_working_day(row.until, of.team)
        if of.day <= back:
            found.append(Excuse(person_id, since, back - dt.timedelta(1)))
    return tuple(found)
