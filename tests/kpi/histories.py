"""Random histories of a small company: a few working days around holidays and the ends of months, full of the events
that decide what a day says, at the moments that decide it: the cut-off, a microsecond to either side, the evening.

A history is grown of seeds: each decides on one deed and on what may follow it (a task is planned, then handed over
overdue; a deal is won, opened, won again), so that rules meet which rarely would by chance. Every event is one that the
program's verbs accept; `Books` kept along the way say which are.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.kpi import events as ev
from tests.kpi.books import COMPANY_ZONE, ONE_DAY, Books
from tests.kpi.deeds import ALWAYS, DEEDS, KINDS, MOSCOW, Deeds
from tests.kpi.events import Event

MICROSECOND = dt.timedelta.resolution

# The production calendar of Russia around the frames below; `test_oracle_agrees` holds it against the program's.
DAYS_OFF = {
    dt.date(2026, 11, 4), dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 2, 22), dt.date(2027, 2, 23),
    dt.date(2027, 3, 8), *(dt.date(2027, 1, day) for day in range(4, 9)),
}  # fmt: skip
MOVED_WORKING_DAYS = {dt.date(2027, 2, 20)}  # a Saturday


Deed = Callable[[], Event | None]


@dataclass(frozen=True)
class Ground:
    """Where and when histories take place: the teams with their zones (empty: the company's), founded at `began`."""

    name: str
    first: dt.date
    zones: dict[str, str]

    @property
    def began(self) -> dt.datetime:
        """The noon of the first day."""
        return dt.datetime.combine(self.first, dt.time(12), MOSCOW).astimezone(dt.UTC)


EAST, WEST = "Asia/Vladivostok", "Europe/Kaliningrad"
GROUNDS = [
    Ground("before a holiday", dt.date(2026, 10, 29), {"north": ""}),
    Ground("before a holiday, the south in the east", dt.date(2026, 10, 29), {"north": "", "south": EAST}),
    Ground("end of a month", dt.date(2026, 11, 26), {"north": "", "south": ""}),
    Ground("end of a month, the north in the east", dt.date(2026, 11, 26), {"north": EAST, "south": ""}),
    Ground("end of the year, the south in the west", dt.date(2026, 12, 25), {"north": "", "south": WEST}),
    Ground("end of the year, the south in the east", dt.date(2026, 12, 25), {"north": "", "south": EAST}),
    Ground("before a working Saturday", dt.date(2027, 2, 17), {"north": "", "south": ""}),
    Ground("before a working Saturday, in the east", dt.date(2027, 2, 17), {"north": EAST}),
]


def is_working(day: dt.date) -> bool:
    """The production calendar."""
    return day in MOVED_WORKING_DAYS or (day.weekday() < 5 and day not in DAYS_OFF)


def founding(ground: Ground) -> list[Event]:
    """With what every history on the ground begins."""
    now = ground.began
    script: list[Event] = [
        ev.HoursSet(at=now, since=ALWAYS, team=team, zone=zone) for team, zone in ground.zones.items() if zone
    ]
    other = "south" if "south" in ground.zones else "north"
    for person, team, role in (
        ("anna", "north", "manager"), ("boris", "north", "manager"), ("vera", other, "manager"),
        ("olga", "north", "head"),
    ):  # fmt: skip
        script.append(ev.Appointed(at=now, person=person, since=ALWAYS, team=team, role=role))
    script += [ev.KindSet(at=now, kind=kind, group=group) for kind, group in KINDS.items()]
    script += [
        ev.ClientCreated(at=now, client=client, manager=person, by=person)
        for client, person in (("c1", "anna"), ("c2", "boris"))
    ]
    return [
        *script,
        ev.DealCreated(at=now, deal="d1", client="c1", manager="anna", amount=Decimal(1_000_000)),
    ]


@dataclass(frozen=True)
class History:
    """`own` is what happens after the founding; the last event lies before `until`."""

    ground: Ground
    own: tuple[Event, ...]
    until: dt.datetime

    @property
    def script(self) -> list[Event]:
        return [*founding(self.ground), *self.own]

    def __repr__(self) -> str:
        return "\n  ".join(
            [f"History {self.ground.name}, until {self.until:%d.%m %H:%M}", *map(repr, self.own)]
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def histories(ground: Ground) -> st.SearchStrategy[History]:
    """`salt` says what each deed is, the bits of `kept` which of them happen: fewer when shrunk.

    All three are of different kinds, so that hypothesis draws each history anew and repeats no part of the last one.
    """
    return st.builds(
        lambda salt, kept, length: _Author(ground, length, salt, kept).write(),
        st.binary(min_size=8, max_size=8),
        st.integers(0, 2**24 - 1),
        st.sampled_from((3, 4, 2)),
    )


class _Author(Deeds):
    """Writes one history of `length` closed days."""

    def __init__(self, ground: Ground, length: int, salt: bytes, kept: int) -> None:
        self.ground, self.zones = ground, ground.zones
        self.seeds = [f"{salt.hex()} {number}" for number in range(44) if kept & 1 << number * 6 // 11]
        self.now, self.random = ground.began, Random(salt)
        self.books = Books(founding(ground), is_working)
        self.script: list[Event] = []
        self.waiting: list[tuple[dt.datetime, int, Random, Deed]] = []
        self.numbers = count()
        dates = [ground.first + n * ONE_DAY for n in range(25)]
        last = [day for day in dates if is_working(day)][length]
        # A day more, in which what is past is changed.
        self.until = dt.datetime.combine(last, dt.time(22), MOSCOW).astimezone(dt.UTC) + ONE_DAY
        days = [day for day in dates if day <= last + ONE_DAY]
        self.spots = sorted(spot for spot in self.edges(days) if ground.began < spot < self.until)

    def edges(self, days: list[dt.date]) -> set[dt.datetime]:
        """The moments that matter: cut-offs and their neighbours, by every clock of the company, and some between."""
        found = set()
        for zone in {ZoneInfo(zone or COMPANY_ZONE) for zone in self.zones.values()}:
            for day in days:
                for hour in (18, 17, 19) if is_working(day) else (18,):
                    cutoff = dt.datetime.combine(day, dt.time(hour), zone).astimezone(dt.UTC)
                    found |= {cutoff - MICROSECOND, cutoff, cutoff + MICROSECOND}
                for hour in (9, 12, 14, 16, 20) if is_working(day) else (12,):
                    found.add(dt.datetime.combine(day, dt.time(hour, 30), zone).astimezone(dt.UTC))
        return found

    def write(self) -> History:
        for seed in self.seeds:
            random = Random(seed)
            deed = getattr(self, random.choice(DEEDS))
            self.later(random.choice(self.spots), random, deed)
        for _ in range(3):
            norm = self.norm()
            self.add(norm)
            self.follow(norm)
        while self.waiting:
            self.now, _number, self.random, deed = heappop(self.waiting)
            event = deed()
            if event is not None:
                self.add(event)
                self.follow(event)
        return History(self.ground, tuple(self.script), self.until)

    def later(self, moment: dt.datetime, random: Random, deed: Deed) -> None:
        heappush(self.waiting, (moment, next(self.numbers), random, deed))

    def follow(self, event: Event) -> None:
        """What an event gives rise to, mostly soon."""
        match event:
            case ev.Planned(activity=task, client=client, deal=deal):
                deeds = [
                    *[lambda: self.absent_when_due(task)] * 3, *[lambda: self.assign(client)] * 2,
                    lambda: self.task_done(task), lambda: self.task_moved(task), lambda: self.task_cancelled(task),
                    lambda: self.activity_deleted(task), lambda: self.deal_deleted(deal),
                ]  # fmt: skip
            case ev.Logged(activity=record, imported=imported):
                deeds = [*[lambda: self.edit(record)] * 3, lambda: self.activity_deleted(record)]
                if imported:
                    deeds = [lambda: self.imports_counted(("conversations_held", "letters"))]
            case ev.ClientCreated(client=client, imported=imported):
                deeds = [
                    *[lambda: self.merge(client)] * 3, lambda: self.assign(client), lambda: self.client_deleted(client)
                ]  # fmt: skip
                if imported:
                    deeds = [lambda: self.imports_counted(("companies_added",))]
            case ev.DealMoved(deal=deal):
                deeds = [
                    *[lambda: self.deal_moved(deal)] * 3, *[lambda: self.deal_deleted(deal)] * 2,
                    lambda: self.deal_handed(deal), lambda: self.amount(deal),
                ]  # fmt: skip
            case ev.DealCreated(deal=deal, client=client):
                deeds = [
                    lambda: self.plan(client), lambda: self.deal_moved(deal), lambda: self.waiting_until(deal)
                ]  # fmt: skip
            case ev.Absent(absence=absence, person=person):
                deeds = [
                    *[lambda: self.absent(person, after=absence)] * 3,
                    lambda: self.absent(person),
                    self.absence_dropped,
                ]
            case ev.DealHanded(deal=deal):
                deeds = [lambda: self.deal_moved(deal)]
            case ev.NormSet(indicator=indicator, period=period, since=since, person=person):
                deeds = [
                    lambda: self.norm(indicator, period), lambda: self.absent(person, since=since, in_part=True)
                ]  # fmt: skip
            case ev.KindSet(kind=kind):
                deeds = [lambda: self.log(kind)]
            case ev.ClientAssigned(client=client):
                deeds = [lambda: self.assign(client), lambda: self.plan(client)]
            case ev.Appointed(person=person, role="manager"):
                deeds = [lambda: self.log(manager=person), lambda: self.appoint(person)]
            case _:
                return
        if self.chance(4):
            return
        soon = [spot for spot in self.spots if spot >= self.now][: self.pick((4, 12, 30))]
        if soon:
            self.later(self.pick(soon), Random(self.random.random()), self.pick(deeds))
