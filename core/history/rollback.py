"""Rollback of one operation, also after later edits.

What it changed is its versions beside their predecessors. Field by field: where the current value is still the one it
set, what was before comes back; where somebody changed it since, that is a conflict for a person to decide. A record it
created is deleted (softly), unless records from outside point to it by now: then it stays, with its parts and with what
it needs. A record it deleted is brought back. Fields that others changed later are left alone. The rollback is
an operation itself and can be rolled back. Running numbers, stamps, sent mail and closed days stay as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.dispatch import Signal

from core.history.changes import (
    content_fields,
    models_of,
    names_of,
    record_title,
    text_of,
    with_predecessors,
)
from core.history.operations import Operation
from core.history.operations import operation as start_operation
from core.history.tracked import Tracked, VersionBase

# Sent inside the transaction after a rollback wrote its rows: `operation` (the new one), `rows` {model: [ids]}.
# Rooms recompute what they derive from such rows.
restored = Signal()

Allowed = Callable[[type[Tracked], Iterable[int]], set[int]]

BEFORE, KEEP = "before", "keep"


class Unresolved(Exception):
    """There are conflicts nobody decided about; nothing was written. `plan` holds them."""

    def __init__(self, plan: "Plan") -> None:
        super().__init__(f"{len(plan.open_conflicts({}))} conflicts")
        self.plan = plan


class Refused(Exception):
    """The state that would come back cannot be; nothing was written.

    A room objected (`sentence` says why), or the database did: a unique value is taken by now.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Conflict:
    """One field that somebody changed after the operation."""

    model: type[Tracked]
    record_id: int
    title: str
    field: "models.Field[Any, Any]"
    before_text: str
    set_text: str
    current_text: str
    changed_by: Operation | None

    @property
    def key(self) -> str:
        return f"{self.model._meta.label_lower}:{self.record_id}:{self.field.attname}"

    @property
    def label(self) -> str:
        label = str(self.field.verbose_name)
        return label[:1].upper() + label[1:]


@dataclass
class RowPlan:
    """What the rollback does to one record: delete it, keep it, or set fields back."""

    model: type[Tracked]
    record_id: int
    title: str
    created: bool = False
    kept: bool = False
    restore: dict[str, Any] = field(default_factory=dict)
    conflicting: dict[str, Any] = field(default_factory=dict)
    # The field, now, after the rollback.
    texts: "list[tuple[models.Field[Any, Any], str, str]]" = field(default_factory=list)

    @property
    def model_label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def brings_back(self) -> bool:
        return "deleted_at" in self.restore and self.restore["deleted_at"] is None

    @property
    def deletes(self) -> bool:
        return self.created and not self.kept


@dataclass
class Plan:
    """The preview: every row with what happens to it, and what a person has to decide."""

    operation: Operation
    rows: list[RowPlan] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def kept(self) -> list[RowPlan]:
        return [row for row in self.rows if row.kept]

    @property
    def deleted(self) -> list[RowPlan]:
        return [row for row in self.rows if row.deletes]

    @property
    def changed(self) -> list[RowPlan]:
        return [row for row in self.rows if not row.created]

    @property
    def is_empty(self) -> bool:
        """Nothing is left to roll back."""
        return not self.deleted and not any(row.restore or row.conflicting for row in self.rows)

    def open_conflicts(self, choices: Mapping[str, str]) -> list[Conflict]:
        return [one for one in self.conflicts if choices.get(one.key) not in (BEFORE, KEEP)]


# What rooms know of states that must not come back, filled in `AppConfig.ready()`: f(plan) → why not, "" for nothing.
objections: list[Callable[[Plan], str]] = []


def objection_to(plan: Plan) -> str:
    """Why the plan must not be carried out, in a sentence; "" where nothing speaks against it."""
    return next((sentence for object_to in objections if (sentence := object_to(plan))), "")


def plan(operation: Operation, *, allowed: Allowed) -> Plan:
    """The preview of rolling `operation` back; writes nothing.

    `allowed(model, ids)` says which of the records the person may change; PermissionDenied if one is not among them.
    """
    made = Plan(operation)
    for model in models_of(operation):
        versions = list(model.versions.filter(operation=operation).order_by("pk"))
        ids = [version.record_id for version in versions]
        if set(ids) - allowed(model, ids):
            raise PermissionDenied(f"operation {operation.pk}: {model._meta.label}")
        for some in _chunks(versions):
            _plan_rows(made, model, some)
    _keep_what_is_needed(made)
    return made


def apply(
    operation: Operation,
    *,
    by: models.Model,
    allowed: Allowed,
    choices: Mapping[str, str] | None = None,
) -> Operation:
    """Rolls `operation` back in one transaction and returns the new operation.

    `choices` maps the key of a conflict to "before" (what was before the operation) or "keep" (what is now).
    `Unresolved` if one is missing, `Refused` if the former state cannot be.
    """
    choices = choices or {}
    try:
        with (
            transaction.atomic(),
            start_operation(by=by, kind=Operation.Kind.ROLLBACK, reverts=operation) as op,
        ):
            _lock_rows(operation)
            now = plan(operation, allowed=allowed)
            if sentence := objection_to(now):
                raise Refused(sentence)
            if now.open_conflicts(choices):
                raise Unresolved(now)
            _write(now, op, choices)
    except IntegrityError as error:
        raise Refused from error
    return op


def _chunks(versions: list[VersionBase], size: int = 1000) -> Iterator[list[VersionBase]]:
    for start in range(0, len(versions), size):
        yield versions[start : start + size]


def _plan_rows(made: Plan, model: type[Tracked], versions: list[VersionBase]) -> None:
    fields = [*content_fields(model), model._meta.get_field("deleted_at")]
    current: dict[int, Any] = {}
    for start in range(0, len(versions), 500):
        current |= model.all_objects.in_bulk([v.record_id for v in versions[start : start + 500]])
    pending: list[tuple[RowPlan, Any, VersionBase, VersionBase, Any]] = []
    for after, before in with_predecessors(model, versions):
        row = RowPlan(model, after.record_id, record_title(model, after), created=before is None)
        now = current[after.record_id]
        if before is None:
            if now.deleted_at is None:
                made.rows.append(row)
            continue
        for one in fields:
            was, set_to, is_now = (getattr(x, one.attname) for x in (before, after, now))
            if was == set_to or is_now == was:
                continue
            target = row.restore if is_now == set_to else row.conflicting
            target[one.attname] = was
            pending.append((row, one, before, after, now))
        if row.restore or row.conflicting:
            made.rows.append(row)
    _put_in_words(made, model, pending)


def _put_in_words(
    made: Plan, model: type[Tracked], pending: list[tuple[RowPlan, Any, VersionBase, VersionBase, Any]]
) -> None:
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for _row, one, *states in pending:
        if isinstance(one, models.ForeignKey):
            wanted[one.related_model] |= {getattr(state, one.attname) for state in states} - {None}
    names = names_of(wanted)
    in_conflict = {row.record_id for row, one, *_states in pending if one.attname in row.conflicting}
    last = {
        version.record_id: version.operation
        for version in model.versions.filter(record_id__in=in_conflict, valid_to__isnull=True).select_related(
            "operation__by"
        )
    }
    for row, one, before, after, now in pending:
        was, set_to, is_now = (
            text_of(one, getattr(state, one.attname), names) for state in (before, after, now)
        )
        if one.attname in row.conflicting:
            made.conflicts.append(
                Conflict(model, row.record_id, row.title, one, was, set_to, is_now, last.get(row.record_id))
            )
        elif one.attname != "deleted_at":
            row.texts.append((one, is_now, was))


def _keep_what_is_needed(made: Plan) -> None:
    """Marks created records that others point to from outside, in turn what the kept ones point to, and their parts.

    A client somebody works with by now stays with the persons and phones it came with (`Tracked.part_of`), not as a
    bare name.
    """
    created: dict[type[Tracked], dict[int, RowPlan]] = defaultdict(dict)
    freed: set[tuple[type[Tracked], int, str]] = set()
    for row in made.rows:
        if row.created:
            created[row.model][row.record_id] = row
        freed |= {(row.model, row.record_id, attname) for attname in row.restore}
    needs: dict[tuple[type[Tracked], int], list[tuple[type[Tracked], int]]] = defaultdict(list)
    keep: list[tuple[type[Tracked], int]] = []
    for model, rows in created.items():
        made_here = model.versions.filter(operation=made.operation).values("record_id")
        for pointing, key in _keys_to(model):
            there: Any = pointing.objects
            if key.name == pointing.goes_on_in:  # deleted, and what it had stands here
                there = pointing.all_objects.exclude(pk__in=made_here)
            pairs = there.filter(**{f"{key.name}__in": made_here}).values_list("pk", key.attname)
            for pk, target in pairs:
                if target not in rows or (pointing, pk, key.attname) in freed:
                    continue
                if pk in created.get(pointing, {}):
                    needs[pointing, pk].append((model, target))
                    if key.name == pointing.part_of:
                        needs[model, target].append((pointing, pk))
                else:
                    keep.append((model, target))
    while keep:
        model, pk = keep.pop()
        if not created[model][pk].kept:
            created[model][pk].kept = True
            keep += needs[model, pk]


def _keys_to(model: type[Tracked]) -> Iterator[tuple[type[Tracked], "models.ForeignKey[Any, Any]"]]:
    for relation in model._meta.related_objects:
        if isinstance(relation.field, models.ForeignKey) and issubclass(relation.related_model, Tracked):
            yield relation.related_model, relation.field


def _lock_rows(operation: Operation) -> None:
    """Nobody changes the rows between the plan and the writing. SQLite has the only write lock already."""
    if connection.features.has_select_for_update:
        for model in models_of(operation):
            ids = model.versions.filter(operation=operation).values("record_id")
            list(model.all_objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def _write(now: Plan, op: Operation, choices: Mapping[str, str]) -> None:
    deletions: dict[type[Tracked], list[int]] = defaultdict(list)
    values: dict[tuple[type[Tracked], frozenset[str]], dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in now.rows:
        if row.deletes:
            deletions[row.model].append(row.record_id)
            continue
        back = dict(row.restore)
        for attname, before in row.conflicting.items():
            if choices.get(f"{row.model._meta.label_lower}:{row.record_id}:{attname}") == BEFORE:
                back[attname] = before
        if back:
            values[row.model, frozenset(back)][row.record_id] = back
    touched: dict[type[Tracked], list[int]] = defaultdict(list)
    for model, ids in deletions.items():
        for start in range(0, len(ids), 500):
            model.all_objects.filter(pk__in=ids[start : start + 500]).update(deleted_at=op.at)
        touched[model] += ids
    for (model, attnames), rows in values.items():
        names = [f.name for f in model._meta.concrete_fields if f.attname in attnames]
        ids = sorted(rows)
        for start in range(0, len(ids), 500):
            records = list(model.all_objects.filter(pk__in=ids[start : start + 500]))
            for record in records:
                for attname, value in rows[record.pk].items():
                    setattr(record, attname, value)
            model.all_objects.bulk_update(records, names)
        touched[model] += ids
    restored.send(sender=Operation, operation=op, rows=dict(touched))
