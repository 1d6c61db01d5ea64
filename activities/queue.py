"""A manager's queue: whom to work with next. Overdue tasks, today's, then open deals with nothing planned."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from activities.models import Activity
from core import periods
from core.tables import NextStep
from leads.models import Client
from people.models import User
from pipeline.models import Deal

# More than this nobody works off in a day; the rest is in the lists.
LONGEST = 25


@dataclass(frozen=True)
class Item:
    """One line: a task, or a deal that has none. `words` remind of what it is about."""

    state: str  # overdue, today, nothing
    client: Client
    deal: Deal | None
    task: Activity | None
    words: str

    @property
    def due(self) -> dt.date | dt.datetime | None:
        return (self.task.due_at or self.task.due_on) if self.task else None

    @property
    def step(self) -> NextStep:
        return NextStep(self.state, self.due)  # type: ignore[arg-type]

    @property
    def log_url(self) -> str:
        """The quick log with client, deal and task in hand."""
        known = {
            "client": self.client.pk,
            "deal": self.deal and self.deal.pk,
            "task": self.task and self.task.pk,
        }
        return (
            f"{reverse('activities:log')}?{urlencode({key: value for key, value in known.items() if value})}"
        )


@dataclass
class Queue:
    """The queue of one person at a moment; three queries, however much there is. Lines beyond `LONGEST` are cut."""

    user: User
    moment: dt.datetime

    @cached_property
    def today(self) -> dt.date:
        return periods.day_of(self.moment)

    @cached_property
    def _due(self) -> list[Item]:
        tasks = Activity.objects.planned().filter(manager=self.user, due_on__lte=self.today)
        tasks = tasks.select_related("client", "deal__stage", "kind", "follows")
        return [
            Item(
                "overdue" if self._is_overdue(task) else "today",
                task.client,
                task.deal,
                task,
                task.subject or (task.follows.text if task.follows else "") or str(task.kind),
            )
            for task in tasks.in_order_of_due()[: LONGEST * 2]
        ]

    def _is_overdue(self, task: Activity) -> bool:
        assert task.due_on is not None
        return task.due_on < self.today or (task.due_at is not None and task.due_at < self.moment)

    @cached_property
    def overdue(self) -> list[Item]:
        return [item for item in self._due if item.state == "overdue"][:LONGEST]

    @cached_property
    def for_today(self) -> list[Item]:
        return [item for item in self._due if item.state == "today"][:LONGEST]

    @cached_property
    def nothing_planned(self) -> list[Item]:
        """Open deals without a next step, the greatest sums first."""
        deals = Deal.objects.filter(manager=self.user).open().without_next_step(self.moment)
        deals = deals.select_related("client", "stage").order_by("-amount", "pk")
        deals = sorted(
            deals[:LONGEST], key=lambda deal: -(deal.amount or 0)
        )  # none comes first on PostgreSQL
        return [Item("nothing", deal.client, deal, None, self._silence(deal)) for deal in deals]

    def _silence(self, deal: Deal) -> str:
        days = days_without_contact(deal, self.moment)
        return ngettext("%(count)s day without contact", "%(count)s days without contact", days) % {
            "count": days
        }

    @property
    def items(self) -> list[Item]:
        return [*self.overdue, *self.for_today, *self.nothing_planned]

    def next_after(self, client: Client) -> Item | None:
        """The first line of another client."""
        return next((item for item in self.items if item.client.pk != client.pk), None)


def days_without_contact(deal: Deal, moment: dt.datetime) -> int:
    """Calendar days since somebody answered, since the deal began if nobody has."""
    since = deal.last_contact_at or deal.created_at
    return (periods.day_of(moment) - periods.day_of(since)).days
