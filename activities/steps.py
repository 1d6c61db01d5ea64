"""What a deal's and a client's row know of their activities: the last contact and the next step."""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from activities.models import Activity
from core.history.tracked import Tracked
from core.prepared import Prepared
from leads import base
from leads.models import Client
from pipeline.models import Deal


def refresh_steps(deal_ids: Iterable[int | None], client_ids: Iterable[int | None]) -> None:
    """Recomputes `last_contact_at`, `next_step_on` and `next_step_at` of these deals and clients; None is passed by.

    From the activities as they stand, so that whatever happened to them (edited, deleted, rolled back, moved to another
    deal) the columns are right afterwards. A client's are over all its activities, a deal's over its own only: a task
    on the client is none of the deal's. A fixed number of statements for any 500 rows; rows that stay as they were are
    not written, so they get no version. What the clients are to us follows (`leads.base`).

    Inside an operation. The rows are locked first, clients before deals and each in the order of ids: of two people who
    log for one client, the second then sees what the first has written.
    """
    clients = list(client_ids)
    _refresh(Client, "client", clients)
    _refresh(Deal, "deal", deal_ids)
    base.refresh(clients)


def lock(deal_ids: Iterable[int | None], client_ids: Iterable[int | None]) -> None:
    """Locks the rows in the order in which everybody does; for verbs that change more of a deal than its steps.

    SQLite has one lock for all writers, which the operation has taken.
    """
    if connection.features.has_select_for_update:
        for model, ids in ((Client, client_ids), (Deal, deal_ids)):
            for part in _parts(ids):
                list(_locked(model, part).values_list("pk"))


def _parts(ids: Iterable[int | None], size: int = 500) -> Iterator[list[int]]:
    wanted = sorted({pk for pk in ids if pk is not None})
    return (wanted[at : at + size] for at in range(0, len(wanted), size))


def _locked(model: type[Tracked], ids: list[int]) -> QuerySet[Tracked]:
    return model.all_objects.select_for_update().filter(pk__in=ids).order_by("pk")


def _refresh(model: type[Tracked], key: str, ids: Iterable[int | None]) -> None:
    for part in _parts(ids):
        if connection.features.has_select_for_update:
            list(_locked(model, part).values_list("pk"))
        stale = {pk: true for pk, *columns in _STEPS[key].of(part) if columns[:_N] != (true := columns[_N:])}
        if len(stale) == 1:
            [(pk, values)] = stale.items()
            model.all_objects.update_stored([pk], **dict(zip(_COLUMNS, values, strict=True)))
        elif stale:
            model.all_objects.update_keys(list(stale), **_true_steps(key))


def _true_steps(key: str) -> dict[str, Subquery]:
    """What the activities say of a row, by the names of its columns."""
    of_row = Activity.objects.filter(**{key: OuterRef("pk")}).order_by()
    next_one = of_row.planned().in_order_of_due()
    return {
        "last_contact_at": Subquery(of_row.contacts().order_by("-happened_at").values("happened_at")[:1]),
        "next_step_on": Subquery(next_one.values("due_on")[:1]),
        "next_step_at": Subquery(next_one.values("due_at")[:1]),
    }


_COLUMNS = ("last_contact_at", "next_step_on", "next_step_at")
_N = len(_COLUMNS)


def _as_told_and_true(model: type[Tracked], key: str) -> Prepared:
    """What the rows say in their columns, then what is true: asked with every logged call."""
    return Prepared(lambda: model.all_objects.values_list("pk", *_COLUMNS, *_true_steps(key).values()))


_STEPS = {"client": _as_told_and_true(Client, "client"), "deal": _as_told_and_true(Deal, "deal")}
