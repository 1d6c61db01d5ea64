"""What a deal's and a client's row know of their activities: the last contact and the next step."""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, QuerySet, Subquery

from activities.models import Activity
from core.history.tracked import Tracked
from leads.models import Client
from pipeline.models import Deal

_COLUMNS = ("last_contact_at", "next_step_on", "next_step_at")


def refresh_steps(deal_ids: Iterable[int | None], client_ids: Iterable[int | None]) -> None:
    """Recomputes `last_contact_at`, `next_step_on` and `next_step_at` of these deals and clients; None is passed by.

    From the activities as they stand, so that whatever happened to them (edited, deleted, rolled back, moved to another
    deal) the columns are right afterwards. A client's are over all its activities, a deal's over its own only: a task
    on the client is none of the deal's. A fixed number of statements for any 500 rows; rows that stay as they were are
    not written, so they get no version.

    Inside an operation. The rows are locked first, clients before deals and each in the order of ids: of two people who
    log for one client, the second then sees what the first has written.
    """
    _refresh(Client, "client", client_ids)
    _refresh(Deal, "deal", deal_ids)


def lock(deal_ids: Iterable[int | None], client_ids: Iterable[int | None]) -> None:
    """Locks the rows in the order in which everybody does; for verbs that change more of a deal than its steps."""
    for rows in (*_parts(Client, client_ids), *_parts(Deal, deal_ids)):
        list(rows.select_for_update().order_by("pk").values_list("pk"))


def _parts(model: type[Tracked], ids: Iterable[int | None], size: int = 500) -> Iterator[QuerySet[Tracked]]:
    wanted = sorted({pk for pk in ids if pk is not None})
    return (model.all_objects.filter(pk__in=wanted[at : at + size]) for at in range(0, len(wanted), size))


def _refresh(model: type[Tracked], key: str, ids: Iterable[int | None]) -> None:
    of_row = Activity.objects.filter(**{key: OuterRef("pk")}).order_by()
    next_one = of_row.planned().in_order_of_due()
    true = {
        "last_contact_at": Subquery(of_row.contacts().order_by("-happened_at").values("happened_at")[:1]),
        "next_step_on": Subquery(next_one.values("due_on")[:1]),
        "next_step_at": Subquery(next_one.values("due_at")[:1]),
    }
    for rows in _parts(model, ids):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
        found = rows.annotate(**{f"true_{name}": value for name, value in true.items()})
        stale = [
            pk
            for pk, *values in found.values_list("pk", *_COLUMNS, *(f"true_{name}" for name in _COLUMNS))
            if values[:3] != values[3:]
        ]
        if stale:
            model.all_objects.filter(pk__in=stale).update(**true)
