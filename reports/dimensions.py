"""What rows and columns of the sales cube may be: how the keys that facts give are called, and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods, show
from core.places import Text
from leads.models import Client, Segment, Source
from orders.models import Product
from orders.tree import Tree
from people.models import Appointment, Team, User
from pipeline.models import Funnel, ProductGroup

Key = Any
Keys = Collection[Key]


@dataclass(frozen=True)
class Dimension:
    """`names(keys)`: what they are called, in the order they are shown; a key it does not name is «not said».
    `over`: the dimension facts are asked by, where this one folds it: `fold(keys)` gives {its key: ours}."""

    key: str
    label: Text
    names: Callable[[Keys], Mapping[Key, str]]
    over: str = ""
    fold: Callable[[Keys], Mapping[Key, Key]] | None = None
    # A period has an order of its own; all else is shown with the greatest first.
    unit: periods.Unit | None = None

    @property
    def is_time(self) -> bool:
        return self.unit is not None

    @property
    def asked_by(self) -> str:
        return self.over or self.key


def _records(model: Any, field: str = "name") -> Callable[[Keys], Mapping[Key, str]]:
    def names(keys: Keys) -> Mapping[Key, str]:
        known = [key for key in keys if key is not None]
        rows = getattr(model, "all_objects", model.objects)
        return dict(rows.filter(pk__in=known).order_by(field, "pk").values_list("pk", field))

    return names


def _itself(keys: Keys) -> Mapping[Key, str]:
    return {key: str(key) for key in sorted((key for key in keys if key), key=str.casefold)}


def _months(keys: Keys) -> Mapping[Key, str]:
    return {key: show.month(key) for key in sorted(key for key in keys if key is not None)}


def _quarters(keys: Keys) -> Mapping[Key, str]:
    return {
        key: _("quarter %(number)s, %(year)s") % {"number": (key.month + 2) // 3, "year": key.year}
        for key in sorted(key for key in keys if key is not None)
    }


def _years(keys: Keys) -> Mapping[Key, str]:
    return {key: str(key.year) for key in sorted(key for key in keys if key is not None)}


def _quarter_of(keys: Keys) -> Mapping[Key, Key]:
    return {key: key.replace(month=key.month - (key.month - 1) % 3, day=1) for key in keys if key}


def _year_of(keys: Keys) -> Mapping[Key, Key]:
    return {key: dt.date(key.year, 1, 1) for key in keys if key}


def _team_of(keys: Keys) -> Mapping[Key, Key]:
    """The teams people are in today; who is in none has no team."""
    rows = Appointment.objects.in_force().filter(user__in=[key for key in keys if key is not None])
    return dict(rows.values_list("user_id", "team_id"))


def _top_group_of(keys: Keys) -> Mapping[Key, Key]:
    tree = Tree.read()
    return {key: tree.chain(key)[0].pk for key in keys if key in tree}


def _groups(keys: Keys) -> Mapping[Key, str]:
    tree = Tree.read()
    return {group.pk: tree.path(group.pk) for group in tree.order if group.pk in keys}


DIMENSIONS: dict[str, Dimension] = {
    each.key: each
    for each in (
        Dimension("top-group", gettext_lazy("Product group"), _records(ProductGroup), "group", _top_group_of),
        Dimension("group", gettext_lazy("Product subgroup"), _groups),
        Dimension("product", gettext_lazy("Product"), _records(Product)),
        Dimension("manager", gettext_lazy("Manager"), _records(User)),
        Dimension("team", gettext_lazy("Team"), _records(Team), "manager", _team_of),
        Dimension("client", gettext_lazy("Client"), _records(Client)),
        Dimension("region", gettext_lazy("Region"), _itself),
        Dimension("city", gettext_lazy("City"), _itself),
        Dimension("source", gettext_lazy("Source"), _records(Source)),
        Dimension("segment", gettext_lazy("Segment"), _records(Segment)),
        Dimension("funnel", gettext_lazy("Funnel"), _records(Funnel)),
        Dimension("month", gettext_lazy("Month"), _months, unit="month"),
        Dimension("quarter", gettext_lazy("Quarter"), _quarters, "month", _quarter_of, unit="quarter"),
        Dimension("year", gettext_lazy("Year"), _years, "month", _year_of, unit="year"),
    )
}


def choices() -> dict[str, Text]:
    """{key: words} of all of them."""
    return {key: dimension.label for key, dimension in DIMENSIONS.items()}


def source_keys(dimension: Dimension, key: Key, known: Sequence[Key]) -> tuple[Key, ...]:
    """Which of the known keys that facts give make up one key of the dimension."""
    if dimension.fold is None:
        return (key,)
    folded = dimension.fold(known)
    return tuple(each for each in known if folded.get(each) == key)
