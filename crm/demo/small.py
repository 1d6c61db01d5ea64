"""The company for looking at: 90 days of a sales department, lived through by the program's own verbs.

The clock is moved from event to event, so records, versions and operations are what real days leave. The same for a
given date: all chance comes from one generator seeded by it.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from activities.actions import NextStep, log_activity, move_task, plan_activity
from activities.models import Activity, ActivityKind
from core import periods, starting
from core.history.operations import operation
from crm.demo import words
from crm.demo.discipline import Evenings, close
from crm.demo.people import Cast, make_people
from leads.actions import create_client, create_clients
from leads.drafts import ClientDraft, ContactDraft
from leads.models import Client, Contact, Segment, Source
from people import calendar
from people.actions import add_absence
from people.models import Absence, User
from pipeline.actions import create_deal
from pipeline.models import Deal, LossReason, ProductGroup, Stage

DAYS = 90
# What is there before the first day, and what it has come to by the last one.
FIRST_CLIENTS, CLIENTS, DEALS = 400, 600, 900
# The working days over which people entered what they had in their notebooks.
NOTEBOOK_DAYS = 8
# A company is looked at in the middle of its day.
LAST_HOUR = dt.time(14, 0)


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


class Small:
    """Lives through the `days` up to `moment`."""

    def __init__(
        self, moment: dt.datetime, days: int = DAYS, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.end = moment
        self.days = days
        self.last_day = periods.day_of(moment)
        self.say = say
        self.rng = random.Random(self.last_day.toordinal())
        self.names = 0
        self.persons: dict[int, Contact | None] = {}

    def live(self) -> Cast:
        """Makes the whole company in one transaction."""
        first_day = self.first_day
        hired = periods.local(first_day - dt.timedelta(days=200), dt.time(9))
        with transaction.atomic(), calendar.kept(), periods.clock(hired) as self.clock:
            self.cast = make_people()
            self.clock.move_to(
                periods.local(calendar.add_working_days(first_day, -NOTEBOOK_DAYS - 1), dt.time(9))
            )
            starting.backdate(self.clock.moment)
            self._read_lists()
            self._give_habits()
            working = self.working_days()
            evenings = Evenings(self.cast, self.clock, working, self.end, self.rng)
            evenings.begin()
            self._first_clients(first_day)
            self._absences(working)
            for number, day in enumerate(working):
                if number % 10 == 0:
                    self.say(f"{day:%d.%m.%Y}")
                evenings.morning(day)
                self._day(day, (len(working) - number) * DAYS // self.days)
                evenings.evening(day)
            set_tasks_of_heads(self.cast, self.last_day)
        return self.cast

    @property
    def first_day(self) -> dt.date:
        return self.last_day - dt.timedelta(days=self.days)

    def working_days(self) -> list[dt.date]:
        """Those that are lived through; before them lie those of the notebooks."""
        days = [self.first_day + dt.timedelta(days=number) for number in range(self.days + 1)]
        return [day for day in days if calendar.is_working(day)]

    # --- the ground ------------------------------------------------------------------------------------------------

    def _read_lists(self) -> None:
        stages = list(Stage.objects.filter(retired_at=None).select_related("funnel").order_by("position"))
        self.open_stages = [s for s in stages if s.kind == Stage.Kind.OPEN]
        self.won = next(s for s in stages if s.kind == Stage.Kind.WON)
        self.lost = next(s for s in stages if s.kind == Stage.Kind.LOST)
        self.kinds = {kind.name: kind for kind in ActivityKind.objects.all()}
        self.kind_of = {kind.pk: kind for kind in self.kinds.values()}
        self.sources, self.segments = list(Source.objects.all()), list(Segment.objects.all())
        self.reasons, self.groups = list(LossReason.objects.all()), list(ProductGroup.objects.all())

    def _give_habits(self) -> None:
        rng = self.rng
        self.habits = {
            user.pk: Habits(
                rng.uniform(7, 11), rng.uniform(0.94, 0.99), rng.uniform(0.9, 0.98), rng.uniform(0.5, 0.7)
            )
            for user in self.cast.managers
        }
        weak = self.cast.managers[3]
        self.habits[weak.pk] = Habits(5, 0.8, 0.6, 0.35)
        self.leads: dict[int, list[Lead]] = {user.pk: [] for user in self.cast.managers}

    def _first_clients(self, first_day: dt.date) -> None:
        """What the managers brought along from their notebooks, entered over the two weeks before."""
        per_entry = FIRST_CLIENTS // (len(self.cast.managers) * NOTEBOOK_DAYS)
        for back in range(NOTEBOOK_DAYS, 0, -1):
            day = calendar.add_working_days(first_day, -back)
            for number, manager in enumerate(self.cast.managers):
                self.clock.move_to(periods.local(day, dt.time(9 + number // 2, 25 * (number % 2) + back)))
                with operation(by=manager):
                    made = create_clients([self._draft(manager) for _number in range(per_entry)], by=manager)
                    self._remember(manager, made)
                    for lead in self.leads[manager.pk][-len(made) :]:
                        self._plan_first(manager, lead, first_day)
            close(self.clock, day)

    def _plan_first(self, manager: User, lead: Lead, first_day: dt.date) -> None:
        """Whom one knows from the notebook one will call in the first weeks."""
        if lead.forgotten:
            return
        lead.due = calendar.add_working_days(first_day, self.rng.randrange(1, 15))
        plan_activity(
            by=manager, client=lead.client, deal=lead.deal,
            kind=self.kinds["Звонок"], due_on=lead.due, subject=self.rng.choice(words.STEPS),
        )  # fmt: skip

    def _remember(self, manager: User, clients: list[Client]) -> None:
        deals = Deal.objects.filter(client__in=clients).order_by("pk")
        by_id = {client.pk: client for client in clients}
        for deal in deals:
            deal.manager = manager
            lead = Lead(deal, by_id[deal.client_id], forgotten=self.rng.random() < 0.02)
            self.leads[manager.pk].append(lead)

    def _draft(self, manager: User) -> ClientDraft:
        rng = self.rng
        self.names += 1
        city, region = rng.choice(words.CITIES)
        number = self.names
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

    def _absences(self, working: list[dt.date]) -> None:
        self.away: set[tuple[int, dt.date]] = set()
        plans = [
            (5, 12, 10, Absence.Kind.VACATION),
            (8, 40, 3, Absence.Kind.SICK),
            (1, 50, 2, Absence.Kind.SICK),
        ]
        for index, start, length, kind in plans:
            days = working[start : start + length]
            if not days:
                continue
            user = self.cast.managers[index]
            add_absence(user, kind=kind, since=days[0], until=days[-1], by=self.cast.admin)
            self.away |= {(user.pk, day) for day in days}

    # --- a day -----------------------------------------------------------------------------------------------------

    def _day(self, day: dt.date, days_left: int) -> None:
        events: list[tuple[dt.datetime, int, User]] = []
        for number, manager in enumerate(self.cast.managers):
            if (manager.pk, day) in self.away:
                continue
            count = max(2, round(self.rng.gauss(self.habits[manager.pk].contacts, 2)))
            events += [(self._moment(day), number, manager) for _event in range(count)]
        self._share_new_work(days_left)
        self._read_tasks(day)
        for moment, _number, manager in sorted(events, key=lambda event: event[:2]):
            if moment > self.end:
                break
            self.clock.move_to(moment)
            self._act(manager, day)
        if self.end >= (home := calendar.cutoff(day) - dt.timedelta(minutes=4)):
            self.clock.move_to(home)
            self._tidy_up(day)

    def _share_new_work(self, days_left: int) -> None:
        """How many clients and further deals today should bring, to come out near the whole by the end.

        `days_left` counts today. A shorter company grows as fast as one of `DAYS` days would.
        """
        deals = sum(map(len, self.leads.values()))
        self.clients_today = max(0, (CLIENTS - self.names) / days_left)
        self.deals_today = max(0, (DEALS - deals - (CLIENTS - self.names)) / days_left)
        self.events_left = sum(h.contacts for h in self.habits.values())

    def _moment(self, day: dt.date) -> dt.datetime:
        """A moment of the working day: busy before noon and after lunch, nobody at lunch."""
        hour = self.rng.choices([9, 10, 11, 12, 14, 15, 16, 17], [8, 16, 17, 9, 13, 15, 13, 9])[0]
        seconds = self.rng.randrange(600 if hour == 9 else 0, 3300 if hour == 17 else 3600)
        return periods.local(day, dt.time(hour)) + dt.timedelta(seconds=seconds)

    def _act(self, manager: User, day: dt.date) -> None:
        chance = self.rng.random() * self.events_left
        if chance < self.clients_today:
            self._new_client(manager)
            return
        if chance < self.clients_today + self.deals_today:
            self._further_deal(manager)
            return
        lead = self._choose(manager, day)
        if lead is not None:
            self._contact(manager, lead, day)

    def _new_client(self, manager: User) -> None:
        draft = self._draft(manager)
        client = create_client(
            by=manager, **{name: getattr(draft, name) for name in draft.__dataclass_fields__}
        )
        self._remember(manager, [client])

    def _further_deal(self, manager: User) -> None:
        closed = [lead for lead in self.leads[manager.pk] if not lead.is_open]
        lead = self.rng.choice(closed or self.leads[manager.pk])
        deal = create_deal(
            lead.client,
            by=manager,
            name=self.rng.choice(words.GOODS),
            product_group=self.rng.choice(self.groups),
        )
        self.leads[manager.pk].append(Lead(deal, lead.client))

    def _choose(self, manager: User, day: dt.date) -> Lead | None:
        """What has no next step, what is due first, if the manager keeps to it; else whatever lies about."""
        rng = self.rng
        leads = [lead for lead in self.leads[manager.pk] if lead.is_open and not lead.forgotten]
        due = [lead for lead in leads if lead.due is not None and lead.due <= day]
        bare = [lead for lead in leads if lead.due is None]
        if bare and rng.random() < 0.7 * self.habits[manager.pk].planning:
            return bare[-1]
        if due and rng.random() < self.habits[manager.pk].diligence:
            return min(due, key=lambda lead: (lead.due or day, lead.deal.pk))
        return rng.choice(leads) if leads else None

    def _tidy_up(self, day: dt.date) -> None:
        """Before they go home, those who keep order put off what they have not come to."""
        for manager in self.cast.managers:
            habits = self.habits[manager.pk]
            if (manager.pk, day) in self.away or self.rng.random() > habits.diligence * habits.planning:
                continue
            late = [lead for lead in self.leads[manager.pk] if lead.is_open and lead.due and lead.due <= day]
            for lead in late:
                if (task := self._task(lead)) and self.clock.moment < self.end:
                    lead.due = calendar.add_working_days(day, self.rng.randrange(1, 4))
                    move_task(task, by=manager, due_on=lead.due)

    def _contact(self, manager: User, lead: Lead, day: dt.date) -> None:
        rng, habits = self.rng, self.habits[manager.pk]
        outcome = rng.choices(
            [
                Activity.Outcome.REACHED,
                Activity.Outcome.NO_ANSWER,
                Activity.Outcome.POSTPONED,
                Activity.Outcome.REFUSED,
            ],
            [68, 18, 9, 5],
        )[0]
        task = self._task(lead)
        kind = self.kind_of[task.kind_id] if task else self._kind(lead)
        to_stage, fields = self._move(lead, outcome, habits)
        closes = to_stage is not None and to_stage.kind != Stage.Kind.OPEN
        step = None if closes else self._next_step(outcome, habits, day)
        happened = self.clock.moment
        if rng.random() < 0.04:
            happened -= dt.timedelta(minutes=rng.randrange(30, 900))
        log_activity(
            by=manager, client=lead.client, deal=lead.deal, kind=kind, outcome=outcome, planned=task, next_step=step,
            text=self._text(outcome),
            happened_at=happened, contact=self._person(lead.client), to_stage=to_stage, stage_fields=fields,
            quantity=Decimal(rng.randrange(1, 9)) if kind.unit else None,
        )  # fmt: skip
        lead.is_open = not closes
        lead.due = step.due_on if step else None
        if step is None and lead.is_open and rng.random() < 0.04:
            lead.forgotten = True

    def _read_tasks(self, day: dt.date) -> None:
        """What is due by the day, at one go: nearly all that will be done or put off on it."""
        tasks = Activity.objects.planned().filter(due_on__lte=day).select_related("client")
        self.tasks = {task.deal_id: task for task in tasks}

    def _task(self, lead: Lead) -> Activity | None:
        """What is planned with them."""
        if lead.due is None:
            return None
        task = self.tasks.pop(lead.deal.pk, None)
        return task or Activity.objects.planned().get(deal=lead.deal)

    def _person(self, client: Client) -> Contact | None:
        """Whom one calls there; nobody changes jobs in these days."""
        if client.pk not in self.persons:
            self.persons[client.pk] = client.contacts.first()
        return self.persons[client.pk]

    def _text(self, outcome: str) -> str:
        others: dict[str, list[str]] = {
            Activity.Outcome.NO_ANSWER: words.NO_ANSWER,
            Activity.Outcome.POSTPONED: words.POSTPONED,
            Activity.Outcome.REFUSED: words.REFUSED,
        }
        return self.rng.choice(others[outcome]) if outcome in others else words.talk(self.rng)

    def _kind(self, lead: Lead) -> ActivityKind:
        names = ["Звонок", "Встреча", "Письмо", "Сообщение в мессенджере", "Образцы отгружены"]
        weights = [72, 13 + 6 * lead.step, 8, 5, 2 + lead.step]
        return self.kinds[self.rng.choices(names, weights)[0]]

    def _move(
        self, lead: Lead, outcome: str, habits: Habits
    ) -> tuple[Stage | None, dict[str, object] | None]:
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

    def _next_step(self, outcome: str, habits: Habits, day: dt.date) -> NextStep | None:
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


def set_tasks_of_heads(cast: Cast, day: dt.date) -> None:
    """Each head has asked somebody for something: a task set by another."""
    call = ActivityKind.objects.order_by("position").first()
    for head in cast.heads:
        deal = (
            Deal.objects.visible_to(head)
            .open()
            .select_related("client", "manager")
            .order_by("-amount", "pk")
            .first()
        )
        if deal is not None and call is not None:
            plan_activity(
                by=head, client=deal.client, deal=deal, kind=call, manager=deal.manager,
                due_on=calendar.add_working_days(day, 1), subject="Разобрать условия до встречи",
            )  # fmt: skip
