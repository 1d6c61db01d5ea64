"""What a client is found by: the texts of two derived columns, `search` and `name_key`.

They are no part of history: whoever changes a client, its persons, phones or e-mails calls `refresh_search` in the
same operation. The running number needs no place in them (see `ClientQuerySet.found_by`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet

from core.names import name_key
from core.text import normal
from leads.models import Client, Contact, ContactPoint

_PORTION = 500


def search_text(client: Client, names: Iterable[str], values: Iterable[str]) -> str:
    """All that the client is found by, in normal form: own texts, `names` (of persons, of cards merged into it), phones
    and e-mails."""
    parts = [client.name, client.inn, client.old_number, *names, *values]
    return normal("\n".join(dict.fromkeys(part for part in parts if part)))


def derive(client: Client, names: Iterable[str], values: Iterable[str]) -> bool:
    """Sets both columns of the object; whether that changed one."""
    before = client.search, client.name_key
    client.search, client.name_key = search_text(client, names, values), name_key(client.name)
    return (client.search, client.name_key) != before


def refresh_search(ids: Iterable[int]) -> None:
    """Brings the derived columns of these clients up to date, in four queries and a write per 500 of them."""
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
    merged = Client.all_objects.filter(merged_into__in=ids).order_by("pk")
    for client_id, *texts in merged.values_list("merged_into_id", "name", "inn", "old_number"):
        names[client_id] += texts
    clients = Client.all_objects.filter(pk__in=ids)
    stale = [client for client in clients if derive(client, names[client.pk], values[client.pk])]
    # Past the tracked words on purpose: derived columns make no version and do not disturb who edits the card.
    plain: QuerySet[Client] = QuerySet(Client)
    plain.bulk_update(stale, ["search", "name_key"])


def after_rollback(rows: dict[type[Any], list[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`: what came back must be found again.

    A person who came back to another card takes along the phones that were entered for them meanwhile. Of the card they
    left no row speaks any more, so the cards they ever stood at are asked of their versions.
    """
    ids = set(rows.get(Client, []))
    points = [*rows.get(ContactPoint, []), *_bring_along(rows.get(Contact, []))]
    stood: list[tuple[type[Any], list[int], str]] = [
        (Client, rows.get(Client, []), "merged_into_id"),
        (Contact, rows.get(Contact, []), "client_id"),
        (ContactPoint, points, "client_id"),
    ]
    for model, keys, key in stood:
        for start in range(0, len(keys), _PORTION):
            versions = model.versions.filter(record_id__in=keys[start : start + _PORTION])
            ids.update(versions.values_list(key, flat=True).distinct())
    refresh_search(ids - {None})


def _bring_along(people: Sequence[int]) -> list[int]:
    """Points of these persons that stand at a card which is not the person's; they follow the person."""
    found: list[int] = []
    for start in range(0, len(people), _PORTION):
        astray = ContactPoint.all_objects.filter(contact__in=people[start : start + _PORTION])
        cards: dict[int, list[int]] = defaultdict(list)
        for pk, client_id in astray.exclude(client=F("contact__client")).values_list(
            "pk", "contact__client_id"
        ):
            cards[client_id].append(pk)
        for client_id, keys in cards.items():
            ContactPoint.all_objects.update_keys(keys, client=client_id)
            found += keys
    return found
