"""How two cards become one: which values stay, which rows go over. The verb is `leads.actions.merge_clients`.

Upper rooms move their rows by a `Mover`, registered in `AppConfig.ready()`:

    merging.movers.append(Mover(move=move_deals, words=count_of_deals))
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation
from core.history.rollback import Plan
from core.text import normal
from leads.duplicates import find_duplicates
from leads.models import Client, Contact, ContactPoint
from leads.search import refresh_search

Side = Literal["survivor", "away"]
SIDES: tuple[Side, ...] = ("survivor", "away")

# The fields of which one value stays. Notes are put one below the other, the reason for a duplicate follows from what
# the card has in common with others afterwards.
FIELDS = (
    *("name", "kind", "inn", "city", "region", "source", "campaign", "segment", "site", "old_number"),
    "manager",
)


@dataclass(frozen=True)
class Merge:
    """What the movers are told. `people`: {id of a contact person who was the same: id of the one who stays}."""

    survivor: Client
    away: Client
    operation: Operation
    people: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Mover:
    """How a room's rows go over: all of them, deleted ones too, so that what is brought back later has its card.

    `words(client)` says on the preview what the card has of them («2 deals»), "" for nothing.
    """

    move: Callable[[Merge], None]
    words: Callable[[Client], str]


movers: list[Mover] = []


def lock(survivor: Client, away: Client) -> None:
    """Reads both cards as they stand now; nobody writes to them until the operation ends.

    ValidationError unless these are two cards and both are there.
    """
    if survivor.pk == away.pk:
        raise ValidationError(_("A card cannot be merged with itself."))
    # In the order of ids, as everywhere.
    both = Client.all_objects.filter(pk__in=[survivor.pk, away.pk]).order_by("pk").select_for_update()
    if any(client.deleted_at for client in both):
        raise ValidationError(_("One of the cards has been deleted."))
    survivor.refresh_from_db()
    away.refresh_from_db()


def values_after(survivor: Client, away: Client, choices: Mapping[str, Side]) -> dict[str, Any]:
    """The values of `FIELDS` and the note on the merged card."""
    if unknown := set(choices) - set(FIELDS) or set(choices.values()) - set(SIDES):
        raise TypeError(f"no choices of a merge: {', '.join(sorted(unknown))}")
    values = {}
    for name in FIELDS:
        here, there = getattr(survivor, name), getattr(away, name)
        takes_other = there and (not here or choices.get(name) == "away")
        values[name] = there if takes_other else here
    notes = [survivor.note] if away.note in survivor.note else [survivor.note, away.note]
    values["note"] = "\n\n".join(note for note in notes if note)
    return values


def merge(survivor: Client, away: Client, values: Mapping[str, Any], operation: Operation) -> None:
    """Writes all of it. Inside the operation, the cards locked."""
    for name, value in values.items():
        setattr(survivor, name, value)
    away.merged_into, away.deleted_at = survivor, operation.at
    away.save(update_fields=["merged_into", "deleted_at"])
    people = _join_people(survivor, away)
    _move(Contact, survivor, away)
    _join_points(survivor, away, people)
    Client.all_objects.filter(merged_into=away).update(merged_into=survivor)
    survivor.duplicate_reason = _reason_after(survivor, away)
    survivor.save(update_fields=[*values, "duplicate_reason"])
    told = Merge(survivor, away, operation, people)
    for mover in movers:
        mover.move(told)
    refresh_search([survivor.pk, away.pk])


def objection(plan: Plan) -> str:
    """For `core.history.rollback`: a card comes back only from where it was merged into, and never goes there again by
    a rollback, as its rows would not go along."""
    for row in plan.rows:
        if row.model is not Client:
            continue
        if "merged_into_id" in row.conflicting:
            return _("Card № %(number)s has been merged further since. Undo that first.") % {
                "number": row.record_id
            }
        if row.restore.get("merged_into_id") and row.restore.get("deleted_at"):
            return _("Cards are not merged by a rollback: open card № %(number)s and merge it anew.") % {
                "number": row.record_id
            }
    return ""


def _move(model: type[Contact] | type[ContactPoint], survivor: Client, away: Client) -> None:
    model.all_objects.filter(client=away).update(client=survivor)


def _join_people(survivor: Client, away: Client) -> dict[int, int]:
    """Finds who stands on both cards, fills what the person who stays lacks, and takes the other off."""
    points: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    of_both = ContactPoint.objects.filter(client__in=[survivor, away])
    for contact_id, kind, value in of_both.values_list("contact_id", "kind", "value"):
        points[contact_id].add((kind, value))
    free = list(Contact.objects.filter(client=survivor).order_by("pk"))
    joined: dict[int, int] = {}
    for person in Contact.objects.filter(client=away).order_by("pk"):
        twin = next((one for one in free if _is_same(one, person, points)), None)
        if twin is None:
            continue
        free.remove(twin)
        joined[person.pk] = twin.pk
        before = _content(twin)
        twin.position, twin.note = twin.position or person.position, twin.note or person.note
        twin.is_decision_maker = twin.is_decision_maker or person.is_decision_maker
        if _content(twin) != before:
            twin.save()
    Contact.objects.filter(pk__in=joined).soft_delete()
    return joined


def _content(person: Contact) -> tuple[str, str, bool]:
    return person.position, person.note, person.is_decision_maker


def _is_same(one: Contact, other: Contact, points: Mapping[int | None, set[tuple[str, str]]]) -> bool:
    """Of one name, with a phone or an e-mail in common (or one has none), and nothing that contradicts."""
    here, there = points.get(one.pk, set()), points.get(other.pk, set())
    return (
        normal(one.name) == normal(other.name)
        and (not here or not there or bool(here & there))
        and all(_agree(getattr(one, name), getattr(other, name)) for name in ("position", "note"))
    )


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other


def _join_points(survivor: Client, away: Client, people: Mapping[int, int]) -> None:
    """Phones and e-mails go over, each once for its holder. One that a person has too need not stand on the card
    itself: the person says more."""
    here = set(ContactPoint.objects.filter(client=survivor).values_list("contact_id", "kind", "value"))
    known = {(kind, value) for _holder, kind, value in here}
    of_people: list[tuple[str, str]] = []
    double: list[int] = []
    for point in ContactPoint.objects.filter(client=away).order_by("pk"):
        holder = people.get(point.contact_id or 0, point.contact_id)
        value = (point.kind, point.value)
        if (holder, *value) in here or (holder is None and value in known):
            double.append(point.pk)
        elif holder is not None:
            of_people.append(value)
    for person, twin in people.items():
        ContactPoint.objects.filter(contact=person).update(contact=twin)
    _move(ContactPoint, survivor, away)
    double += [
        pk
        for pk, *value in ContactPoint.objects.filter(client=survivor, contact=None).values_list(
            "pk", "kind", "value"
        )
        if tuple(value) in of_people and (None, *value) in here
    ]
    ContactPoint.objects.filter(pk__in=double).soft_delete()


def _reason_after(survivor: Client, away: Client) -> str:
    """Why the merged card is no duplicate: what was said on either, as long as it still shares something."""
    reason = survivor.duplicate_reason or away.duplicate_reason
    if not reason:
        return ""
    values = list(ContactPoint.objects.filter(client=survivor).values_list("kind", "value"))
    shares = find_duplicates(
        phones=_of_kind(values, ContactPoint.Kind.PHONE),
        emails=_of_kind(values, ContactPoint.Kind.EMAIL),
        inn=survivor.inn,
        exclude=survivor,
    )
    return reason if shares else ""


def _of_kind(values: Iterable[tuple[str, str]], kind: str) -> list[str]:
    return [value for one, value in values if one == kind]
