"""The check of a sheet of clients: who is responsible, what words mean, whom a row doubles."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from activities.importing.likeness import Likeness
from activities.importing.names import Names, Place
from activities.importing.words import CAMPAIGNS, MANAGERS, SEGMENTS, SOURCES, STAGES
from core.imports.importer import Parsed
from core.imports.models import ImportRow
from core.imports.words import Vocabulary
from core.names import name_key
from core.phones import format_phone
from leads.duplicates import WHY_LABELS, Why, owners_of
from leads.models import Client
from people import access
from people.models import User

Action = ImportRow.Action
_PORTION = 400


class ClientsCheck:
    """Goes through the rows portion by portion and remembers what it has met."""

    def __init__(
        self,
        user: User,
        words: dict[str, Vocabulary],
        names: Names,
        answers: dict[str, Any],
        default: User | None,
    ) -> None:
        self.user, self.words, self.names, self.default = user, words, names, default
        self.for_all: str = answers.get("all", {}).get("duplicates") or Action.SKIP
        self.for_row: dict[str, str] = answers.get("rows", {})
        self._seen: dict[tuple[Why, str], Place] = {}
        self._visible: dict[int, bool] = {}
        self._likeness = Likeness()

    def check(self, rows: Sequence[Parsed]) -> None:
        left_out = {id(parsed) for parsed in rows if not self._understand(parsed)}
        asked = [parsed for parsed in rows if not parsed.is_wrong and id(parsed) not in left_out]
        owners = owners_of(value for parsed in asked for value in identity(parsed.values))
        namesakes = self._namesakes(asked)
        self._see({one.pk for found in (*owners.values(), *namesakes.values()) for one in found})
        for parsed in rows:
            name, number = parsed.values.get("name") or "", parsed.values.get("old_number") or ""
            if parsed.is_wrong or id(parsed) in left_out:
                place = Place(None, parsed.row.key, wrong=True)
                parsed.row.action = Action.SKIP
            else:
                place = self._place(parsed, owners, namesakes.get(name_key(name), []))
            self.names.put(name, number, place)

    def _understand(self, parsed: Parsed) -> bool:
        """Fills `clean` with values and ids; False if an answer leaves the row out."""
        values = parsed.values
        clean = {key: value for key, value in values.items() if value not in (None, "", [])}
        taken = True
        for key in (MANAGERS, SOURCES, CAMPAIGNS, SEGMENTS, STAGES):
            text = clean.pop(key, "")
            if text:
                meaning = self.words[key].meaning(text)
                taken = taken and not meaning.leaves_rows
                if meaning.is_open:
                    parsed.error(key, unknown(key, text))
                elif meaning.record is not None:
                    clean[key] = meaning.record
        if MANAGERS not in clean and taken and not parsed.is_wrong:
            if self.default is None:
                parsed.error(MANAGERS, _("Nobody is responsible: choose who is by default."))
            else:
                clean[MANAGERS] = self.default.pk
        parsed.row.clean = clean
        return taken

    def _namesakes(self, rows: Sequence[Parsed]) -> dict[str, list[Client]]:
        """Clients of the company with the same name, legal form and quotes aside, by the key of the name."""
        keys = sorted({name_key(parsed.values["name"]) for parsed in rows} - {""})
        found: dict[str, list[Client]] = {}
        for start in range(0, len(keys), _PORTION):
            clients = Client.objects.filter(name_key__in=keys[start : start + _PORTION]).order_by("pk")
            for client in clients.select_related("manager"):
                found.setdefault(client.name_key, []).append(client)
        return found

    def _see(self, ids: set[int]) -> None:
        unknown_yet = ids - self._visible.keys()
        mine = access.changeable(self.user, Client, unknown_yet)
        self._visible |= {pk: pk in mine for pk in unknown_yet}

    def _place(
        self, parsed: Parsed, owners: dict[tuple[Why, str], list[Client]], namesakes: list[Client]
    ) -> Place:
        """Finds whom the row doubles and decides what becomes of it."""
        row, values = parsed.row, parsed.values
        doubled, why = self._doubled(values, owners, namesakes)
        place, for_all, near = Place(row.key, row.key), self.for_all, {}
        if doubled is None and (doubled := self._like_another(values["name"])):
            # A nearly equal name alone makes no duplicate: the row is new unless the user says that it is the same.
            why, for_all, near = _("nearly the same name"), Action.CREATE, {"near": True}
        if doubled is None:
            row.action = Action.CREATE
        else:
            row.same_as = {
                "why": why,
                **({"row": doubled.row} if doubled.row else {"record": doubled.ref}),
                **near,
            }
            row.action = self.for_row.get(row.key, for_all)
            if row.action == Action.UPDATE and doubled.foreign:
                row.action = Action.SKIP  # somebody else's card is not completed by a file
            if row.action != Action.CREATE:
                place = Place(None if doubled.foreign else doubled.ref, row.key, foreign=doubled.foreign)
                if row.action == Action.UPDATE:
                    row.clean["target"] = doubled.ref
        if row.action == Action.CREATE:
            for value in identity(values):
                self._seen.setdefault(value, place)
        return place

    def _doubled(
        self, values: dict[str, Any], owners: dict[tuple[Why, str], list[Client]], namesakes: list[Client]
    ) -> tuple[Place | None, str]:
        """The client that has a value of the row already, and which one in words; the company's own come first."""
        for value in identity(values):
            for client in owners.get(value, []):
                return self._of_company(client), _value_words(value)
        for value in identity(values):
            if value in self._seen:
                return self._seen[value], _value_words(value)
        words = _("name “%(name)s”")
        if namesakes:
            client = next((one for one in namesakes if self._visible[one.pk]), namesakes[0])
            return self._of_company(client), words % {"name": values["name"]}
        if place := self.names.of_key(values["name"]):
            return place, words % {"name": values["name"]}
        return None, ""

    def _like_another(self, name: str) -> Place | None:
        pk = self._likeness.find(name)
        if pk is None:
            return None
        self._see({pk})
        return Place(pk, foreign=not self._visible[pk])

    def _of_company(self, client: Client) -> Place:
        return Place(client.pk, foreign=not self._visible[client.pk])


def identity(values: dict[str, Any]) -> Iterator[tuple[Why, str]]:
    """All of a row that no other client may have."""
    for key in ("phones", "contact_phones"):
        for phone in values.get(key) or ():
            yield "phone", phone
    for key in ("emails", "contact_emails"):
        for email in values.get(key) or ():
            yield "email", email
    if values.get("inn"):
        yield "inn", values["inn"]


def _value_words(value: tuple[Why, str]) -> str:
    why, text = value
    return f"{WHY_LABELS[why]} {format_phone(text) if why == 'phone' else text}"


def unknown(key: str, text: str) -> str:
    """What is said beside a word nobody has explained yet."""
    sentences = {
        MANAGERS: _("“%(word)s” is none of your people: say who it is."),
        STAGES: _("“%(word)s” is no stage: say which it is."),
    }
    return sentences.get(key, _("“%(word)s” is no kind of contact: say which it is.")) % {"word": text}
