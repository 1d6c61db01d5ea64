"""The company for looking at: 90 days of a sales department, lived through by the program's own verbs.

The clock is moved from event to event, so records, versions and operations are what real days leave. The same for a
given date: all chance comes from one generator seeded by it.
"""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from activities.actions import log_activity, move_task, plan_activity
from activities.models import Activity, ActivityKind
from core import periods, starting
from core.history.operations import operation
from crm.demo import words
from crm.demo.chance import Chance, Habits, Lead
from crm.demo.discipline import Evenings, close
from crm.demo.mailings import make_mailings
from crm.demo.people import Cast, make_people
from crm.demo.trade import Trade
from leads.actions import create_client, create_clients
from leads.models import Client, Contact
from people import calendar
from people.actions import add_absence
from people.models import Absence, User
from pipeline.actions import create_deal
from pipeline.models import Deal, Stage

DAYS = 90
# What is there before the first day, and what it has come to by the last one.
FIRST_CLIENTS, CLIENTS, DEALS = 400, 600, 900
# The working days over which people entered what they had in their notebooks.
NOTEBOOK_DAYS = 8
# A company is looked at in the middle of its day.
LAST_HOUR = dt.time(14, 0)


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
            self.chance = Chance(self.rng, self.last_day)
            self._give_habits()
            working = self.working_days()
            evenings = Evenings(self.cast, self.clock, working, self.end, self.rng)
            evenings.begin()
            self._first_clients(first_day)
            self._absences(working)
            self.trade = Trade(self.cast, self.clock, first_day, self.last_day)
            self.trade.begin()
            for number, day in enumerate(working):
                if number % 10 == 0:
                    self.say(f"{day:%d.%m.%Y}")
                    self.trade.expect(day)
                evenings.morning(day)
                self.trade.morning(day)
                self._day(day, (len(working) - number) * DAYS // self.days)
                evenings.evening(day)
            set_tasks_of_heads(self.cast, self.last_day)
            make_mailings(self.cast)
        return self.cast

    @property
    def first_day(self) -> dt.date:
        return self.last_day - dt.timedelta(days=self.days)

    def working_days(self) -> list[dt.date]:
        """Those that are lived through; before them lie those of the notebooks."""
        days = [self.first_day + dt.timedelta(days=number) for number in range(self.days + 1)]
        return [day for day in days if calendar.is_working(day)]

    # --- the ground ------------------------------------------------------------------------------------------------

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
                    made = create_clients(
                        [self.chance.draft(manager) for _number in range(per_entry)], by=manager
                    )
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
            kind=self.chance.kinds["Звонок"], due_on=lead.due, subject=self.rng.choice(words.STEPS),
        )  # fmt: skip

    def _remember(self, manager: User, clients: list[Client]) -> None:
        deals = Deal.objects.filter(client__in=clients).order_by("pk")
        by_id = {client.pk: client for client in clients}
        for deal in deals:
            deal.manager = manager
            lead = Lead(deal, by_id[deal.client_id], forgotten=self.rng.random() < 0.02)
            self.leads[manager.pk].append(lead)

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
            events += [(self.chance.moment(day), number, manager) for _event in range(count)]
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
        self.clients_today = max(0, (CLIENTS - self.chance.clients) / days_left)
        self.deals_today = max(0, (DEALS - deals - (CLIENTS - self.chance.clients)) / days_left)
        self.events_left = sum(h.contacts for h in self.habits.values())

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
        draft = self.chance.draft(manager)
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
            product_group=self.rng.choice(self.chance.groups),
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
        rng, chance, habits = self.rng, self.chance, self.habits[manager.pk]
        outcome = chance.outcome()
        task = self._task(lead)
        kind = chance.kind_of[task.kind_id] if task else chance.kind(lead)
        to_stage, fields = chance.move(lead, outcome, habits)
        closes = to_stage is not None and to_stage.kind != Stage.Kind.OPEN
        step = None if closes else chance.next_step(outcome, habits, day)
        happened = self.clock.moment
        if rng.random() < 0.04:
            happened -= dt.timedelta(minutes=rng.randrange(30, 900))
        log_activity(
            by=manager, client=lead.client, deal=lead.deal, kind=kind, outcome=outcome, planned=task, next_step=step,
            text=chance.text(outcome),
            happened_at=happened, contact=self._person(lead.client), to_stage=to_stage, stage_fields=fields,
            quantity=Decimal(rng.randrange(1, 9)) if kind.unit else None,
        )  # fmt: skip
        if to_stage is not None and to_stage.kind == Stage.Kind.WON:
            lead.deal.refresh_from_db()
            self.trade.won(lead.deal, manager)
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
