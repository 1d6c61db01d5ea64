"""The rules of the game as they are in force for somebody on a day: norms, points, the rate, by when.

What they say has a digest, which names the version: whoever confirms having read it confirms that digest, and another
norm, rate or cut-off is another version. Dated settings never change for days past, so an old version can be shown
again by its day.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kpi import indicators
from kpi.models import Indicator, Norm, Rate, RulesRead
from kpi.norms import is_for, rank
from kpi.pay import month_at, rates_in_force
from kpi.words import norm_in_words, points_in_words
from people import calendar, dated
from people.calendar import Hours
from people.models import Appointment, Role, Team, User

_WEEK = range(7)
_JUDGED = ("direction", "low", "high", "tolerance", "points_met", "points_within", "points_missed")


@dataclass(frozen=True)
class Line:
    """One norm of the page."""

    norm: Norm

    @property
    def indicator(self) -> Indicator:
        return self.norm.indicator

    @property
    def words(self) -> str:
        return norm_in_words(self.norm, indicators.unit_of(self.indicator))

    @property
    def worth(self) -> str:
        return points_in_words(self.norm)

    @property
    def said(self) -> list[str]:
        """All that a person is judged by, whatever the language."""
        counted = (
            "code",
            "counts_imports",
            "activity_kind_id",
            "group",
            "held",
            "direction",
            "numerator_id",
            "denominator_id",
            "as_percent",
        )
        return [
            *(str(getattr(self.indicator, name)) for name in counted),
            str(self.norm.period),
            str(self.norm.weekday),
            *(str(getattr(self.norm, name)) for name in _JUDGED),
        ]


@dataclass
class Rulebook:
    """The page of one person, or of a team without one (then the norms are the team's)."""

    team: Team
    day: dt.date
    hours: Hours
    norms: list[Norm]
    rate: Rate | None
    person: User | None = None

    @cached_property
    def lines(self) -> list[Line]:
        """The norms in force on the day, in the order of the indicators."""
        return [Line(norm) for norm in self._holding(self.day)]

    @cached_property
    def coming(self) -> list[Line]:
        """Norms that begin after the day: read in time, part of no version yet."""
        rows = sorted((row for row in self.norms if row.since > self.day), key=lambda row: row.since)
        return [Line(row) for row in rows if row in self._holding(row.since)]

    @cached_property
    def own(self) -> list[Line]:
        """On a team's page: the norms of single people of it."""
        rows = [row for row in self._on(self.day) if row.user_id is not None]
        return [Line(row) for row in sorted(rows, key=lambda row: str(row.user))] if not self.person else []

    @cached_property
    def digest(self) -> str:
        rate = self.rate
        content = {
            "hours": [str(part) for part in self.hours],
            "norms": sorted(line.said for line in self.lines),
            "rate": [
                str(getattr(rate, name)) for name in ("plus_rate", "minus_rate", "plus_cap", "minus_cap")
            ]
            if rate
            else [],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def version(self) -> str:
        """What people call the version by: the beginning of its digest."""
        return short(self.digest)

    def _holding(self, day: dt.date) -> list[Norm]:
        return norms_for(self._on(day), self.person.pk if self.person else 0, self.team.pk)

    def _on(self, day: dt.date) -> list[Norm]:
        return [row for row in self.norms if row.since <= day and (row.until is None or row.until >= day)]


def short(digest: str) -> str:
    return digest[:6]


def norms_for(rows: Iterable[Norm], person_id: int, team_id: int) -> list[Norm]:
    """Of norms in force those that hold for the person (0: for anybody of the team), by indicator and period: the one
    of every day, and those of weekdays that go over it."""
    together: dict[tuple[int, int, str], list[Norm]] = {}
    for row in rows:
        if row.indicator.retired_at is None and is_for(row, person_id, team_id):
            key = (row.indicator.position, row.indicator_id, row.period)
            together.setdefault(key, []).append(row)
    found: list[Norm] = []
    for _key, known in sorted(together.items()):
        known.sort(key=rank, reverse=True)
        usual = [row for row in known if row.weekday is None][:1]
        special = [next(row for row in known if row.weekday in (None, day)) for day in _days_of(known)]
        found += usual + [row for row in special if row.weekday is not None]
    return found


def _days_of(rows: Iterable[Norm]) -> list[int]:
    return [day for day in _WEEK if any(row.weekday == day for row in rows)]


def rulebooks(team: Team, people: Iterable[User | None], day: dt.date) -> list[Rulebook]:
    """A page for each (None: the team's own). The count of queries does not depend on how many."""
    members = [person.pk for person in people if person] or None
    norms = Norm.objects.exclude(until__lt=day).select_related(
        "indicator__activity_kind", "indicator__numerator", "indicator__denominator", "team", "user"
    )
    rows = [row for row in norms.order_by("since", "pk") if row.team_id in (None, team.pk)]
    if members is None:
        members = list(Appointment.objects.in_force(day).filter(team=team).values_list("user", flat=True))
    rows = [row for row in rows if row.user_id is None or row.user_id in members]
    rate = rates_in_force([team.pk], month_at(day)).get(team.pk)
    hours = calendar.hours(day, team)
    return [Rulebook(team, day, hours, rows, rate, person) for person in people]


def rulebook_of(user: User, day: dt.date | None = None) -> Rulebook | None:
    """The page of a manager or a head who is in a team; None for others."""
    if user.team is None:
        return None
    person = user if user.role == Role.MANAGER else None
    return rulebooks(user.team, [person], day or dated.today_of(user.team))[0]


# --- Who has read which version -------------------------------------------------------------------------------------


@dataclass
class Reader:
    """A manager of the team, and what they have confirmed."""

    person: User
    book: Rulebook
    reads: list[RulesRead] = field(default_factory=list)

    @property
    def this(self) -> RulesRead | None:
        """The confirmation of the version in force."""
        return next((row for row in self.reads if row.digest == self.book.digest), None)

    @property
    def before(self) -> RulesRead | None:
        """The last confirmation of another version."""
        return next((row for row in self.reads if row.digest != self.book.digest), None)


def readers(team: Team, day: dt.date) -> list[Reader]:
    """The team's managers with their pages and confirmations, the latest first."""
    rows = Appointment.objects.in_force(day).filter(team=team, role=Role.MANAGER).select_related("user")
    people = [row.user for row in rows.order_by("user__name") if row.user.is_active]
    reads: dict[int, list[Any]] = {}
    for row in RulesRead.objects.filter(user__in=people).order_by("-at"):
        reads.setdefault(row.user_id, []).append(row)
    books = rulebooks(team, people, day) if people else []
    return [
        Reader(person, book, reads.get(person.pk, [])) for person, book in zip(people, books, strict=True)
    ]


def confirmation_of(user: User, book: Rulebook) -> RulesRead | None:
    return RulesRead.objects.filter(user=user, digest=book.digest).first()
