"""Activities in a client's feed and history."""

import datetime as dt
from collections.abc import Iterable, Sequence

from activities.models import Activity
from activities.moments import is_late
from core.history.tracked import Tracked
from leads.feed import Entry
from leads.models import Client
from people.models import User

TEMPLATE = "activities/feed_entry.html"


def activities_of(client: Client, user: User, before: dt.datetime | None, limit: int) -> Sequence[Entry]:
    """A provider of `leads.feed`: all that was done with the client, by whomever; the card is the user's to see."""
    rows = Activity.objects.done().filter(client=client, happened_at__isnull=False)
    if before is not None:
        rows = rows.filter(happened_at__lt=before)
    rows = rows.select_related("kind", "contact", "manager", "stage").defer("search")
    found = list(rows.order_by("-happened_at", "-pk")[:limit])
    return [
        Entry(one.happened_at, TEMPLATE, {"activity": one, "late": is_late(one)})
        for one in found
        if one.happened_at is not None
    ]


def activities_in_history(client: Client) -> dict[type[Tracked], Iterable[int]]:
    """For the client's history: every activity it ever had."""
    return {Activity: Activity.all_objects.filter(client=client).values_list("pk", flat=True)}
