"""What a client is found by: the texts of two derived columns, `search` and `name_key`.

They are no part of history: whoever changes a client, its persons, phones or e-mails calls `refresh_search` in the
same operation. The running number needs no place in them (see `ClientQuerySet.found_by`).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from core.names import name_key
from core.text import normal
from leads.models import Client, Contact, ContactPoint

_PORTION = 500


def search_text(client: Client, names: Iterable[str], values: Iterable[str]) -> str:
    """All that the client is found by, in normal form: own texts, names of persons, phones and e-mails."""
    parts = [client.name, client.inn, client.old_number, *names, *values]
    return normal("\n".join(dict.fromkeys(part for part in parts if part)))


def derive(client: Client, names: Iterable[str], values: Iterable[str]) -> bool:
    """Sets both columns of the object; whether that changed one."""
    before = client.search, client.name_key
    client.search, client.name_key = search_text(client, names, values), name_key(client.name)
    return (client.search, client.name_key) != before


def refresh_search(ids: Iterable[int]) -> None:
    """Brings the derived columns of these clients up to date, in three queries and a write per 500 of them."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _PORTION):
        _refresh(wanted[start : start + _PORTION])


def _refresh(ids: list[int]) -> None:
    names: dict[int, list[str]] = defaultdict(list)
    values: dict[int, list[str]] = defaultdict(list)
    for client_id, name in Contact.objects.filter(client__in=ids).values_list("client_id", "name"):
        names[client_id].append(name)
    for client_id, value in ContactPoint.objects.filter(client__in=ids).values_list("client_id", "value"):
        values[client_id].append(value)
    clients = Client.all_objects.filter(pk__in=ids)
    stale = [client for client in clients if derive(client, names[client.pk], values[client.pk])]
    # Past the tracked words on purpose: derived columns make no version and do not disturb who edits the card.
    plain: QuerySet[Client] = QuerySet(Client)
    plain.bulk_update(stale, ["search", "name_key"])


def after_rollback(rows: dict[type[Any], list[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: what came back must be found again."""
    ids = set(rows.get(Client, []))
    for model in (Contact, ContactPoint):
        ids.update(model.all_objects.filter(pk__in=rows.get(model, [])).values_list("client_id", flat=True))
    refresh_search(ids)
