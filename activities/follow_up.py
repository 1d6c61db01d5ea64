"""What happens in this room when something happened in another: a deal was moved, an operation was rolled back."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.actions import plan_activity
from activities.models import Activity, ActivityKind
from activities.steps import refresh_steps
from core import periods
from core.history.operations import Operation
from core.history.tracked import Tracked
from leads.merging import Merge, Mover
from leads.models import Client
from people.models import User
from pipeline.models import Deal, Stage, StageMove


def after_move(deal: Deal, move: StageMove, op: Operation) -> None:
    """A deal lost with a date to return to it gets a task on that date (P5)."""
    if deal.state != Stage.Kind.LOST or deal.return_on is None or op.by is None:
        return
    due_on = max(deal.return_on, periods.day_of(op.at))
    if Activity.objects.planned().filter(deal=deal, due_on=due_on).exists():
        return
    kind = ActivityKind.objects.filter(retired_at__isnull=True).first()
    if kind is not None:
        subject = _("Return to the lost deal")
        plan_activity(by=op.by, client=deal.client, deal=deal, kind=kind, due_on=due_on, subject=subject)


def after_assignment(clients: Sequence[Client], manager: User, op: Operation) -> None:
    """With a client go its tasks: they are who is responsible now's to do."""
    tasks = Activity.objects.planned().filter(client__in=[client.pk for client in clients])
    tasks.exclude(manager=manager).update(manager=manager)


def after_deal_deletion(deals: Sequence[Deal], op: Operation) -> None:
    """What is planned in a deal goes with it, what was done stays with the client; the same rollback brings it back."""
    Activity.objects.planned().filter(deal__in=[deal.pk for deal in deals]).soft_delete()
    refresh_steps([deal.pk for deal in deals], [deal.client_id for deal in deals])


def after_deletion(clients: Sequence[Client], op: Operation) -> None:
    """With a client goes what was done and planned; the same rollback brings it back."""
    Activity.objects.filter(client__in=[client.pk for client in clients]).soft_delete()


def _move_activities(merge: Merge) -> None:
    """What was done and is planned goes over to the card that stays, and to whom it stands for of its people."""
    Activity.all_objects.filter(client=merge.away).update(client=merge.survivor)
    for person, stays in merge.people.items():
        Activity.all_objects.filter(contact=person).update(contact=stays)
    refresh_steps([], [merge.survivor.pk, merge.away.pk])


def _count_activities(client: Client) -> str:
    count = Activity.objects.filter(client=client).count()
    return (
        ngettext("%(count)s contact or task", "%(count)s contacts and tasks", count) % {"count": count}
        if count
        else ""
    )


activities_of_merged = Mover(move=_move_activities, words=_count_activities)


def after_rollback(rows: dict[type[Tracked], list[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: steps are computed anew from the activities that came back.

    An activity that left a deal is found by no row any more, so the deals it ever stood at are asked of its versions.
    A deal that came back to another card takes along what was entered for it meanwhile.
    """
    deals, clients = set(rows.get(Deal, [])), set(rows.get(Client, []))
    activities = [*rows.get(Activity, []), *_bring_along(sorted(deals))]
    for start in range(0, len(activities), 500):
        stood_at = Activity.versions.filter(record_id__in=activities[start : start + 500])
        for deal_id, client_id in stood_at.values_list("deal_id", "client_id").distinct():
            deals.add(deal_id)
            clients.add(client_id)
    refresh_steps(deals, clients)


def _bring_along(deals: Sequence[int]) -> list[int]:
    """Activities that stand at one of the deals and at a card that is not the deal's; they follow the deal."""
    found: list[int] = []
    for start in range(0, len(deals), 500):
        astray = Activity.all_objects.filter(deal__in=deals[start : start + 500]).exclude(
            client=F("deal__client")
        )
        cards: dict[int, list[int]] = {}
        for pk, client_id in astray.values_list("pk", "deal__client_id"):
            cards.setdefault(client_id, []).append(pk)
        for client_id, ids in cards.items():
            Activity.all_objects.update_keys(ids, client=client_id)
            found += ids
    return found
