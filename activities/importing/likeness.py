"""Nearly equal names for thousands of rows at once, where `leads.duplicates.near_names` would ask for each."""

from collections import defaultdict
from collections.abc import Hashable
from functools import cached_property
from typing import cast

from core.names import name_key, near_names
from leads.models import Client

_BEGINNING = 4


class Likeness:
    """The names of all clients of the company in drawers, so that a name is compared with few others.

    Names that begin alike lie in one drawer, whatever blanks are in them; those of the same words in another order are
    found by their own key. A name whose first letters are misspelt is not found: the card's form looks closer.
    """

    def find(self, name: str) -> int | None:
        """The client with the nearest name of all that are near enough, legal form aside; None if there is none."""
        key = name_key(name)
        if len(key) <= _BEGINNING:
            return None
        drawer = {
            **self._drawers.get(_beginning(key), {}),
            **self._drawers.get(_words(key), {}),
        }
        found = near_names(name, drawer, limit=1)
        return cast(int, found[0].key) if found else None

    @cached_property
    def _drawers(self) -> dict[str, dict[Hashable, str]]:
        drawers: dict[str, dict[Hashable, str]] = defaultdict(dict)
        for pk, key in Client.objects.values_list("pk", "name_key").iterator(5000):
            if key:
                drawers[_beginning(key)][pk] = drawers[_words(key)][pk] = key
        return dict(drawers)


def _beginning(key: str) -> str:
    return key.replace(" ", "")[:_BEGINNING]


def _words(key: str) -> str:
    return " ".join(sorted(key.split()))
