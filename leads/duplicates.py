"""Duplicates: cards with the same phone, e-mail or INN, and names that are nearly the same.

Looked for among all clients of the company, whoever may see them: that a foreign card exists, and who is responsible
for it, is said to anybody who is about to enter it again; nothing more of it is.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from core import names
from core.phones import format_phone
from leads.models import Client, ContactPoint

Why = Literal["phone", "email", "inn"]
WHY_LABELS = {"phone": _("phone"), "email": _("e-mail"), "inn": _("INN")}
_PORTION = 500
# How many times longer than another a name still near to it can be.
_LONGEST = (200 - names.NEAR) / names.NEAR


@dataclass(frozen=True)
class Duplicate:
    """A client that has the value already."""

    client: Client
    why: Why
    value: str

    @property
    def words(self) -> str:
        """«телефон +7 912 345-67-89»."""
        value = format_phone(self.value) if self.why == "phone" else self.value
        return f"{WHY_LABELS[self.why]} {value}"


class DuplicateClient(Exception):
    """A client with the same phone, e-mail or INN exists and no reason was given; nothing was written."""

    def __init__(self, found: Sequence[Duplicate]) -> None:
        super().__init__("; ".join(f"№ {one.client.pk}: {one.why} {one.value}" for one in found))
        self.found = list(found)


def find_duplicates(
    *,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    inn: str = "",
    exclude: Client | None = None,
) -> list[Duplicate]:
    """Cards with one of these values (phones as digits, e-mails in lower case), each card once for each value."""
    values: list[tuple[Why, str]] = [("phone", phone) for phone in phones]
    values += [("email", email) for email in emails]
    if inn:
        values.append(("inn", inn))
    owners = owners_of(values)
    skip = exclude.pk if exclude else None
    return [
        Duplicate(client, why, value)
        for why, value in dict.fromkeys(values)
        for client in owners.get((why, value), [])
        if client.pk != skip
    ]


def owners_of(values: Iterable[tuple[Why, str]]) -> dict[tuple[Why, str], list[Client]]:
    """{(why, value): clients that have it} for any number of values, a query or two per 500 of them."""
    found: dict[tuple[Why, str], dict[int, Client]] = {}
    wanted = list(dict.fromkeys(values))
    for kind, some in _portions(wanted):
        if kind == "inn":
            clients = Client.objects.filter(inn__in=some).select_related("manager").order_by("pk")
            pairs: Iterable[tuple[str, Client]] = [(client.inn, client) for client in clients]
        else:
            points = (
                ContactPoint.objects.filter(kind=kind, value__in=some, client__deleted_at__isnull=True)
                .filter(Q(contact__isnull=True) | Q(contact__deleted_at__isnull=True))
                .select_related("client__manager")
                .order_by("client_id")
            )
            pairs = [(point.value, point.client) for point in points]
        for value, client in pairs:
            found.setdefault((kind, value), {}).setdefault(client.pk, client)
    return {key: list(clients.values()) for key, clients in found.items()}


def _portions(values: list[tuple[Why, str]]) -> Iterator[tuple[Why, list[str]]]:
    kinds: tuple[Why, ...] = ("phone", "email", "inn")
    for kind in kinds:
        some = [value for why, value in values if why == kind]
        for start in range(0, len(some), _PORTION):
            yield kind, some[start : start + _PORTION]


def near_names(name: str, *, exclude: Client | None = None, limit: int = 5) -> list[Client]:
    """Clients whose names are nearly equal, the nearest first; legal form, quotes, case and order of words aside."""
    key = names.name_key(name)
    if len(key) < 2:
        return []
    condition = Q(name_key=key)
    for piece in _pieces(key):
        condition |= Q(name_key__has=piece)
    # Keys alone, so that an index can answer; deleted cards are left out of the few that are near.
    candidates = Client.all_objects.alias(size=Length("name_key")).filter(
        condition, size__gte=int(len(key) / _LONGEST), size__lte=int(len(key) * _LONGEST)
    )
    keys: dict[Hashable, str] = dict(candidates.values_list("pk", "name_key"))
    if exclude:
        keys.pop(exclude.pk, None)
    best = [near.key for near in names.near_names(name, keys, limit=limit * 4)]
    clients: dict[Hashable, Client] = Client.objects.select_related("manager").in_bulk(best)
    return [clients[pk] for pk in best if pk in clients][:limit]


def _pieces(key: str) -> list[str]:
    """Substrings of which a name near enough holds at least one, whatever the order of its words.

    Two texts of similarity 88 % differ in at most 12 % of their letters together, and each letter put in or taken out
    spoils at most one of the pieces a text is cut into: one piece more than that is needed.
    """
    spoilt = int((1 - names.NEAR / 100) * len(key) * (1 + _LONGEST))
    size = max(2, len(key) // (spoilt + 1))
    pieces = [
        piece
        for word in key.split()
        for piece in [*(word[start : start + size] for start in range(0, len(word), size)), word[-size:]]
        if len(piece) == size
    ]
    return list(dict.fromkeys(pieces))
