"""What may happen in the script's company: each deed makes an event that the program's verbs accept, or none.

What it is about, when and how is drawn; `Books` say what there is.
"""

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.kpi import events as ev
from tests.kpi.books import COMPANY_ZONE, ONE_DAY, Books
from tests.kpi.events import STAGES, Event

MOSCOW = ZoneInfo(COMPANY_ZONE)
ALWAYS = dt.date(2000, 1, 1)

PEOPLE = ("anna", "boris", "vera", "gleb", "olga")  # Gleb comes later, Olga heads the north
KINDS = {"call": "conversation", "visit": "meeting", "mail": "letter"}
GROUPS = ("conversation", "meeting", "letter", "other")
OUTCOMES = ("reached", "reached", "reached", "reached", "refused", "no_answer", "postponed")
PARTS_OF_A_DAY = (
    (None, dt.time(14)), (dt.time(13, 20), None), (dt.time(10), dt.time(12, 45)), (dt.time(8), dt.time(20))
)  # fmt: skip
INDICATORS = (
    "conversations_held", "meetings_held", "letters", "companies_added", "deals_won", "sum_won", "deals_lost",
    "overdue_tasks", "deals_without_task", "deals_in_work", "tasks_moved", "talks_per_letter",
)  # fmt: skip


class Deeds:
    """At `now`, by what the books say; `random` draws, `spots` are the moments that matter."""

    now: dt.datetime
    books: Books
    random: Random
    spots: list[dt.datetime]
    script: list[Event]
    zones: dict[str, str]

    # Small words

    def add(self, event: Event) -> None:
        self.script.append(event)
        self.books.enter(event)

    def pick(self, choices: Any) -> Any:
        return self.random.choice(list(choices))

    def maybe(self, choices: Any) -> Any:
        """One of them, or None where there is none."""
        choices = list(choices)
        return self.pick(choices) if choices else None

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    @property
    def today(self) -> dt.date:
        """The company's."""
        return self.now.astimezone(MOSCOW).date()

    def day_ahead(self, team: str = "") -> dt.date:
        """A day later than today of the company and of the team: mostly the next."""
        zone = self.books.zone(team, self.today)
        return max(self.today, self.now.astimezone(zone).date()) + self.pick((1, 1, 2, 4)) * ONE_DAY

    def name(self, letter: str, known: Any) -> str:
        return f"{letter}{len(known) + 1}"

    def role(self, person: str) -> str:
        """Today's."""
        return (self.books.place(person, self.today) or ("", ""))[0]

    def sellers(self) -> list[str]:
        return [person for person in PEOPLE if self.role(person) in ("manager", "head")]

    def clients(self) -> list[str]:
        return [n for n, card in self.books.cards.items() if not card.deleted and not card.merged_into]

    def deals(self, **but: str) -> list[str]:
        return [n for n, deal in self.books.deals.items() if not deal.deleted]

    def tasks(self) -> list[str]:
        return [n for n, task in self.books.activities.items() if task.is_planned]

    def done(self) -> list[str]:
        return [n for n, a in self.books.activities.items() if a.status == "done" and not a.deleted]

    def happened(self) -> dt.datetime:
        """Some moment of the last days, or now; nothing done lies in the future."""
        if self.chance(2):
            return self.now
        hours = self.pick((2, 8, 30, 100))
        near = [spot for spot in self.spots if self.now - dt.timedelta(hours=hours) <= spot <= self.now]
        return self.maybe(near) or self.now

    def due(self) -> tuple[dt.date, dt.datetime | None]:
        """A day for a task, today or later, maybe with a time of it."""
        if self.chance(2):
            return self.today + self.pick((0, 0, 1, 1, 2, 3)) * ONE_DAY, None
        first = dt.datetime.combine(self.today, dt.time(), MOSCOW)
        times = [spot for spot in self.spots if first <= spot < first + 4 * ONE_DAY]
        moment = self.maybe(times) or self.now
        return moment.astimezone(MOSCOW).date(), moment

    # What may happen; None where it cannot

    def appoint(self, person: str = "") -> Event | None:
        person = person or self.pick(PEOPLE)
        since = self.today + self.pick((-1, 0, 0, 1, 1, 2, 3)) * ONE_DAY
        if self.chance(6):
            covered = self.books.place(person, since)
            return (
                ev.Appointed(at=self.now, person=person, since=since, role="")
                if covered and since > self.today
                else None
            )
        role = "manager" if not self.chance(6) else self.pick(("head", "director"))
        team = self.pick(self.zones) if role != "director" else ""
        return ev.Appointed(at=self.now, person=person, since=since, team=team, role=role)

    def absent(
        self, person: str = "", after: str = "", since: dt.date | None = None, in_part: bool = False
    ) -> Event | None:
        """Of the person, maybe right after another absence of theirs, or from a day on."""
        person = person or self.pick(PEOPLE)
        if after in self.books.absences:
            since = self.books.absences[after].until + ONE_DAY
        since = since or self.today + self.pick((-2, -1, 0, 0, 1, 1, 2)) * ONE_DAY
        partial = in_part or self.chance(3)
        until = since if partial else since + self.pick((0, 0, 1, 3)) * ONE_DAY
        if any(self.books.absence(person, since + n * ONE_DAY) for n in range((until - since).days + 1)):
            return None
        times = self.pick(PARTS_OF_A_DAY) if partial else (None, None)
        return ev.Absent(
            at=self.now, absence=self.name("x", self.script), person=person, since=since, until=until,
            from_time=times[0], until_time=times[1],
        )  # fmt: skip

    def absent_when_due(self, name: str) -> Event | None:
        """Who is to do the task is away on its day, mostly."""
        if name not in self.tasks():
            return None
        task = self.books.activities[name]
        assert task.due_on is not None
        return self.absent(task.manager, since=task.due_on - self.pick((0, 0, 0, 1, -1)) * ONE_DAY)

    def absence_dropped(self) -> Event | None:
        absence = self.maybe(self.books.absences)
        return ev.AbsenceDropped(at=self.now, absence=absence) if absence else None

    def hours(self) -> Event:
        team = self.pick(["", *self.zones])
        zone = self.books.hours_of(team, self.today).zone if team else ""
        return ev.HoursSet(
            at=self.now, team=team, since=self.day_ahead(team), zone=zone,
            starts=self.pick((dt.time(9), dt.time(10))), cutoff=self.pick((dt.time(17), dt.time(18), dt.time(19))),
        )  # fmt: skip

    def calendar(self) -> Event:
        team = self.pick(["", *self.zones])
        cutoff = self.pick((None, dt.time(17)))
        works = self.chance(2)
        return ev.DayExcepted(
            at=self.now, team=team, day=self.day_ahead(team), works=works, cutoff=cutoff if works else None
        )

    def kind(self) -> Event:
        known = self.books.kinds
        kind = self.pick([*known, self.name("kind", known)])
        return ev.KindSet(at=self.now, kind=kind, group=self.pick(GROUPS))

    def imports_counted(
        self, indicators: tuple[str, ...] = ("companies_added", "conversations_held", "deals_won", "letters")
    ) -> Event:
        indicator = self.pick(indicators)
        return ev.ImportsCounted(
            at=self.now, indicator=indicator, counts=indicator not in self.books.counts_imports
        )

    def norm(self, indicator: str = "", period: str = "") -> Event:
        scope = self.pick(({}, {}, {"team": self.pick(self.zones)}, {"person": self.pick(PEOPLE)}))
        indicator = indicator or self.pick(INDICATORS)
        period = period or self.pick(("day", "day", "day", "week", "month"))
        direction = self.pick(("at_least", "at_most", "between"))
        unit = 500_000 if indicator == "sum_won" else 1
        low, high = (
            Decimal(unit * number) for number in sorted(self.pick([(1, 2), (2, 2), (1, 3), (0, 1), (3, 5)]))
        )
        if direction == "at_least":
            low = max(low, Decimal(unit))
        since = self.day_ahead(scope.get("team", ""))
        return ev.NormSet(
            at=self.now, norm=self.name("n", self.books.norms), indicator=indicator, since=since, period=period,
            until=since + self.pick((2, 4)) * ONE_DAY if self.chance(4) else None,
            direction=direction, low=None if direction == "at_most" else low,
            high=None if direction == "at_least" else high, tolerance=self.pick((0, 10, 50, 50)),
            points=self.pick(((1, 0, -2), (3, 1, -4))),
            weekday=self.pick(range(5)) if period == "day" and "person" not in scope and self.chance(3) else None,
            **scope,
        )  # fmt: skip

    def client(self) -> Event | None:
        name, sellers = self.name("c", self.books.cards), self.sellers()
        if not sellers:
            return None
        manager, imported = self.pick(sellers), self.chance(6)
        by = "" if self.chance(6) and not imported else manager  # somebody's import, always
        return ev.ClientCreated(at=self.now, client=name, manager=manager, by=by, imported=imported)

    def assign(self, client: str = "") -> Event | None:
        client = self.maybe(self.those(client, self.clients()))
        return ev.ClientAssigned(at=self.now, client=client, manager=self.pick(PEOPLE)) if client else None

    def merge(self, client: str = "") -> Event | None:
        clients = self.clients()
        one = self.maybe(self.those(client, clients))
        other = self.maybe([client for client in clients if client != one])
        if one is None or other is None:
            return None
        survivor, away = self.pick([(one, other), (other, one)])
        return ev.ClientsMerged(at=self.now, survivor=survivor, away=away)

    def client_deleted(self, client: str = "") -> Event | None:
        client = self.maybe(self.those(client, self.clients()))
        return ev.ClientDeleted(at=self.now, client=client) if client else None

    def deal(self) -> Event | None:
        client = self.maybe(self.clients())
        if client is None:
            return None
        return ev.DealCreated(
            at=self.now, deal=self.name("d", self.books.deals), client=client,
            manager=self.books.cards[client].manager, amount=self.pick((None, Decimal("250000.50"), Decimal(400_000))),
        )  # fmt: skip

    def amount(self, deal: str = "") -> Event | None:
        deal = self.maybe(self.those(deal, self.deals()))
        return (
            ev.AmountSet(at=self.now, deal=deal, amount=Decimal(self.pick((100_000, 700_000))))
            if deal
            else None
        )

    def waiting_until(self, deal: str = "") -> Event | None:
        deal = self.maybe(self.those(deal, self.deals()))
        until = self.pick((None, *(self.today + n * ONE_DAY for n in (0, 1, 2, 3))))
        return ev.WaitingSet(at=self.now, deal=deal, until=until) if deal else None

    def deal_moved(self, deal: str = "") -> Event | None:
        name = self.maybe(self.those(deal, self.deals()))
        if name is None:
            return None
        known = self.books.deals[name]
        stage = self.pick(("won", "won", "lost", "talks", "won again"))
        if (STAGES[stage] == "won" and not known.amount) or known.closed_at == self.now:
            return None
        return ev.DealMoved(at=self.now, deal=name, stage=stage, imported=self.chance(8))

    def deal_handed(self, deal: str = "") -> Event | None:
        deal = self.maybe(self.those(deal, self.deals()))
        return ev.DealHanded(at=self.now, deal=deal, manager=self.pick(PEOPLE)) if deal else None

    def deal_deleted(self, deal: str = "") -> Event | None:
        deal = self.maybe(self.those(deal, self.deals()))
        return ev.DealDeleted(at=self.now, deal=deal) if deal else None

    def plan(self, client: str = "") -> Event | None:
        sellers = self.sellers()
        clients = [c for c in self.clients() if self.books.cards[c].manager in sellers]
        client = self.maybe(self.those(client, clients))
        if client is None:
            return None
        due_on, due_at = self.due()
        return ev.Planned(
            at=self.now, activity=self.name("a", self.books.activities), client=client,
            manager=self.books.cards[client].manager, kind=self.pick(self.books.kinds),
            due_on=due_on, due_at=due_at, deal=self.deal_of(client),
        )  # fmt: skip

    def those(self, name: str, known: list[str]) -> list[str]:
        """The one by the name, where it is still among the known; all, where none is named."""
        return [one for one in known if one == name] if name else known

    def deal_of(self, client: str) -> str:
        deals = [name for name in self.deals() if self.books.deals[name].client == client]
        return str(self.pick([*deals, ""]))

    def log(self, kind: str = "", manager: str = "") -> Event | None:
        client = self.maybe(self.clients())
        if client is None:
            return None
        return ev.Logged(
            at=self.now, activity=self.name("a", self.books.activities), client=client,
            manager=manager or self.pick(PEOPLE[:4]), kind=kind or self.pick(["call", *self.books.kinds]),
            outcome=self.pick(OUTCOMES), happened=self.happened(),
            deal=self.deal_of(client), imported=self.chance(6),
        )  # fmt: skip

    def task_done(self, name: str = "") -> Event | None:
        name = self.maybe(self.those(name, self.tasks()))
        if name is None:
            return None
        task = self.books.activities[name]
        return ev.Logged(
            at=self.now, activity=name, client=task.client, manager=self.pick((task.manager, self.pick(PEOPLE[:3]))),
            kind=task.kind, outcome=self.pick(OUTCOMES), happened=self.happened(), deal=task.deal, of_task=True,
        )  # fmt: skip

    def task_moved(self, name: str = "") -> Event | None:
        name = self.maybe(self.those(name, self.tasks()))
        due_on, due_at = self.due()
        return ev.TaskMoved(at=self.now, activity=name, due_on=due_on, due_at=due_at) if name else None

    def task_cancelled(self, name: str = "") -> Event | None:
        name = self.maybe(self.those(name, self.tasks()))
        return ev.TaskCancelled(at=self.now, activity=name) if name else None

    def edit(self, name: str = "") -> Event | None:
        name = self.maybe(self.those(name, self.done()))
        if name is None:
            return None
        record = self.books.activities[name]
        if record.imported and record.entered == self.now:
            return None  # nobody changes a row in the microsecond in which its import brings it
        changes: dict[str, object] = self.pick(
            [
                {"outcome": self.pick(OUTCOMES)},
                {"kind": self.pick(self.books.kinds)},
                {"happened": self.happened()},
                {"deal": self.deal_of(record.client)},
            ]
        )
        return ev.ActivityEdited(at=self.now, activity=name, changes=changes)

    def activity_deleted(self, name: str = "") -> Event | None:
        name = self.maybe(self.those(name, [*self.done(), *self.tasks()]))
        return ev.ActivityDeleted(at=self.now, activity=name) if name else None


# What happens, as often as it is said here.
DEEDS: list[str] = [
    *["log"] * 8, *["plan"] * 4, *["deal_moved"] * 4, *["edit"] * 3, *["client"] * 3, *["appoint"] * 3, *["absent"] * 3,
    *["task_moved"] * 2, *["task_done"] * 2, *["assign"] * 2, *["merge"] * 2, *["deal_handed"] * 2, *["norm"] * 2,
    "absence_dropped", "hours", "calendar", "kind", "imports_counted", "client_deleted", *["deal"] * 3, "amount",
    "waiting_until", "deal_deleted", "task_cancelled", "activity_deleted",
]  # fmt: skip
