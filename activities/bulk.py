"""The verb by which an import records many activities at once."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from activities.actions import check
from activities.models import Activity
from activities.moments import entered
from activities.steps import lock, refresh_steps
from core.history.operations import operation
from leads.models import Client
from people import access
from people.models import User
from pipeline.models import Deal


def record_activities(activities: Sequence[Activity], *, by: User) -> list[Activity]:
    """Saves done activities made in memory (client, deal, kind, manager, happened_at, outcome, text, stage set).

    The rules are those of `log_activity`, which see: what was entered now was entered now, however long ago it
    happened, so none of it counts for a day that is over. All or nothing; a number of statements that hardly grows.
    """
    _require_change(by, Client, {one.client_id for one in activities})
    _require_change(by, Deal, {one.deal_id for one in activities if one.deal_id is not None})
    for manager in {one.manager_id: one.manager for one in activities}.values():
        access.require_owner(by, manager)
    with operation(by=by) as op:
        deals, clients = [one.deal_id for one in activities], [one.client_id for one in activities]
        lock(deals, clients)
        for one in activities:
            one.status = Activity.Status.DONE
            one.entered_at = entered(None, one, op.at)
            check(one, op.at)
            one.fill_search()
        made: list[Activity] = Activity.objects.bulk_create(activities)
        refresh_steps(deals, clients)
    return made


def _require_change(by: User, model: type[Client] | type[Deal], ids: set[int]) -> None:
    if access.changeable(by, model, ids) != ids:
        raise PermissionDenied(f"{model._meta.label} of others")
