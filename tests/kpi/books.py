"""The books of the script's company as they stood at a moment: what a replay of all events up to it gives.

Plain Python, for the oracle (which see); nothing of the program. Numbers in brackets are those of the worked cases.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.kpi import events
from tests.kpi.events import STAGES, Absent, Event, HoursSet, NormSet

COMPANY_ZONE = "Europe/Moscow"
ONE_DAY = dt.timedelta(1)
HELD = ("reached", "refused")  # the client was spoken to [9]


@dataclass(frozen=True)
class Window:
    """Its end belongs to it, its start does not [2]."""

    start: dt.datetime
    end: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start < moment <= self.end


@dataclass
class Card:
    author: str
    manager: str
    first_manager: str
    created: dt.datetime
    imported: bool
    merged_into: str = ""
    deleted: bool = False


@dataclass
class Deal:
    client: str
    manager: str
    amount: Decimal | None
    state: str = "open"
    closed_at: dt.datetime | None = None
    credited: str = ""
    closed_by_import: bool = False
    waiting: dt.date | None = None
    deleted: bool = False

    @property
    def is_open(self) -> bool:
        return self.state == "open" and not self.deleted


@dataclass
class Activity:
    client: str
    deal: str
    manager: str
    kind: str
    status: str
    outcome: str = ""
    happened: dt.datetime | None = None
    entered: dt.datetime | None = None
    due_on: dt.date | None = None
    due_at: dt.datetime | None = None
    moved: int = 0
    came: dt.datetime | None = None  # to its manager, from somebody else
    imported: bool = False
    deleted: bool = False

    @property
    def is_planned(self) -> bool:
        return self.status == "planned" and not self.deleted


class Books:
    """What had been entered up to a moment."""

    def __init__(self, script: Iterable[Event], production: Callable[[dt.date], bool]) -> None:
        self.production = production
        self.places: dict[str, dict[dt.date, tuple[str, str]]] = defaultdict(dict)
        self.absences: dict[str, Absent] = {}
        self.hours: dict[str, dict[dt.date, HoursSet]] = defaultdict(dict)
        self.exceptions: dict[tuple[str, dt.date], tuple[bool, dt.time | None]] = {}
        self.kinds: dict[str, list[tuple[dt.datetime, str]]] = defaultdict(list)
        self.norms: list[NormSet] = []
        self.counts_imports: set[str] = set()
        self.cards: dict[str, Card] = {}
        self.deals: dict[str, Deal] = {}
        self.activities: dict[str, Activity] = {}
        for event in script:
            self.enter(event)

    def enter(self, event: Event) -> None:
        match event:
            case events.Appointed(person=person, since=since, team=team, role=role):
                self.appoint(self.places[person], since, role, team)
            case events.Absent(absence=name):
                self.absences[name] = event
            case events.AbsenceDropped(absence=name):
                del self.absences[name]
            case events.HoursSet(team=team, since=since):
                self.hours[team][since] = event
            case events.DayExcepted(team=team, day=day, works=works, cutoff=cutoff):
                self.exceptions[team, day] = (works, cutoff if works else None)
            case events.KindSet(at=at, kind=kind, group=group):
                self.kinds[kind].append((at, group))
            case events.NormSet():
                self.norms.append(event)
            case events.ImportsCounted(indicator=indicator, counts=counts):
                (self.counts_imports.add if counts else self.counts_imports.discard)(indicator)
            case events.ClientCreated(at=at, client=name, manager=manager, by=by, imported=imported):
                self.cards[name] = Card(by, manager, manager, at, imported)
            case events.ClientAssigned(at=at, client=name, manager=manager):
                self.assign(name, manager, at)
            case events.ClientsMerged(at=at, survivor=survivor, away=away):
                if self.cards[away].manager != self.cards[survivor].manager:
                    self.assign(away, self.cards[survivor].manager, at)
                self.cards[away].merged_into = survivor
                for part in (*self.deals.values(), *self.activities.values()):
                    if part.client == away:
                        part.client = survivor
            case events.ClientDeleted(client=name):
                self.cards[name].deleted = True
                for part in (*self.deals.values(), *self.activities.values()):
                    part.deleted |= part.client == name
            case events.DealCreated(deal=name, client=client, manager=manager, amount=amount):
                self.deals[name] = Deal(client, manager, amount)
            case events.AmountSet(deal=name, amount=amount):
                self.deals[name].amount = amount
            case events.WaitingSet(deal=name, until=until):
                self.deals[name].waiting = until
            case events.DealMoved(at=at, deal=name, stage=stage, imported=imported):
                deal = self.deals[name]
                if STAGES[stage] == "open":
                    deal.closed_at, deal.credited = None, ""
                elif deal.state != STAGES[stage]:  # from won to won nothing is won [12]
                    deal.closed_at, deal.credited = at, deal.manager  # who had it when it closed [11, 37, 42]
                    deal.closed_by_import = imported
                deal.state = STAGES[stage]
            case events.DealHanded(deal=name, manager=manager):
                self.deals[name].manager = manager
            case events.DealDeleted(deal=name):
                self.deals[name].deleted = True
                for task in self.activities.values():
                    task.deleted |= task.deal == name and task.is_planned
            case events.Planned(activity=name, due_on=due_on, due_at=due_at):
                self.activities[name] = Activity(
                    event.client, event.deal, event.manager, event.kind, "planned"
                )
                self.activities[name].due_on, self.activities[name].due_at = due_on, due_at
            case events.Logged(at=at, activity=name):
                if not event.of_task:
                    self.activities[name] = Activity(event.client, "", event.manager, event.kind, "planned")
                done = self.activities[name]
                done.status, done.entered, done.imported = "done", at, event.imported  # since it is done [32]
                done.manager, done.kind, done.deal = event.manager, event.kind, event.deal  # who talked [42]
                done.outcome, done.happened = event.outcome, event.happened
            case events.TaskMoved(activity=name, due_on=due_on, due_at=due_at):
                task = self.activities[name]
                task.moved += (task.due_on, task.due_at) != (due_on, due_at)
                task.due_on, task.due_at = due_on, due_at
            case events.TaskCancelled(activity=name):
                self.activities[name].status = "cancelled"
            case events.ActivityEdited(at=at, activity=name, changes=changes):
                self.edit(self.activities[name], changes, at)
            case events.ActivityDeleted(activity=name):
                self.activities[name].deleted = True
            case _:
                raise TypeError(event)

    @staticmethod
    def appoint(places: dict[dt.date, tuple[str, str]], since: dt.date, role: str, team: str) -> None:
        """It lasts until the next appointment: an end that was foreseen for the one before it is none of this one's."""
        later = min((day for day, place in places.items() if day > since and place[0]), default=dt.date.max)
        for day in [day for day, place in places.items() if since < day < later and role and not place[0]]:
            del places[day]
        places[since] = (role, team)

    def assign(self, client: str, manager: str, at: dt.datetime) -> None:
        """With the client go open deals of its former manager, and whatever is planned."""
        card = self.cards[client]
        for deal in self.deals.values():
            if deal.client == client and deal.is_open and deal.manager == card.manager:
                deal.manager = manager
        for task in self.activities.values():
            if task.client == client and task.is_planned and task.manager != manager:
                task.manager, task.came = manager, at
        card.manager = manager

    def edit(self, record: Activity, changes: dict[str, object], at: dt.datetime) -> None:
        """A record is entered anew when an edit makes it count for what it did not count for [33, 34]."""
        before = replace(record)
        for name, value in changes.items():
            setattr(record, name, value)
        _role, team = self.place(record.manager, at.astimezone(ZoneInfo(COMPANY_ZONE)).date()) or ("", "")
        if (
            (record.outcome in HELD and before.outcome not in HELD)
            or record.kind != before.kind
            or self.working_day_of(team, record.happened) != self.working_day_of(team, before.happened)
        ):
            record.entered, record.imported = at, False  # by hand: that person's word [14]

    # The calendar [27–29, 31, 49]

    def hours_of(self, team: str, day: dt.date) -> HoursSet:
        for owner in (team, ""):
            begun = [since for since in self.hours[owner] if since <= day]
            if begun:
                return self.hours[owner][max(begun)]
        return HoursSet(at=dt.datetime.min, since=day)

    def zone(self, team: str, day: dt.date) -> ZoneInfo:
        return ZoneInfo(self.hours_of(team, day).zone or COMPANY_ZONE)

    def works(self, team: str, day: dt.date) -> bool:
        for owner in (team, ""):
            if (owner, day) in self.exceptions:
                return self.exceptions[owner, day][0]
        return self.production(day)

    def ends(self, team: str, day: dt.date) -> dt.time:
        said = [self.exceptions[owner, day][1] for owner in (team, "") if (owner, day) in self.exceptions]
        return next((time for time in said if time), self.hours_of(team, day).cutoff)

    def cutoff(self, team: str, day: dt.date) -> dt.datetime:
        moment = dt.datetime.combine(day, self.ends(team, day), self.zone(team, day))
        return moment.astimezone(dt.UTC)

    def next_working_day(self, team: str, day: dt.date, step: int = 1) -> dt.date:
        day += step * ONE_DAY
        while not self.works(team, day):
            day += step * ONE_DAY
        return day

    def working_day_of(self, team: str, moment: dt.datetime) -> dt.date:
        """In whose window the moment lies [1–8]."""
        day = moment.astimezone(dt.UTC).date() - 2 * ONE_DAY
        while not (self.works(team, day) and moment <= self.cutoff(team, day)):
            day += ONE_DAY
        return day

    # People

    def place(self, person: str, day: dt.date) -> tuple[str, str] | None:
        """Role and team on the day; None: no appointment covers it."""
        begun = [since for since in self.places[person] if since <= day]
        place = self.places[person][max(begun)] if begun else ("", "")
        return place if place[0] else None

    def absence(self, person: str, day: dt.date) -> Absent | None:
        return next(
            (a for a in self.absences.values() if a.person == person and a.since <= day <= a.until), None
        )

    def working_time(self, person: str, team: str, day: dt.date) -> tuple[Fraction, Fraction]:
        """Seconds of the day's working time: those the person is there, and all of them [43]."""
        zone, absence = self.zone(team, day), self.absence(person, day)
        start = dt.datetime.combine(day, self.hours_of(team, day).starts, zone)
        end = dt.datetime.combine(day, self.ends(team, day), zone)
        if absence is None or end <= start:
            return seconds(end - start), seconds(end - start)
        gone = max(dt.datetime.combine(day, absence.from_time, zone) if absence.from_time else start, start)
        back = min(dt.datetime.combine(day, absence.until_time, zone) if absence.until_time else end, end)
        return seconds(end - start) - seconds(back - gone), seconds(end - start)

    def norm(self, indicator: str, person: str, team: str, day: dt.date, period: str) -> NormSet | None:
        """The narrowest in force [24]: a person's before the team's before the company's; then one for the weekday;
        then the one that began last."""
        found = [
            ((bool(norm.person), bool(norm.team), norm.weekday is not None, norm.since, number), norm)
            for number, norm in enumerate(self.norms)
            if (norm.indicator, norm.period) == (indicator, period)
            and norm.since <= day <= (norm.until or day)
            and norm.person in ("", person)
            and norm.team in ("", team)
            and norm.weekday in (None, day.weekday())
        ]
        return max(found)[1] if found else None

    def has_own_norm(self, person: str, day: dt.date) -> bool:
        return any(norm.person == person and norm.since <= day <= (norm.until or day) for norm in self.norms)

    # Tasks

    def is_due(self, task: Activity, team: str, moment: dt.datetime) -> bool:
        """Its moment has passed: exactly at its time it has not; a day's task is due by the cut-off [16, 17]."""
        if task.due_at is not None:
            return task.due_at < moment
        return self.cutoff(team, task.due_on) <= moment

    def is_forgiven(self, task: Activity, person: str, team: str, day: dt.date, window: Window) -> bool:
        """It fell due while the person was away, or came to them overdue within the window [40, 41]."""
        if task.came is not None and task.came in window and self.is_due(task, team, task.came):
            return True
        for absence in self.absences.values():
            if absence.person == person and is_whole(absence):
                back = self.next_working_day(team, absence.until)
                while (again := self.absence(person, back)) and is_whole(again):
                    back = self.next_working_day(team, again.until)
                if absence.since <= task.due_on < back and day <= back:
                    return True
        return False


def is_whole(absence: Absent) -> bool:
    """Whole days, and not a part of one."""
    return not absence.from_time and not absence.until_time


def seconds(time: dt.timedelta) -> Fraction:
    return max(Fraction(time // dt.timedelta(microseconds=1), 1_000_000), Fraction(0))
