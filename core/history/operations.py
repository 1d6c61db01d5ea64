"""Operations: every change of tracked rows happens inside one, and has its author, moment and kind from it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import periods

if TYPE_CHECKING:
    from core.history.tracked import Tracked

# The advisory lock (PostgreSQL) that operations share and the closing of the day takes for itself alone.
OPERATIONS_LOCK = 7_283_001


class OutsideOperation(RuntimeError):
    """A tracked row was to be changed outside `operation()`: its history would have no author and no moment."""


class Operation(models.Model):
    """One whole change: who, when, by what way. `at` is the stamp that every version it wrote begins with."""

    class Kind(models.TextChoices):
        FORM = "form", _("form")
        BULK = "bulk", _("bulk change")
        IMPORT = "import", _("import")
        MERGE = "merge", _("merge")
        ROLLBACK = "rollback", _("rollback")
        SYSTEM = "system", _("by the system")

    at = models.DateTimeField(_("moment"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    note = models.CharField(_("note"), max_length=200, blank=True)
    reverts = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reverted_by", verbose_name=_("rolls back")
    )
    # {"leads.client": [created, changed]}: what the journal shows without counting versions.
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def words(self) -> str:
        """The note as its reader sees it: the system's own, kept in English, in their language; people's as written."""
        return gettext(self.note) if self.note and self.by_id is None else self.note


@dataclass
class _Running:
    operation: Operation
    created: dict[type["Tracked"], set[int]] = field(default_factory=lambda: defaultdict(set))
    changed: dict[type["Tracked"], set[int]] = field(default_factory=lambda: defaultdict(set))

    def touched(self) -> "Touched":
        return {
            model: self.created.get(model, set()) | self.changed.get(model, set())
            for model in {**self.created, **self.changed}
        }


# What rooms derive from tracked rows of several kinds, whoever writes them: each is called with {model: ids} of all
# that the operation made or changed, in its transaction, while the open versions still say what was before.
Touched = Mapping[type["Tracked"], Set[int]]
ending: list[Callable[[Touched], object]] = []

_running: ContextVar[_Running | None] = ContextVar("takt_operation", default=None)


@contextmanager
def operation(
    *,
    by: models.Model | None,
    kind: str = Operation.Kind.FORM,
    note: str = "",
    reverts: Operation | None = None,
) -> Iterator[Operation]:
    """One transaction with one stamp; versions of all that it changed are written at its end.

    Inside another operation it joins that one, so that verbs can call verbs. `by` is None only for the system.
    """
    running = _running.get()
    if running is not None:
        yield running.operation
        return
    with transaction.atomic():
        op = Operation.objects.create(
            at=_stamp(), by_id=by.pk if by else None, kind=kind, note=note[:200], reverts=reverts
        )
        running = _Running(op)
        token = _running.set(running)
        try:
            yield op
            if running.created or running.changed:
                for call in ending:
                    call(running.touched())
            _write_versions(running)
        finally:
            _running.reset(token)


def running() -> bool:
    """Whether an operation runs now."""
    return _running.get() is not None


def current() -> Operation:
    """The operation that runs now; `OutsideOperation` if there is none."""
    return _require().operation


def note_created(model: type["Tracked"], ids: list[int]) -> None:
    """Remembers rows made by the running operation; called by `Tracked` only."""
    _require().created[model].update(ids)


def note_changed(model: type["Tracked"], ids: list[int]) -> None:
    """Remembers rows changed by the running operation; called by `Tracked` only."""
    running = _require()
    running.changed[model].update(set(ids) - running.created[model])


def _require() -> _Running:
    running = _running.get()
    if running is None:
        raise OutsideOperation("Change tracked rows inside `with operation(by=…)`, in a verb of actions.py.")
    return running


def _stamp() -> dt.datetime:
    """The moment of the operation, taken once the shared lock is held.

    So when the closing of the day has got the lock for itself, nothing stamped before that moment is still on its
    way. On SQLite the transaction began with the only write lock (IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [OPERATIONS_LOCK])
    return stamping_clock()


def stamping_clock() -> dt.datetime:
    """This moment by the clock that stamps operations: the server's on PostgreSQL, where machines of the program may
    disagree by seconds. Whoever must know that no stamp before a moment can follow any more asks this one."""
    if connection.vendor == "postgresql" and not periods.fixed_clock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            stamp: dt.datetime = cursor.fetchone()[0]
            return stamp.astimezone(dt.UTC)
    return periods.now()


def _write_versions(running: _Running) -> None:
    op = running.operation
    counts = {}
    for model in {**running.created, **running.changed}:
        created, changed = running.created[model], running.changed[model]
        if not created and not changed:
            continue
        if changed:
            _close_versions(model, sorted(changed), op)
        _open_versions(model, sorted(created | changed), op)
        counts[model._meta.label_lower] = [len(created), len(changed)]
    if counts:
        op.counts = counts
        field, quote = Operation._meta.get_field("counts"), connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(Operation._meta.db_table)} SET counts = %s WHERE id = %s",
                [field.get_db_prep_save(counts, connection), op.pk],
            )


def ids_condition(column: str, ids: list[int]) -> tuple[str, Any]:
    """SQL and its one parameter for "column is one of ids", for any number of ids."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", ids
    return f"{column} IN (SELECT value FROM json_each(%s))", "[" + ",".join(map(str, ids)) + "]"


def _close_versions(model: type["Tracked"], ids: list[int], op: Operation) -> None:
    condition, param = ids_condition("record_id", ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_closing(model)} AND {condition}",
            [connection.ops.adapt_datetimefield_value(op.at), param],
        )


def _open_versions(model: type["Tracked"], ids: list[int], op: Operation) -> None:
    """INSERT … SELECT from the rows as they stand at the end of the operation.

    Two operations may meet on one row in the order of locks and not of stamps: a version then begins where the one
    before it ended, never earlier.
    """
    condition, param = ids_condition("t.id", ids)
    stamp = connection.ops.adapt_datetimefield_value(op.at)
    with connection.cursor() as cursor:
        cursor.execute(f"{_opening(model)} WHERE {condition} ORDER BY t.id", [op.pk, stamp, stamp, param])


@cache
def _closing(model: type["Tracked"]) -> str:
    versions = connection.ops.quote_name(model.versions.model._meta.db_table)
    return f"UPDATE {versions} SET valid_to = {_greatest()}(%s, valid_from) WHERE valid_to IS NULL"


@cache
def _opening(model: type["Tracked"]) -> str:
    quote = connection.ops.quote_name
    version_model = model.versions.model
    columns = [quote(column) for column in version_model.copied_columns()]
    table, versions = quote(model._meta.db_table), quote(version_model._meta.db_table)
    return (
        f"INSERT INTO {versions} (record_id, operation_id, valid_from, {', '.join(columns)}) "
        f"SELECT t.id, %s, {_greatest()}(%s, COALESCE("
        f"(SELECT MAX(v.valid_to) FROM {versions} v WHERE v.record_id = t.id), %s)), "
        f"{', '.join(f't.{column}' for column in columns)} FROM {table} t"
    )


def _greatest() -> str:
    return "GREATEST" if connection.vendor == "postgresql" else "MAX"
