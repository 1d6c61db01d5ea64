"""Verbs for many clients at once that the import needs beside `create_clients`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied

from core.history.operations import operation
from core.text import normal
from leads.drafts import ContactDraft, clean_emails, clean_fields, clean_phones, with_source
from leads.duplicates import Why, owners_of
from leads.models import Client, Contact, ContactPoint
from leads.search import refresh_search
from people import access
from people.models import User

_PORTION = 500


@dataclass(frozen=True)
class Completion:
    """What a file knows of a client that is here already. `fields`: some of `drafts.CLIENT_FIELDS`."""

    client_id: int
    fields: Mapping[str, Any]
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    contacts: Sequence[ContactDraft] = field(default=())


def complete_clients(completions: Sequence[Completion], *, by: User) -> int:
    """Fills what is empty on the cards and adds phones, e-mails and persons they lack; how many cards were touched.

    Nothing that stands on a card is overwritten. A phone, an e-mail or an INN that is another card's is not added.
    PermissionDenied, with nothing written, if one of the cards may not be changed.
    """
    ids = {one.client_id for one in completions}
    if access.changeable(by, Client, ids) != ids:
        raise PermissionDenied("clients of others")
    with operation(by=by):
        touched: set[int] = set()
        for start in range(0, len(completions), _PORTION):
            touched |= _complete(completions[start : start + _PORTION])
        refresh_search(touched)
    return len(touched)


def _complete(completions: Sequence[Completion]) -> set[int]:
    ids = {one.client_id for one in completions}
    clients = {one.pk: one for one in Client.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    people: dict[tuple[int, str], Contact] = {}
    for person in Contact.objects.filter(client__in=ids):
        people.setdefault((person.client_id, normal(person.name)), person)
    known: dict[int, set[tuple[Why, str]]] = defaultdict(set)
    for client_id, kind, value in ContactPoint.objects.filter(client__in=ids).values_list(
        "client_id", "kind", "value"
    ):
        known[client_id].add(("phone" if kind == "phone" else "email", value))
    owners = owners_of(value for one in completions for value in _identity(one))
    changed: dict[int, set[str]] = defaultdict(set)
    persons: list[Contact] = []
    points: list[ContactPoint] = []
    for one in completions:
        client = clients.get(one.client_id)
        if client is None:  # deleted since the file was looked at
            continue
        fields = with_source(clean_fields(Client, one.fields), has_one=client.source_id is not None)
        for name, value in fields.items():
            taken = name == "inn" and any(owner.pk != client.pk for owner in owners.get(("inn", value), []))
            if value not in (None, "") and getattr(client, name) in (None, "") and not taken:
                setattr(client, name, value)
                changed[client.pk].add(name)
        new = _NewPoints(client, known[client.pk], owners)
        points += new.of(None, one.phones, one.emails)
        for draft in one.contacts:
            key = client.pk, normal(draft.name)
            if key not in people:
                people[key] = Contact(client=client, name=draft.name, position=draft.position)
                persons.append(people[key])
            points += new.of(people[key], draft.phones, draft.emails)
    names = sorted(set().union(*changed.values()))
    if names:
        Client.objects.bulk_update([clients[pk] for pk in changed], names)
    Contact.objects.bulk_create(persons)
    ContactPoint.objects.bulk_create(points)
    return {*changed, *(one.client_id for one in persons), *(one.client_id for one in points)}


class _NewPoints:
    """Phones and e-mails that a card lacks and nobody else has."""

    def __init__(
        self, client: Client, known: set[tuple[Why, str]], owners: Mapping[tuple[Why, str], list[Client]]
    ) -> None:
        self.client, self.known, self.owners = client, known, owners

    def of(self, person: Contact | None, phones: Iterable[str], emails: Iterable[str]) -> list[ContactPoint]:
        found = []
        for value in _points(phones, emails):
            foreign = any(owner.pk != self.client.pk for owner in self.owners.get(value, []))
            if value not in self.known and not foreign:
                self.known.add(value)
                found.append(ContactPoint(client=self.client, contact=person, kind=value[0], value=value[1]))
        return found


def _points(phones: Iterable[str], emails: Iterable[str]) -> Iterator[tuple[Why, str]]:
    for phone in clean_phones(phones):
        yield "phone", phone
    for email in clean_emails(emails):
        yield "email", email


def _identity(one: Completion) -> Iterator[tuple[Why, str]]:
    yield from _points(one.phones, one.emails)
    for person in one.contacts:
        yield from _points(person.phones, person.emails)
    if one.fields.get("inn"):
        yield "inn", one.fields["inn"]
