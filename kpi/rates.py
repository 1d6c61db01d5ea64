"""Rates and bonuses as their page shows them: what holds now, what held before, what comes."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import format_money
from kpi.actions import pay
from kpi.models import Bonus, PersonDay, Rate
from kpi.pay import Worth, month_at, next_month
from people import access, dated
from people.models import Appointment, Role, Team, User


@dataclass(frozen=True)
class Line:
    """One row from its month on."""

    row: Any
    is_now: bool
    # A month without a closed day: it may be taken back.
    may_drop: bool

    @property
    def is_to_come(self) -> bool:
        return self.may_drop and not self.is_now


@dataclass(frozen=True)
class RatesOf:
    """The rates of the company (without a team) or of one team, the latest first."""

    team: Team | None
    lines: Sequence[Line]


@dataclass(frozen=True)
class BonusesOf:
    """One person's bonuses, the latest first."""

    person: User
    team: Team | None
    now: Decimal | None
    lines: Sequence[Line]
    may_set: bool

    @property
    def others(self) -> list[Line]:
        return [line for line in self.lines if not line.is_now]


def rates_of(teams: Iterable[Team]) -> list[RatesOf]:
    """The company's rates, then those of the teams, also of teams that have none of their own."""
    by_team: dict[int | None, list[Rate]] = defaultdict(list)
    for row in Rate.objects.order_by("-since"):
        by_team[row.team_id].append(row)
    found = []
    for team in (None, *teams):
        rows = by_team[team.pk if team else None]
        lines = _lines(rows, month_at(dated.today_of(team)), pay.earliest_for_rate(team)) if rows else []
        found.append(RatesOf(team, lines))
    return found


def bonuses_of(user: User) -> list[BonusesOf]:
    """Those who are paid by points and whose bonus the reader may look at. A fixed number of queries."""
    places = Appointment.objects.in_force().filter(
        user__in=access.people_visible_to(user), role__in=[Role.MANAGER, Role.HEAD]
    )
    people = []
    for place in places.select_related("user", "team", "department"):
        place.user.appointment = place  # asked for below, for everybody
        people.append(place.user)
    rows: dict[int, list[Bonus]] = defaultdict(list)
    for row in Bonus.objects.filter(user__in=people).order_by("-since"):
        rows[row.user_id].append(row)
    month = month_at(dated.today_of(None))
    begun = set(
        PersonDay.objects.filter(person__in=people, day__gte=month)
        .order_by()
        .values_list("person", flat=True)
        .distinct()
    )
    found = []
    for one in people:
        earliest = next_month(month) if one.pk in begun else month
        lines = _lines(rows[one.pk], month, earliest)
        now = next((line.row.amount for line in lines if line.is_now), None)
        found.append(BonusesOf(one, one.team, now, lines, pay.may_set_bonus_of(one, user)))
    return sorted(found, key=lambda each: (each.team.name if each.team else "", each.person.name))


def _lines(rows: Sequence[Any], month: dt.date, earliest: dt.date) -> list[Line]:
    """The rows stand with the latest first."""
    now = next((row for row in rows if row.since <= month), None)
    return [Line(row, row is now, row.since >= earliest) for row in rows]


def words_of(worth: Worth) -> str:
    """«За балл выше нуля 100 ₽, не больше 5 000 ₽; …»: the whole rate in one sentence."""
    plus = _("%(sum)s for a point above zero") % {"sum": format_money(worth.plus_rate)}
    if worth.plus_cap is not None:
        plus += ", " + _("at most %(sum)s a month") % {"sum": format_money(worth.plus_cap)}
    minus = _("%(sum)s for a point below zero") % {"sum": format_money(worth.minus_rate)}
    if worth.minus_cap is not None:
        minus += ", " + _("at most %(sum)s a month") % {"sum": format_money(worth.minus_cap)}
    return f"{plus}; {minus}"
