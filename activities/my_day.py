"""My day: what was done in today's window, and the queue. For the manager's home page; a fixed number of queries."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from activities.models import Activity, ActivityKind
from activities.moments import window_of
from activities.queue import Queue
from core.periods import Window
from people.models import User
from pipeline.models import Deal

FEED = 40


@dataclass(frozen=True)
class Done:
    """How many of what were done."""

    talks: int = 0
    meetings: int = 0
    no_answer: int = 0
    others: int = 0

    @classmethod
    def counted(cls, rows: list[tuple[str, str, int]]) -> "Done":
        """From (group of the kind, outcome, count)."""
        found: Counter[str] = Counter()
        of_group = {ActivityKind.Group.CONVERSATION: "talks", ActivityKind.Group.MEETING: "meetings"}
        for group, outcome, count in rows:
            if outcome == Activity.Outcome.NO_ANSWER:
                found["no_answer"] += count
            elif group in of_group and outcome in Activity.HELD:
                found[of_group[ActivityKind.Group(group)]] += count
            else:
                found["others"] += count
        return cls(**found)


@dataclass
class MyDay:
    user: User
    moment: dt.datetime

    @cached_property
    def queue(self) -> Queue:
        return Queue(self.user, self.moment)

    @cached_property
    def window(self) -> Window:
        """From the cut-off before to today's: after it, tomorrow's."""
        return window_of(self.moment, self.user.team)

    @cached_property
    def _done(self):
        return Activity.objects.done().filter(manager=self.user).happened_in(self.window)

    @cached_property
    def done(self) -> Done:
        rows = self._done.order_by().values_list("kind__group", "outcome").annotate(count=Count("*"))
        return Done.counted(list(rows))

    @cached_property
    def feed(self) -> list[Activity]:
        """What was done, the last first."""
        rows = self._done.select_related("client", "kind", "stage", "contact").order_by("-happened_at", "-pk")
        return list(rows[:FEED])

    @cached_property
    def overdue(self) -> int:
        return Activity.objects.filter(manager=self.user).overdue(self.queue.today, self.moment).count()

    @cached_property
    def without_step(self) -> int:
        return Deal.objects.filter(manager=self.user).open().without_next_step(self.moment).count()
