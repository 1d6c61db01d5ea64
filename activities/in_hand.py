"""The client in hand: all that the quick log shows and offers for one client, in a fixed number of queries."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from activities.models import Activity, ActivityKind
from activities.next_steps import Days
from core import periods
from leads.models import Client, Contact
from people.access import get_visible_or_404
from people.models import User
from pipeline.models import Deal, Stage

_PROMISES = 5


def kinds_in_use() -> list[ActivityKind]:
    return list(ActivityKind.objects.filter(retired_at__isnull=True))


@dataclass
class InHand:
    """`deal` is the one talked about, `task` the planned activity that the contact fulfils; both may be none."""

    user: User
    client: Client
    deal: Deal | None = None
    task: Activity | None = None

    @classmethod
    def of(cls, user: User, client_id: str, deal_id: str = "", task_id: str = "") -> "InHand":
        """By ids from an address or a form; Http404 for a client the user does not see. A strange deal or task is none.

        Without a deal said: the task's, else the open one that was touched last. Without a task said: the first one
        due by today.
        """
        client: Client = get_visible_or_404(Client.objects.select_related("manager"), user, pk=client_id)
        return cls.about(user, client, deal_id, task_id)

    @classmethod
    def about(cls, user: User, client: Client, deal_id: str = "", task_id: str = "") -> "InHand":
        """The same for a client whom the user is known to see."""
        hand = cls(user, client)
        hand.task = next((task for task in hand.tasks if str(task.pk) == task_id), None)
        if hand.task is None and not task_id:
            today = periods.today()
            hand.task = next((task for task in hand.tasks if task.due_on and task.due_on <= today), None)
        wanted = deal_id or (str(hand.task.deal_id) if hand.task else "")
        hand.deal = next((deal for deal in hand.deals if str(deal.pk) == wanted), None)
        if hand.deal is None and hand.deals:
            hand.deal = hand.deals[0]
        return hand

    @cached_property
    def deals(self) -> list[Deal]:
        """Open ones, the one touched last first."""
        deals = Deal.objects.visible_to(self.user).filter(client=self.client).open()
        found = list(deals.select_related("stage", "manager").order_by("-changed_at")[:20])
        for deal in found:
            deal.client = self.client  # a deal without a name is called by its client
        return found

    @cached_property
    def tasks(self) -> list[Activity]:
        tasks = Activity.objects.planned().filter(client=self.client).select_related("kind", "manager")
        return list(tasks.in_order_of_due()[:_PROMISES])

    @cached_property
    def contacts(self) -> list[Contact]:
        return list(self.client.contacts.all()[:50])

    @cached_property
    def last(self) -> Activity | None:
        """The last conversation, by whomever; it is the client's."""
        talks = Activity.objects.contacts().filter(client=self.client, happened_at__isnull=False)
        return talks.select_related("kind", "contact", "manager").order_by("-happened_at").first()

    @cached_property
    def kinds(self) -> list[ActivityKind]:
        return kinds_in_use()

    @cached_property
    def stages(self) -> list[Stage]:
        """Of the deal's funnel, in order; those that take deals and the one it stands in."""
        if self.deal is None:
            return []
        stages = Stage.objects.filter(funnel=self.deal.stage.funnel_id).order_by("position", "id")
        return [stage for stage in stages if stage.retired_at is None or stage.pk == self.deal.stage_id]

    @cached_property
    def next_stage(self) -> Stage | None:
        """The one after the deal's in its funnel, unless that is a lost one."""
        ids = [stage.pk for stage in self.stages]
        if self.deal is None or self.deal.stage_id not in ids:
            return None
        rest = self.stages[ids.index(self.deal.stage_id) + 1 :]
        return next((stage for stage in rest if stage.kind != Stage.Kind.LOST), None)

    @property
    def open_sum(self) -> Decimal | None:
        sums = [deal.amount for deal in self.deals if deal.amount]
        return sum(sums, Decimal(0)) if sums else None

    @cached_property
    def days(self) -> Days:
        return Days.of(self.user.team)

    @property
    def today(self) -> dt.date:
        return self.days.today
