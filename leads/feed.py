"""The feed of a card, «What happened»: entries of all rooms in one row, the latest first.

An upper room adds its own in `AppConfig.ready()`:

    feed.providers.append(activities_of)

A provider is `f(client, user, before, limit)` → at most `limit` entries that happened before the moment `before` (None:
from now on back), latest first, in a number of queries that does not grow with rows. It shows what the user may see of
a client whom the user sees.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.history.changes import FieldChange, content_fields, names_of, text_of
from core.history.operations import Operation
from leads.models import Client
from people.models import User

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a template that sees the entry as `entry` and the values of `context` by their names.

    `has_time` is False for what is known by its day only.
    """

    moment: dt.datetime
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    has_time: bool = True

    @property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"entry": self, "context": self.context, **self.context})


Provider = Callable[[Client, User, dt.datetime | None, int], Sequence[Entry]]
providers: list[Provider] = []


@dataclass(frozen=True)
class FeedPage:
    """Some entries, and the moment before which the older ones lie (None: these were the last)."""

    entries: Sequence[Entry]
    older_than: dt.datetime | None


def feed(client: Client, user: User, before: dt.datetime | None = None, limit: int = PAGE) -> FeedPage:
    """A page of everything that happened with the client before the moment.

    What happened at one and the same moment is never torn apart by the end of a page.
    """
    found = [entry for provide in providers for entry in provide(client, user, before, limit + 1)]
    found.sort(key=lambda entry: entry.moment, reverse=True)
    if len(found) <= limit:
        return FeedPage(found, None)
    end = found[limit].moment
    shown = [entry for entry in found[:limit] if entry.moment > end]
    if not shown:  # more at one moment than a page holds: an import without times
        return FeedPage(found[:limit], found[limit - 1].moment)
    return FeedPage(shown, shown[-1].moment)


# --- This room's own entries: the card was made, its fields were changed

# Columns that others write by the way; what they mean stands in the feed already.
_UNSAID = frozenset({"last_contact_at", "next_step_on", "next_step_at", "duplicate_reason"})


def changes_of_card(client: Client, user: User, before: dt.datetime | None, limit: int) -> list[Entry]:
    """Who made the card, and every change of a field that a person fills.

    The whole row of versions is read, narrow: most of them say only when the last contact was.
    """
    fields = [one for one in content_fields(Client) if one.name not in _UNSAID]
    names = [one.attname for one in fields]
    author = ("operation__by__name", "operation__kind")
    versions = Client.versions.of(client).values_list("valid_from", *author, "deleted_at", *names)
    if before:
        versions = versions.filter(valid_from__lt=before)
    found: list[tuple[dt.datetime, str, str, bool, list[Difference]]] = []
    previous: tuple[Any, ...] = ()
    for moment, by, kind, *state in versions:
        made = not previous
        changed = _differences(fields, previous[1:], state[1:]) if previous else []
        deleted = bool(previous) and previous[0] is None and state[0] is not None
        if made or changed or deleted:
            found.append((moment, by, kind, made, changed))
        previous = tuple(state)
    latest = found[::-1][:limit]
    texts = names_of(_keys(one for *_said, changed in latest for one in changed))
    return [
        Entry(
            moment,
            "leads/feed/change.html",
            {
                "by": by,
                "way": "" if kind == Operation.Kind.FORM else Operation.Kind(kind).label,
                "made": made,
                "changes": [
                    FieldChange(one, was, now, text_of(one, was, texts), text_of(one, now, texts))
                    for one, was, now in changed
                ],
            },
        )
        for moment, by, kind, made, changed in latest
    ]


# A field with its value before and after.
Difference = tuple[Any, Any, Any]


def _differences(fields: Sequence[Any], before: Sequence[Any], after: Sequence[Any]) -> list[Difference]:
    return [(one, was, now) for one, was, now in zip(fields, before, after, strict=True) if was != now]


def _keys(changes: Iterable[Difference]) -> dict[Any, set[Any]]:
    wanted: dict[Any, set[Any]] = {}
    for one, was, now in changes:
        if isinstance(one, models.ForeignKey):
            wanted.setdefault(one.related_model, set()).update({was, now} - {None})
    return wanted
