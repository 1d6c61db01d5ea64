"""What is left of a card that was merged into another: the way to that one, and a line in its feed."""

import datetime as dt
from typing import Any

from django.db.models import Q

from core.history.changes import text_of
from leads.feed import Entry
from leads.merging import FIELDS
from leads.models import Client
from people.models import User


def gone_on(user: User, number: int) -> Client | None:
    """The card that holds what card `number` had, if that was merged and the user sees where it went."""
    return Client.objects.visible_to(user).filter(merged__pk=number).first()


def text_of_field(client: Client, name: str) -> str:
    """A field of the card as people read it, "" where nothing stands in it."""
    value = getattr(client, name)
    if not value:
        return ""
    one = Client._meta.get_field(name)
    return str(value) if one.is_relation else text_of(one, value)  # type: ignore[arg-type]


def label_of(name: str) -> str:
    label = str(Client._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def merges_of(client: Client, user: User, before: dt.datetime | None, limit: int) -> list[Entry]:
    """Every card that was merged into this one, with what it said otherwise and nobody took over.

    A client read `with_merges` says whether there are any: most have none, and are asked no question.
    """
    if not getattr(client, "has_merges", True):
        return []
    keys = ("source", "campaign", "segment", "manager")
    cards = list(Client.all_objects.filter(merged_into=client).select_related(*keys).order_by("pk"))
    if not cards:
        return []
    merged_then = Q()
    for card in cards:
        merged_then |= Q(record_id=card.pk, deleted_at=card.deleted_at)
    # The first one is of the merge itself; later ones say that it went on into a further card.
    first: dict[int, Any] = {}
    for version in Client.versions.filter(merged_then).select_related("operation__by").order_by("-pk"):
        first[version.record_id] = version
    after = Client.versions.filter(operation__in=[version.operation_id for version in first.values()])
    stood = {(version.operation_id, version.record_id): version for version in after}
    entries = []
    for card in cards:
        version = first[card.pk]
        if before and version.valid_from >= before:
            continue
        merged = stood[version.operation_id, version.merged_into_id]
        untaken = [
            (label_of(name), text)
            for name in (*FIELDS[1:], "duplicate_reason")
            if (text := text_of_field(card, name)) and _raw(card, name) != _raw(merged, name)
        ]
        context = {"card": card, "untaken": untaken, "by": version.operation.by}
        entries.append(Entry(version.valid_from, "leads/feed/merge.html", context))
    return sorted(entries, key=lambda entry: entry.moment, reverse=True)[:limit]


def _raw(record: object, name: str) -> object:
    return getattr(record, Client._meta.get_field(name).attname)  # type: ignore[union-attr]
