"""The verbs of clients: every change of a card, its contact persons, phones and e-mails.

Each checks first that `by` may do it (`PermissionDenied`), then that the values can be right (`ValidationError` by
field, see drafts.py), then writes one operation. Phones and e-mails of a card are known as "points".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection

from core.history.operations import Operation, operation
from leads import base, merging, points
from leads.drafts import (
    CLIENT_FIELDS,
    CONTACT_FIELDS,
    ClientDraft,
    ContactDraft,
    clean_emails,
    clean_fields,
    clean_phones,
    with_source,
)
from leads.duplicates import Duplicate, DuplicateClient, Why, find_duplicates, owners_of
from leads.models import Client, Contact, ContactPoint
from leads.search import derive, refresh_search
from people import access
from people.models import User

# What upper rooms do in the same operation when clients were made (a deal in the first stage), handed to another
# manager (their deals go along; the clients still name the former one) or deleted. Filled in `AppConfig.ready()`,
# called once for all clients of an operation. Who hears of a deletion may refuse it by a ValidationError.
on_clients_created: list[Callable[[Sequence[Client], Operation], None]] = []
on_clients_assigned: list[Callable[[Sequence[Client], User, Operation], None]] = []
on_clients_deleted: list[Callable[[Sequence[Client], Operation], None]] = []

_NEW_CLIENTS_LOCK = 7_283_002


def create_client(*, by: User, manager: User, name: str, **draft: Any) -> Client:
    """Makes a client, with its persons, phones and e-mails. Keywords are the fields of `ClientDraft`.

    `DuplicateClient` if another card has one of the phones, the e-mails or the INN, unless `duplicate_reason` is given.
    """
    return create_clients([ClientDraft(manager=manager, name=name, **draft)], by=by)[0]


def create_clients(drafts: Sequence[ClientDraft], *, by: User) -> list[Client]:
    """`create_client` for many at once, with a number of queries that hardly grows: all of them or none."""
    access.require(by, "sell")
    for manager in {draft.manager.pk: draft.manager for draft in drafts}.values():
        access.require_owner(by, manager)
    cards = [_Card(draft) for draft in drafts]
    with operation(by=by) as op:
        _refuse_duplicates(cards)
        clients = Client.objects.bulk_create([card.client for card in cards])
        Contact.objects.bulk_create([person for card in cards for person, _values in card.people])
        ContactPoint.objects.bulk_create([point for card in cards for point in card.points()])
        base.refresh(client.pk for client in clients)
        for hook in on_clients_created:
            hook(clients, op)
    return clients


class _Card:
    """A cleaned draft as the rows it becomes."""

    def __init__(self, draft: ClientDraft) -> None:
        self.reason = draft.duplicate_reason.strip()
        self.client = Client(**with_source(clean_fields(Client, draft.fields)))
        self.own = _clean_values(draft.phones, draft.emails)
        self.people = [
            (
                Contact(
                    client=self.client,
                    **clean_fields(Contact, {name: getattr(person, name) for name in CONTACT_FIELDS}),
                ),
                _clean_values(person.phones, person.emails),
            )
            for person in draft.contacts
        ]
        derive(
            self.client,
            [person.name for person, _values in self.people],
            [value for _k, value in self.values],
        )

    @property
    def values(self) -> list[tuple[Why, str]]:
        """Phones and e-mails of the card and its persons, each once."""
        return list(
            dict.fromkeys([*self.own, *(value for _person, values in self.people for value in values)])
        )

    @property
    def identity(self) -> list[tuple[Why, str]]:
        """All that no other card may have."""
        return [*self.values, ("inn", self.client.inn)] if self.client.inn else self.values

    def points(self) -> list[ContactPoint]:
        """Made once the client and the persons have their ids."""
        rows = [ContactPoint(client=self.client, kind=kind, value=value) for kind, value in self.own]
        for person, values in self.people:
            rows += [
                ContactPoint(client=self.client, contact=person, kind=kind, value=value)
                for kind, value in values
            ]
        return rows


def _clean_values(phones: Iterable[str], emails: Iterable[str]) -> list[tuple[Why, str]]:
    return [
        *(("phone", phone) for phone in clean_phones(phones)),
        *(("email", email) for email in clean_emails(emails)),
    ]


def _refuse_duplicates(cards: Sequence[_Card]) -> None:
    """`DuplicateClient` for the first card without a reason that shares a value with another, saved or among these."""
    _one_after_another()
    owners = owners_of(value for card in cards if not card.reason for value in card.identity)
    for card in cards:
        if not card.reason:
            found = [
                Duplicate(client, why, value)
                for why, value in card.identity
                for client in owners.get((why, value), [])
            ]
            if found:
                raise DuplicateClient(found)
        for value in card.identity:
            owners.setdefault(value, []).append(card.client)


def _one_after_another() -> None:
    """Of two people entering one client at one moment the second waits and sees it. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NEW_CLIENTS_LOCK])


def update_client(client: Client, *, by: User, duplicate_reason: str = "", **fields: Any) -> Client:
    """Changes fields of the card (those in `CLIENT_FIELDS`); what is not named stays.

    `StaleRecord` if somebody saved it since `client` was read. `DuplicateClient` if a new INN is another card's and no
    reason is given; the reason is then kept on the card.
    """
    access.require_change(by, client)
    _require_known(fields, CLIENT_FIELDS)
    fields = with_source(clean_fields(Client, fields), has_one=client.source_id is not None)
    reason = " ".join(duplicate_reason.split())
    with operation(by=by):
        if fields.get("inn") and fields["inn"] != client.inn:
            _one_after_another()
            _refuse_values([("inn", fields["inn"])], client, reason)
        if reason:
            fields |= clean_fields(Client, {"duplicate_reason": reason})
        if any(getattr(client, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(client, name, value)
            client.save()
            refresh_search([client.pk])
    return client


def _refuse_values(values: Iterable[tuple[Why, str]], client: Client, reason: str) -> None:
    if reason:
        return
    wanted = list(values)
    found = find_duplicates(
        phones=[value for kind, value in wanted if kind == "phone"],
        emails=[value for kind, value in wanted if kind == "email"],
        inn=next((value for kind, value in wanted if kind == "inn"), ""),
        exclude=client,
    )
    if found:
        raise DuplicateClient(found)


def _require_known(fields: Iterable[str], known: frozenset[str]) -> None:
    unknown = set(fields) - known
    if unknown:
        raise TypeError(f"This verb does not change {', '.join(sorted(unknown))}.")


def set_contact_points(
    client: Client,
    *,
    by: User,
    phones: Sequence[str] | None = None,
    emails: Sequence[str] | None = None,
    contact: Contact | None = None,
    duplicate_reason: str = "",
) -> None:
    """Makes phones and e-mails of the client itself, or of one of its persons, exactly these; None leaves a list alone.

    `DuplicateClient` if a value that is new here belongs to another card and no reason is given.
    """
    access.require_change(by, client)
    if contact is not None and contact.client_id != client.pk:
        raise PermissionDenied(f"contact {contact.pk} is not of client {client.pk}")
    wanted: dict[Why, list[str]] = {}
    if phones is not None:
        wanted["phone"] = clean_phones(phones)
    if emails is not None:
        wanted["email"] = clean_emails(emails)
    reason = " ".join(duplicate_reason.split())
    with operation(by=by):
        known = set(ContactPoint.objects.filter(client=client).values_list("kind", "value"))
        new: list[tuple[Why, str]] = [
            (kind, value) for kind, values in wanted.items() for value in values if (kind, value) not in known
        ]
        if new:
            _one_after_another()
            _refuse_values(new, client, reason)
        changed = [points.sync(client, contact, kind, values) for kind, values in wanted.items()]
        if reason and reason != client.duplicate_reason:
            update_client(client, by=by, duplicate_reason=reason)
        if any(changed):
            refresh_search([client.pk])


def add_contact(client: Client, draft: ContactDraft, *, by: User, duplicate_reason: str = "") -> Contact:
    """A new contact person of the client. `DuplicateClient` as in `set_contact_points`."""
    access.require_change(by, client)
    fields = clean_fields(Contact, {name: getattr(draft, name) for name in CONTACT_FIELDS})
    with operation(by=by):
        contact: Contact = Contact.objects.create(client=client, **fields)
        set_contact_points(
            client,
            by=by,
            contact=contact,
            phones=draft.phones,
            emails=draft.emails,
            duplicate_reason=duplicate_reason,
        )
        refresh_search([client.pk])
    return contact


def update_contact(
    contact: Contact,
    *,
    by: User,
    phones: Sequence[str] | None = None,
    emails: Sequence[str] | None = None,
    duplicate_reason: str = "",
    **fields: Any,
) -> Contact:
    """Changes fields of the person (those in `CONTACT_FIELDS`), phones and e-mails; what is not given stays.

    `StaleRecord` and `DuplicateClient` as for the client.
    """
    access.require_change(by, contact)
    _require_known(fields, CONTACT_FIELDS)
    fields = clean_fields(Contact, fields)
    with operation(by=by):
        if any(getattr(contact, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(contact, name, value)
            contact.save()
            refresh_search([contact.client_id])
        set_contact_points(
            contact.client,
            by=by,
            contact=contact,
            phones=phones,
            emails=emails,
            duplicate_reason=duplicate_reason,
        )
    return contact


def remove_contact(contact: Contact, *, by: User) -> Operation:
    """Takes the person off the card, with their phones and e-mails. What was said with them keeps their name."""
    access.require_change(by, contact)
    with operation(by=by) as op:
        ContactPoint.objects.filter(contact=contact).soft_delete()
        contact.soft_delete()
        refresh_search([contact.client_id])
    return op


def delete_client(client: Client, *, by: User) -> Operation:
    """Deletes the card softly; a rollback of the operation returned brings it back. ValidationError where an upper room
    objects.

    Its persons and phones stay as they are: nobody reaches them but through the card.
    """
    access.require_change(by, client)
    with operation(by=by) as op:
        client.soft_delete()
        for hook in on_clients_deleted:
            hook([client], op)
    return op


def merge_clients(
    survivor: Client, away: Client, *, by: User, choices: Mapping[str, merging.Side] | None = None
) -> Operation:
    """Makes one card of two, as they stand now; a rollback of the operation returned takes them apart again.

    All that `away` has goes over to `survivor`; the card itself is deleted and says in `merged_into` where it went.
    Where a field is filled on both and differs, `choices` says whose value stays, {"city": "away"}; by default the
    survivor's. ValidationError for a card and itself, or one that has been deleted. Cards of two managers are for who
    may "assign": of the one who gives the client up, open deals and tasks go along.
    """
    access.require_change(by, survivor, away)
    if survivor.manager_id != away.manager_id:
        access.require(by, "assign")
    with operation(by=by, kind=Operation.Kind.MERGE, note=f"№ {away.pk} → № {survivor.pk}") as op:
        merging.lock(survivor, away)
        values = merging.values_after(survivor, away, choices or {})
        for client in (survivor, away):
            if client.manager_id != values["manager"].pk:
                for hook in on_clients_assigned:
                    hook([client], values["manager"], op)
        merging.merge(survivor, away, values, op)
    survivor.refresh_from_db()
    away.refresh_from_db()
    return op


def assign_clients(ids: Iterable[int], manager: User, *, by: User) -> int:
    """Hands clients to another manager; how many changed hands. Heads and above, among the people they see."""
    access.require(by, "assign")
    access.require_owner(by, manager)
    wanted = set(ids)
    if access.changeable(by, Client, wanted) != wanted:
        raise PermissionDenied("clients of others")
    with operation(by=by, kind=Operation.Kind.BULK if len(wanted) > 1 else Operation.Kind.FORM) as op:
        rows = Client.objects.filter(pk__in=wanted).exclude(manager=manager)
        moved = list(rows)
        if moved:
            Client.objects.filter(pk__in=[client.pk for client in moved]).update(manager=manager)
            for hook in on_clients_assigned:
                hook(moved, manager, op)
    return len(moved)
