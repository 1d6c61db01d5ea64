"""Which client a name in a file means: one of the file itself, or one the user sees."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from core.names import name_key
from core.text import normal
from leads.models import Client
from people.models import User

_PORTION = 400
# A client of the company by its id, or one of the file by the key of its row.
Ref = int | str


@dataclass(frozen=True)
class Place:
    """Where a row of the file puts its client. `ref` None: nowhere, because the row itself is not loaded (`wrong`) or
    the client it doubles is somebody else's (`foreign`)."""

    ref: Ref | None
    row: str = ""
    wrong: bool = False
    foreign: bool = False


class Names:
    """Finds clients by exact name, by name without legal form, by the former number; first in the file."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.in_file: dict[str, Place] = {}
        self._keys: dict[str, dict[Ref | str, Place]] = defaultdict(dict)
        self._numbers: dict[str, Place] = {}
        self._asked: dict[str, list[tuple[int, str, str, str]]] = {}

    def put(self, name: str, number: str, place: Place) -> None:
        """Remembers a row of the file. Of two rows with one name the first that is loaded is meant."""
        for found, word in ((self.in_file, normal(name)), (self._numbers, normal(number))):
            if word and (word not in found or (found[word].ref is None and place.ref is not None)):
                found[word] = place
        if key := name_key(name):
            self._keys[key].setdefault(place.ref if place.ref is not None else f"row {place.row}", place)

    def of_key(self, name: str) -> Place | None:
        """The row of the file that is loaded under the same name, legal form and quotes aside."""
        places = self._keys.get(name_key(name), {})
        return next((place for place in places.values() if place.ref is not None), None)

    def prepare(self, names: Iterable[str]) -> None:
        """Asks the database for the names the file itself does not explain, all at once."""
        wanted = sorted(
            {name for name in names if name and name not in self._asked and not self._from_file(name)}
        )
        for start in range(0, len(wanted), _PORTION):
            some = wanted[start : start + _PORTION]
            condition = Q(name_key__in=list({name_key(name) for name in some})) | Q(old_number__in=some)
            rows = list(
                Client.objects.visible_to(self.user)
                .filter(condition)
                .order_by("pk")
                .values_list("pk", "name", "name_key", "old_number")
            )
            by_word: dict[str, list[tuple[int, str, str, str]]] = defaultdict(list)
            for row in rows:
                by_word[row[2]].append(row)
                if row[3]:
                    by_word[f"№{row[3]}"].append(row)
            for name in some:
                self._asked[name] = by_word.get(name_key(name)) or by_word.get(f"№{name}") or []

    def find(self, name: str) -> list[Place]:
        """The clients the name may mean: one, none if nobody is called so, or several."""
        if place := self._from_file(name):
            return place
        rows = self._asked.get(name, [])
        exact = [row for row in rows if normal(row[1]) == normal(name)]
        return [Place(row[0]) for row in (exact or rows)]

    def _from_file(self, name: str) -> list[Place]:
        word = normal(name)
        if word in self.in_file:
            return [self.in_file[word]]
        places = list(self._keys.get(name_key(name), {}).values())
        loaded = [place for place in places if place.ref is not None]
        if loaded or places:
            return loaded or places[:1]
        return [self._numbers[word]] if word in self._numbers else []
