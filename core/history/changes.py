"""What changed: versions beside their predecessors, in words a person can read.

`changes_of(operation)` answers for one operation, `history_of({Model: ids})` for some records. Both read a page at a
time, with a number of queries that does not grow with rows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import periods
from core.history.operations import Operation
from core.history.tracked import STAMPS, Tracked, VersionBase
from core.money import MoneyField, format_money


class What(StrEnum):
    """What an operation did to one record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"


WHAT_LABELS = {
    What.CREATED: _("created"),
    What.CHANGED: _("changed"),
    What.DELETED: _("deleted"),
    What.RESTORED: _("brought back"),
}


@dataclass(frozen=True)
class FieldChange:
    """One field of one record: the raw values (a key's id for a foreign key) and their texts."""

    field: "models.Field[Any, Any]"
    before: Any
    after: Any
    before_text: str
    after_text: str

    @property
    def label(self) -> str:
        label = str(self.field.verbose_name)
        return label[:1].upper() + label[1:]


@dataclass
class Change:
    """What one operation did to one record. `before` is None for a record it created."""

    model: type[Tracked]
    after: VersionBase
    before: VersionBase | None
    fields: list[FieldChange] = field(default_factory=list)

    @property
    def record_id(self) -> int:
        return self.after.record_id

    @property
    def what(self) -> What:
        was = self.before is not None and getattr(self.before, "deleted_at", None) is None
        now_is = getattr(self.after, "deleted_at", None) is None
        if self.before is None:
            return What.CREATED
        if was and not now_is:
            return What.DELETED
        return What.RESTORED if now_is and not was else What.CHANGED

    @property
    def what_label(self) -> str:
        return str(WHAT_LABELS[self.what])

    @property
    def model_label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def title(self) -> str:
        """The record in words, as it stood after the change."""
        return record_title(self.model, self.after)


@dataclass
class Entry:
    """One operation with the changes that are of interest here."""

    operation: Operation
    changes: list[Change]


def record_title(model: type[Tracked], version: VersionBase) -> str:
    """How the record of a version is called: its own name where it has one, else its kind and number."""
    for name in ("name", "value", "text", "subject", "email"):
        text = getattr(version, name, "")
        if isinstance(text, str) and text:
            return text[:80]
    return f"{model._meta.verbose_name} № {version.record_id}"


def content_fields(model: type[Tracked]) -> "list[models.Field[Any, Any]]":
    """The versioned fields that people fill: all but history's own stamps, the mark of deletion, derived columns."""
    others = {*STAMPS, "deleted_at", *model.derived_fields}
    return [f for f in model.versions.model.copied_fields() if f.name not in others]


def with_predecessors(
    model: type[Tracked], versions: Sequence[VersionBase]
) -> list[tuple[VersionBase, VersionBase | None]]:
    """Each version beside the one before it of the same record (None for the first)."""
    if not versions:
        return []
    table = model.versions.model._base_manager
    earlier = (
        table.filter(record_id=OuterRef("record_id"), pk__lt=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    )
    found: dict[int, int] = {}
    for start in range(0, len(versions), 500):
        some = [v.pk for v in versions[start : start + 500]]
        rows = table.filter(pk__in=some).annotate(earlier=Subquery(earlier)).values_list("pk", "earlier")
        found |= {pk: before for pk, before in rows if before}
    befores: dict[int, VersionBase] = {}
    wanted = list(found.values())
    for start in range(0, len(wanted), 500):
        befores |= table.in_bulk(wanted[start : start + 500])
    return [(v, befores[found[v.pk]] if v.pk in found else None) for v in versions]


def models_of(operation: Operation) -> list[type[Tracked]]:
    """The tracked models an operation wrote versions of."""
    return [apps.get_model(label) for label in operation.counts]


def changes_of(operation: Operation, start: int = 0, limit: int = 50) -> list[Change]:
    """A page of what the operation did, model by model in the order it wrote them."""
    changes: list[Change] = []
    skip = start
    for model in models_of(operation):
        total = sum(operation.counts[model._meta.label_lower])
        if skip >= total:
            skip -= total
            continue
        rows = model.versions.filter(operation=operation).order_by("pk")[skip : skip + limit - len(changes)]
        changes += [Change(model, after, before) for after, before in with_predecessors(model, list(rows))]
        skip = 0
        if len(changes) >= limit:
            break
    return describe(changes)


def change_count(operation: Operation) -> int:
    """How many records the operation wrote."""
    return sum(sum(pair) for pair in operation.counts.values())


def history_of(
    records: Mapping[type[Tracked], Iterable[int]], before: int | None = None, limit: int = 50
) -> list[Entry]:
    """The latest operations (with ids below `before`) that touched the records, newest first, with what they did."""
    wanted = {model: list(ids) for model, ids in records.items()}
    operation_ids: set[int] = set()
    for model, ids in wanted.items():
        touched = model.versions.filter(record_id__in=ids)
        if before:
            touched = touched.filter(operation_id__lt=before)
        latest = touched.order_by("-operation_id").values_list("operation_id", flat=True).distinct()[:limit]
        operation_ids.update(latest)
    operations = Operation.objects.select_related("by").filter(pk__in=operation_ids).order_by("-pk")[:limit]
    entries = {op.pk: Entry(op, []) for op in operations}
    for model, ids in wanted.items():
        versions = model.versions.filter(record_id__in=ids, operation__in=list(entries)).order_by("pk")
        for after, predecessor in with_predecessors(model, list(versions)):
            entries[after.operation_id].changes.append(Change(model, after, predecessor))
    describe([change for entry in entries.values() for change in entry.changes])
    return list(entries.values())


def describe(changes: list[Change]) -> list[Change]:
    """Fills `fields` of every change: what differs, in words; of a created record what is not empty."""
    names = _names_of_keys(changes)
    for change in changes:
        for one in content_fields(change.model):
            after = getattr(change.after, one.attname)
            before = getattr(change.before, one.attname) if change.before else None
            if change.before is None and after in (None, "", False, []):
                continue
            if change.before is not None and before == after:
                continue
            change.fields.append(
                FieldChange(one, before, after, text_of(one, before, names), text_of(one, after, names))
            )
    return changes


def _names_of_keys(changes: list[Change]) -> dict[tuple[type[models.Model], Any], str]:
    """The names of all records that foreign keys of the changes point at: one query a related model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for change in changes:
        for one in content_fields(change.model):
            if isinstance(one, models.ForeignKey):
                for version in (change.before, change.after):
                    if version is not None and getattr(version, one.attname) is not None:
                        wanted[one.related_model].add(getattr(version, one.attname))
    return names_of(wanted)


def names_of(wanted: Mapping[type[models.Model], set[Any]]) -> dict[tuple[type[models.Model], Any], str]:
    """{(model, id): its text} for the ids of each model, deleted ones included."""
    names: dict[tuple[type[models.Model], Any], str] = {}
    for model, ids in wanted.items():
        # What a record's own text needs of its keys comes along: a deal without a name is called by its client.
        keys = [f.name for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)]
        rows = (
            model._base_manager.filter(pk__in=ids).select_related(*keys)
            if keys
            else model._base_manager.filter(pk__in=ids)
        )
        names |= {(model, row.pk): str(row) for row in rows}
    return names


def text_of(
    one: "models.Field[Any, Any]",
    value: Any,
    names: Mapping[tuple[type[models.Model], Any], str] | None = None,
) -> str:
    """A field's value as people read it; an empty one is a dash."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(one, models.ForeignKey):
        return (names or {}).get((one.related_model, value)) or f"№ {value}"
    if one.flatchoices:
        return str(dict(one.flatchoices).get(value, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(one, MoneyField) and isinstance(value, Decimal):
        return format_money(value)
    if isinstance(value, dt.datetime):
        return formats.date_format(periods.wall_clock(value), "d.m.Y H:i")
    if isinstance(value, dt.date):
        return formats.date_format(value, "d.m.Y")
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Decimal):
        return formats.number_format(value.normalize())
    return str(value)
