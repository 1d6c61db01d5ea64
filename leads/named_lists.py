"""Short editable lists (sources, segments, reasons of loss …): one page and one set of verbs for all of them.

An upper room registers its own in `AppConfig.ready()`:

    named_lists.register("loss-reasons", LossReason, _("Reasons of loss"))

The name is the first field of every entry; `fields` are those an admin may edit. `more`: the name of a further page of
an entry (its address takes the entry's id), and what the link to it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from leads.models import NamedList


@dataclass(frozen=True)
class ListKind:
    """One of the lists. `key` stands in addresses."""

    key: str
    model: type[NamedList]
    title: str | Promise
    fields: Sequence[str] = field(default=("name",))
    more: tuple[str, str | Promise] | None = None

    @property
    def entries(self) -> Any:
        return self.model.objects.order_by("position", "pk")


_kinds: dict[str, ListKind] = {}


def register(
    key: str,
    model: type[NamedList],
    title: str | Promise,
    *,
    fields: Sequence[str] = ("name",),
    more: tuple[str, str | Promise] | None = None,
) -> None:
    """Adds a list to the admin's page."""
    _kinds[key] = ListKind(key, model, title, tuple(fields), more)


def kinds() -> list[ListKind]:
    """All lists, by title."""
    return sorted(_kinds.values(), key=lambda kind: str(kind.title))


def kind(key: str) -> ListKind | None:
    return _kinds.get(key)
