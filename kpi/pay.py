"""From points to money: rates, bonuses, and what a person's month comes to. Screen, sheet and Excel ask here.

A day belongs to the team it was closed with, so who changed teams within a month has a share in each. The caps and the
bonus of a month are one person's and count once: what one team's share has taken is not there for the next one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from core.periods import first_of
from kpi.models import Bonus, Closing, Correction, Payroll, PayrollLine, PersonDay, Rate
from kpi.results import Result, changed_later, results_of
from people.models import Team, User

ZERO = Decimal("0.00")
# A correction's stamp is taken before it waits for an approval that is under way: looked for from this much earlier.
_MARGIN = dt.timedelta(days=1)


@dataclass(frozen=True)
class Worth:
    """What a point is worth, within which caps (None: without one)."""

    plus_rate: Decimal = ZERO
    minus_rate: Decimal = ZERO
    plus_cap: Decimal | None = None
    minus_cap: Decimal | None = None

    @classmethod
    def of(cls, row: Rate | PayrollLine | None) -> "Worth":
        """As a rate or a frozen line says; nothing at all where no rate is in force."""
        if row is None:
            return cls()
        return cls(row.plus_rate, row.minus_rate, row.plus_cap, row.minus_cap)


def bonus_of(points: int, *, rate: Worth | Rate | PayrollLine | None, bonus: Decimal) -> Decimal:
    """What the points add to the bonus; below zero: what they reduce it by, never by more than it is.

    Points above zero and below zero have a rate and a cap of their own.
    """
    worth = rate if isinstance(rate, Worth) else Worth.of(rate)
    if points >= 0:
        return _at_most(points * worth.plus_rate, worth.plus_cap)
    return -min(_at_most(-points * worth.minus_rate, worth.minus_cap), max(bonus, ZERO)) or ZERO


def share_of(points: int, worth: Worth, bonus: Decimal, elsewhere: Iterable[Decimal] = ()) -> Decimal:
    """`bonus_of` where other teams' shares of the person's month have taken their parts of the caps and the bonus."""
    given = list(elsewhere)
    added = sum((amount for amount in given if amount > 0), ZERO)
    taken = -sum((amount for amount in given if amount < 0), ZERO)
    room = Worth(
        worth.plus_rate, worth.minus_rate, _less(worth.plus_cap, added), _less(worth.minus_cap, taken)
    )
    return bonus_of(points, rate=room, bonus=bonus - taken)


def _at_most(amount: Decimal, cap: Decimal | None) -> Decimal:
    return amount if cap is None else min(amount, cap)


def _less(cap: Decimal | None, taken: Decimal) -> Decimal | None:
    return None if cap is None else max(cap - taken, ZERO)


# --- What is in force -----------------------------------------------------------------------------------------------


def month_at(day: dt.date) -> dt.date:
    """The first day of the month the day lies in: by it months are named."""
    return first_of("month", day)


def next_month(month: dt.date) -> dt.date:
    return first_of("month", month + dt.timedelta(31))


def rate_in_force(team: Team | int, month: dt.date) -> Rate | None:
    """The team's own rate, else the company's; None where neither has one yet."""
    pk = team if isinstance(team, int) else team.pk
    return rates_in_force([pk], month).get(pk)


def rates_in_force(teams: Collection[int], month: dt.date) -> dict[int, Rate]:
    """{team: rate}: a team's own holds over the company's. One query."""
    rows = Rate.objects.filter(Q(team__isnull=True) | Q(team__in=teams), since__lte=month).order_by("since")
    latest: dict[int | None, Rate] = {row.team_id: row for row in rows}
    found = {team: latest.get(team) or latest.get(None) for team in teams}
    return {team: rate for team, rate in found.items() if rate is not None}


def bonus_in_force(user: User, month: dt.date) -> Decimal:
    """The person's bonus of the month before points; nothing where none was set."""
    return bonuses_in_force([user.pk], month).get(user.pk, ZERO)


def bonuses_in_force(people: Collection[int], month: dt.date) -> dict[int, Decimal]:
    """{person: bonus}. One query."""
    rows = Bonus.objects.filter(user__in=people, since__lte=month).order_by("since")
    return {row.user_id: row.amount for row in rows}


def hold(team_id: int) -> None:
    """Until the end of the operation nobody else approves a month of the team or corrects one of its days."""
    list(Team.all_objects.select_for_update(no_key=True).filter(pk=team_id).values_list("pk"))


# --- A month --------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """Closed days counted, and their points: days whose points count; days without system that nobody has decided
    about yet; absences, excused days, days without system that do not count."""

    scored: int = 0
    waiting: int = 0
    not_scored: int = 0
    points: int = 0

    def add(self, result: Result) -> None:
        counts = result.scored and not result.waits and not result.dropped
        self.scored += counts
        self.waiting += result.waits
        self.not_scored += not counts and not result.waits
        self.points += result.points


@dataclass
class Share:
    """One person's month in one team: its closed days, and what they come to.

    Approved (`line`), days, points and money stand as they were approved; what corrections change afterwards is an
    `Again`. Else they are as of now.
    """

    person: User
    team: Team
    month: dt.date
    worth: Worth
    bonus: Decimal
    tally: Tally = field(default_factory=Tally)
    # The days themselves, where they were asked for.
    days: list[Result] = field(default_factory=list)
    line: PayrollLine | None = None
    amount: Decimal = ZERO

    @property
    def points(self) -> int:
        return self.line.points if self.line else self.tally.points


def month_of(
    month: dt.date, *, team: Team | None = None, people: Collection[User | int] | None = None
) -> list[Share]:
    """The shares of a team or of people in the month (its first day), by team and name; without closed days none.

    A fixed number of queries for any number of people.
    """
    days = PersonDay.objects.filter(day__gte=month, day__lt=next_month(month))
    if team is not None:
        days = days.filter(person__in=days.filter(closing__team=team).order_by().values("person"))
    if people is not None:
        days = days.filter(person__in=people)
    shares: dict[tuple[int, int], Share] = {}
    # What money does not hang on is left out: the moments alone cost as much as the rest.
    rows = _with_their_own(days.order_by("day").defer("starts", "ends", "seconds_present", "seconds_of_day"))
    # As approved where it is approved: of other months no correction is a recalculation.
    found = results_of(rows, recalculated=False)
    persons = {result.day.person_id for result in found}
    rates = rates_in_force({result.day.closing.team_id for result in found}, month)
    bonuses = bonuses_in_force(persons, month)
    for result in found:
        of, person = result.day.closing.team, result.day.person
        share = shares.get((person.pk, of.pk))
        if share is None:
            share = Share(person, of, month, Worth.of(rates.get(of.pk)), bonuses.get(person.pk, ZERO))
            shares[person.pk, of.pk] = share
        share.days.append(result)
        share.tally.add(result)
    lines = PayrollLine.objects.filter(person__in=persons, month=month).select_related("payroll")
    _settle(list(shares.values()), list(lines))
    chosen = [share for share in shares.values() if team is None or share.team == team]
    return sorted(chosen, key=lambda share: (share.team.name, share.person.name, share.person.pk))


def _with_their_own(days: Iterable[PersonDay]) -> list[PersonDay]:
    """The days with their closings and people: thousands of days have few of either, so each is made once."""
    rows = list(days)
    closings = Closing.objects.select_related("team").in_bulk({row.closing_id for row in rows})
    people = User.all_objects.in_bulk({row.person_id for row in rows})
    for row in rows:
        row.closing, row.person = closings[row.closing_id], people[row.person_id]
    return rows


def _settle(shares: list[Share], lines: list[PayrollLine]) -> None:
    """Puts approved lines to their shares, and amounts to the others, in the order of their first days."""
    paid = _paid(lines)
    points = {
        (line.person_id, line.payroll.team_id): line for line in lines if line.kind == PayrollLine.Kind.POINTS
    }
    for share in shares:
        share.line = points.get((share.person.pk, share.team.pk))
        of_person = paid[share.person.pk]
        if share.line is not None:
            share.worth, share.bonus = Worth.of(share.line), share.line.bonus
            share.amount = share.line.amount
        else:
            elsewhere = [amount for team, amount in of_person.items() if team != share.team.pk]
            share.amount = share_of(share.points, share.worth, share.bonus, elsewhere)
            of_person[share.team.pk] += share.amount


def _paid(lines: Iterable[PayrollLine]) -> dict[int, dict[int, Decimal]]:
    """{person: {team: what the approved lines of one month come to}}."""
    paid: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for line in lines:
        paid[line.person_id][line.payroll.team_id] += line.amount
    return paid


# --- What approved months are changed by later -----------------------------------------------------------------------


@dataclass
class Again:
    """What corrections change of an approved month, to be paid with the team's next one, at the old rate."""

    person: User
    team: Team
    month: dt.date
    # Those that are worth something else than was paid for.
    days: list[Result]
    # Points and money beyond what was paid for the month so far.
    points: int
    amount: Decimal
    worth: Worth
    bonus: Decimal


def recalculations(*, team: Team | None = None, people: Collection[User | int] | None = None) -> list[Again]:
    """What stands on no approved sheet yet of corrections of approved months; where no money changes, nothing does.

    A fixed number of queries for any number of people.
    """
    approvals = Payroll.objects.order_by("operation__at").values_list("team", "operation__at")
    last: dict[int, dt.datetime] = dict(approvals if team is None else approvals.filter(team=team))
    if not last:
        return []
    since = min(last.values()) - _MARGIN
    said: QuerySet[Correction] = Correction.objects.filter(
        is_recalculation=True, operation__at__gt=since, person_day__closing__team__in=last
    )
    if people is not None:
        said = said.filter(person_day__person__in=people)
    keys: set[Any] = set()
    touched: dict[Any, set[int]] = defaultdict(set)
    columns = ("person_day", "person_day__person", "person_day__closing__team", "person_day__day")
    for pk, person, of, day in said.values_list(*columns):
        keys.add((person, month_at(day)))
        touched[person, of, month_at(day)].add(pk)
    return _again(keys, touched)


def _again(keys: set[Any], touched: dict[Any, set[int]]) -> list[Again]:
    if not keys:
        return []
    lines: dict[Any, list[PayrollLine]] = defaultdict(list)
    rows = PayrollLine.objects.filter(
        person__in={person for person, _month in keys}, month__in={month for _person, month in keys}
    )
    for line in rows.select_related("payroll__team", "person").order_by("pk"):
        lines[line.person_id, line.month].append(line)
    days: dict[Any, list[Result]] = defaultdict(list)
    for result in _days_of(keys):
        days[result.day.person_id, result.day.closing.team_id, month_at(result.day.day)].append(result)
    found = []
    for (person, of, month), changed in touched.items():
        of_month = lines[person, month]
        own = [line for line in of_month if line.payroll.team_id == of]
        first = next((line for line in own if line.kind == PayrollLine.Kind.POINTS), None)
        if first is None:
            continue
        elsewhere = [amount for team, amount in _paid(of_month)[person].items() if team != of]
        points = sum(result.points for result in days[person, of, month])
        now = share_of(points, Worth.of(first), first.bonus, elsewhere)
        difference = now - sum((line.amount for line in own), ZERO)
        if difference:
            found.append(
                Again(
                    first.person,
                    first.payroll.team,
                    month,
                    [result for result in days[person, of, month] if result.day.pk in changed],
                    points - sum(line.points for line in own),
                    difference,
                    Worth.of(first),
                    first.bonus,
                )
            )
    return sorted(found, key=lambda one: (one.team.name, one.person.name, one.person.pk, one.month))


def _days_of(keys: set[Any]) -> list[Result]:
    """The closed days of (person, month) pairs, as they count now."""
    months = sorted(month for _person, month in keys)
    rows = (
        PersonDay.objects.filter(
            person__in={person for person, _month in keys},
            day__gte=months[0],
            day__lt=next_month(months[-1]),
        )
        .select_related("closing")
        .order_by("day")
    )
    return results_of([row for row in rows if (row.person_id, month_at(row.day)) in keys])


# --- For the pages of people ----------------------------------------------------------------------------------------


@dataclass
class SoFar:
    """One person's month over all of their teams: for «my day» and the scorecard."""

    scored: int = 0
    not_scored: int = 0
    waiting: int = 0
    points: int = 0
    amount: Decimal = ZERO
    bonus: Decimal = ZERO
    # Approved by a head in every team of the month.
    approved: bool = False


def so_far(people: Collection[User | int], month: dt.date) -> dict[int, SoFar]:
    """{person: the closed days of the month up to now}; whoever has none yet is there with nothing but the bonus.

    A fixed number of queries.
    """
    ids = [one if isinstance(one, int) else one.pk for one in people]
    bonuses = bonuses_in_force(ids, month)
    found = {pk: SoFar(bonus=bonuses.get(pk, ZERO)) for pk in ids}
    tallies = _tallies(PersonDay.objects.filter(day__gte=month, day__lt=next_month(month), person__in=ids))
    persons = User.all_objects.in_bulk({person for person, _team in tallies})
    teams = Team.all_objects.in_bulk({team for _person, team in tallies})
    rates = rates_in_force(list(teams), month)
    shares = [
        Share(persons[person], teams[team], month, Worth.of(rates.get(team)), found[person].bonus, tally)
        for (person, team), tally in tallies.items()
    ]
    lines = PayrollLine.objects.filter(person__in=ids, month=month).select_related("payroll")
    _settle(shares, list(lines))
    seen: set[int] = set()
    for share in shares:
        one = found[share.person.pk]
        one.scored += share.tally.scored
        one.not_scored += share.tally.not_scored
        one.waiting += share.tally.waiting
        one.points += share.points
        one.amount += share.amount
        one.bonus = share.bonus
        one.approved = share.line is not None and (one.approved or share.person.pk not in seen)
        seen.add(share.person.pk)
    return found


def _tallies(days: QuerySet[PersonDay]) -> dict[tuple[int, int], Tally]:
    """{(person, team): their days}, in the order of their first ones. The database counts all but the few days that
    were changed later."""
    found: dict[tuple[int, int], Tally] = defaultdict(Tally)
    begun: dict[tuple[int, int], dt.date] = {}
    later = changed_later(days)
    plain = days.exclude(later).order_by().values_list("person", "closing__team", "scored")
    for person, team, scored, count, points, first in plain.annotate(
        Count("pk"), Sum("points"), first=Min("day")
    ):
        tally = found[person, team]
        tally.points += points
        if scored:
            tally.scored += count
        else:
            tally.not_scored += count
        begun[person, team] = min(first, begun.get((person, team), first))
    for result in results_of(days.filter(later).select_related("closing"), recalculated=False):
        key = result.day.person_id, result.day.closing.team_id
        found[key].add(result)
        begun[key] = min(result.day.day, begun.get(key, result.day.day))
    return {key: found[key] for key in sorted(found, key=lambda key: (begun[key], key))}
