"""What chance decides in the company for looking at: whom one meets, how a contact goes, what comes of it."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from activities.actions import NextStep
from activities.models import Activity, ActivityKind
from core import periods
from crm.demo import words
from leads.drafts import ClientDraft, ContactDraft
from leads.models import Client, Segment, Source
from people import calendar
from people.models import User
from pipeline.models import Deal, LossReason, ProductGroup, Stage

# How a contact goes, and how often of a hundred.
OUTCOMES = {
    Activity.Outcome.REACHED: 68,
    Activity.Outcome.NO_ANSWER: 18,
    Activity.Outcome.POSTPONED: 9,
    Activity.Outcome.REFUSED: 5,
}


@dataclass
class Habits:
    """How one manager works: contacts a day, share of steps planned, share of tasks done on time, luck."""

    contacts: float
    planning: float
    diligence: float
    luck: float


@dataclass
class Lead:
    """What the simulation remembers of a deal, so that it need not ask the database at every event."""

    deal: Deal
    client: Client
    step: int = 0
    # For when something is planned with them.
    due: dt.date | None = None
    is_open: bool = True
    # Nobody comes back to it: the forgotten ones of every department.
    forgotten: bool = False


class Chance:
    """Draws from the one generator of the company, out of the lists it starts with."""

    def __init__(self, rng: random.Random, last_day: dt.date) -> None:
        self.rng, self.last_day = rng, last_day
        # How many have been drawn.
        self.clients = 0
        stages = list(Stage.objects.filter(retired_at=None).select_related("funnel").order_by("position"))
        self.open_stages = [s for s in stages if s.kind == Stage.Kind.OPEN]
        self.won = next(s for s in stages if s.kind == Stage.Kind.WON)
        self.lost = next(s for s in stages if s.kind == Stage.Kind.LOST)
        self.kinds = {kind.name: kind for kind in ActivityKind.objects.all()}
        self.kind_of = {kind.pk: kind for kind in self.kinds.values()}
        self.sources, self.segments = list(Source.objects.all()), list(Segment.objects.all())
        self.reasons, self.groups = list(LossReason.objects.all()), list(ProductGroup.objects.all())

    def draft(self, manager: User) -> ClientDraft:
        """A client nobody has met yet."""
        rng = self.rng
        self.clients += 1
        city, region = rng.choice(words.CITIES)
        number = self.clients
        people = [
            ContactDraft(
                name=words.person_name(rng),
                position=rng.choice(words.POSITIONS),
                is_decision_maker=index == 0 and rng.random() < 0.5,
                phones=[words.phone(number * 10 + index)],
                emails=[f"person{number}{index}@firm{number}.example"] if rng.random() < 0.6 else [],
            )
            for index in range(1 if rng.random() < 0.75 else 2)
        ]
        return ClientDraft(
            manager=manager, name=words.firm_name(rng, number), inn=words.inn(rng) if rng.random() < 0.8 else "",
            city=city, region=region, source=rng.choice(self.sources), segment=rng.choice(self.segments),
            phones=[words.phone(5_000_000 + number)] if rng.random() < 0.5 else [], contacts=people,
        )  # fmt: skip

    def moment(self, day: dt.date) -> dt.datetime:
        """A moment of the working day: busy before noon and after lunch, nobody at lunch."""
        hour = self.rng.choices([9, 10, 11, 12, 14, 15, 16, 17], [8, 16, 17, 9, 13, 15, 13, 9])[0]
        seconds = self.rng.randrange(600 if hour == 9 else 0, 3300 if hour == 17 else 3600)
        return periods.local(day, dt.time(hour)) + dt.timedelta(seconds=seconds)

    def outcome(self) -> str:
        """How a contact goes."""
        return self.rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]

    def text(self, outcome: str) -> str:
        """What the manager writes about it."""
        others: dict[str, list[str]] = {
            Activity.Outcome.NO_ANSWER: words.NO_ANSWER,
            Activity.Outcome.POSTPONED: words.POSTPONED,
            Activity.Outcome.REFUSED: words.REFUSED,
        }
        return self.rng.choice(others[outcome]) if outcome in others else words.talk(self.rng)

    def kind(self, lead: Lead) -> ActivityKind:
        """The way of a contact that was not planned."""
        names = ["Звонок", "Встреча", "Письмо", "Сообщение в мессенджере", "Образцы отгружены"]
        weights = [72, 13 + 6 * lead.step, 8, 5, 2 + lead.step]
        return self.kinds[self.rng.choices(names, weights)[0]]

    def move(self, lead: Lead, outcome: str, habits: Habits) -> tuple[Stage | None, dict[str, object] | None]:
        """Where the deal goes, with what that stage asks for."""
        rng = self.rng
        if outcome == Activity.Outcome.REFUSED and rng.random() < 0.7:
            fields: dict[str, object] = {"loss_reason": rng.choice(self.reasons)}
            if rng.random() < 0.3:
                # Nobody here comes back to them, so it lies behind the days that are lived through.
                fields["return_on"] = self.last_day + dt.timedelta(days=rng.randrange(3, 60))
            return self.lost, fields
        if outcome != Activity.Outcome.REACHED or rng.random() > habits.luck:
            return None, None
        if lead.step + 1 == len(self.open_stages):
            return self.won, {"amount": self._amount()}
        if lead.step and rng.random() < 0.06:
            lead.step -= 1
        else:
            lead.step += 1
        return self.open_stages[lead.step], {"amount": self._amount()} if lead.step >= 2 else None

    def _amount(self) -> Decimal:
        return Decimal(round(self.rng.lognormvariate(12.3, 0.8), -2)).quantize(Decimal("0.01"))

    def next_step(self, outcome: str, habits: Habits, day: dt.date) -> NextStep | None:
        """What is promised, if the manager thinks of it."""
        rng = self.rng
        if rng.random() > habits.planning:
            return None
        after = (
            1
            if outcome == Activity.Outcome.NO_ANSWER
            else rng.choices([1, 2, 3, 5, 8, 12, 18], [6, 10, 14, 22, 22, 16, 10])[0]
        )
        due_on = calendar.add_working_days(day, after)
        due_at = (
            periods.local(due_on, dt.time(rng.randrange(10, 18), rng.choice([0, 15, 30, 45])))
            if rng.random() < 0.3
            else None
        )
        return NextStep(due_on, due_at, subject=rng.choice(words.STEPS))
