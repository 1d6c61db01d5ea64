"""Tracked models: rows that change only inside an operation and keep every state they had.

For each model derived from `Tracked` a version model `<Name>Version` is made when the class is ready. It holds the
model's columns, the record's id, the moments between which they held, and the operation that wrote them.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.db import connection, models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan
from django.db.models.signals import class_prepared
from django.utils.translation import gettext_lazy as _

from core.history import operations
from core.history.operations import Operation

# Columns that history itself keeps: no change of the record's content.
STAMPS = ("version", "created_at", "changed_at")


M = TypeVar("M", bound="Tracked")


class StaleRecord(Exception):
    """Somebody else saved the record since it was read; nothing was written."""

    def __init__(self, record: "Tracked") -> None:
        super().__init__(
            f"{record._meta.label} {record.pk} was changed since version {record.version} was read"
        )
        self.record = record


class TrackedQuerySet(models.QuerySet[M]):
    """A QuerySet whose writes keep history. Only inside `operation()`; otherwise they raise `OutsideOperation`."""

    def alive(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def update(self, **values: Any) -> int:
        """As Django's, and every row gets a version of its own at the end of the operation."""
        operations.current()  # refuse before asking
        return self.update_keys(list(self.order_by().values_list("pk", flat=True)), **values)

    update.alters_data = True  # type: ignore[attr-defined]

    def update_keys(self, ids: list[int], **values: Any) -> int:
        """As `update`, of the rows with these keys, whatever else the QuerySet says: for who has just read them."""
        op = operations.current()
        if not ids:
            return 0
        values.setdefault("changed_at", op.at)
        written = 0
        for some in _chunks(ids):
            rows: models.QuerySet[M] = models.QuerySet(self.model, using=self.db).filter(pk__in=some)
            written += rows.update(version=F("version") + 1, **values)
        operations.note_changed(self.model, ids)
        return written

    update_keys.alters_data = True  # type: ignore[attr-defined]

    def update_stored(self, ids: list[int], **values: Any) -> None:
        """As `update_keys`, of values as the database has them (see `core.prepared`): for what is written with every
        click, since the statement is put together without Django's compiler."""
        op = operations.current()
        meta, quote = self.model._meta, connection.ops.quote_name
        known = {field.name: str(field.column) for field in meta.concrete_fields}
        columns = [quote(known[name]) for name in values]
        condition, wanted = operations.ids_condition(quote(str(meta.pk.column)), ids)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(meta.db_table)} SET version = version + 1, changed_at = %s, "
                + ", ".join(f"{column} = %s" for column in columns)
                + f" WHERE {condition}",
                [connection.ops.adapt_datetimefield_value(op.at), *values.values(), wanted],
            )
        operations.note_changed(self.model, ids)

    update_stored.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """As Django's (without conflict handling), with versions."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ValueError("A tracked row cannot be created over another one: find the conflicts first.")
        op = operations.current()
        objs = list(objs)
        for row in objs:
            row.created_at = row.changed_at = op.at
        kwargs.setdefault("batch_size", 1000)
        made = super().bulk_create(objs, *args, **kwargs)
        operations.note_created(self.model, [row.pk for row in made])
        return made

    def bulk_update(self, objs: Iterable[M], fields: Sequence[str], batch_size: int | None = None) -> int:  # type: ignore[override]
        """As Django's, with versions. It does not look at `version`: lock the rows first where others may write."""
        op = operations.current()
        objs = list(objs)
        for row in objs:
            row.version += 1
            row.changed_at = op.at
        # Django's own bulk_update ends in update() of this class, which would write everything twice.
        plain: models.QuerySet[M] = models.QuerySet(self.model, using=self.db)
        written = plain.bulk_update(objs, [*fields, "version", "changed_at"], batch_size=batch_size or 200)
        operations.note_changed(self.model, [row.pk for row in objs])
        return written

    def soft_delete(self) -> int:
        """Marks the rows as deleted; history keeps them, and a rollback brings them back."""
        return self.update(deleted_at=operations.current().at)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Tracked rows are never deleted from the table: use soft_delete().")

    delete.queryset_only = True  # type: ignore[attr-defined]


def _chunks(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def alive_manager(queryset_class: type[TrackedQuerySet[M]]) -> Any:
    """The manager for `objects`: words of the QuerySet class over rows that are not deleted."""

    class AliveManager(models.Manager.from_queryset(queryset_class)):
        def get_queryset(self) -> TrackedQuerySet[M]:
            rows: TrackedQuerySet[M] = super().get_queryset().filter(deleted_at__isnull=True)
            return rows

    return AliveManager()


class Until(models.Func):
    """`valid_to`, with "for ever" in place of nothing: an index on it finds what stood at a moment in one range, that
    is what stands still and what ceased to since, however long the history before."""

    output_field = models.DateTimeField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="COALESCE(%(expressions)s, '9999')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "COALESCE(%(expressions)s, 'infinity'::timestamptz)"
        return self.as_sql(compiler, connection, template=template, **context)


class VersionQuerySet(models.QuerySet["VersionBase"]):
    def at(self, moment: dt.datetime) -> Self:
        """The state of every record at the moment, deleted ones included (filter by `deleted_at`)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=moment), valid_from__lte=moment)

    def still_at(self, moment: dt.datetime) -> Self:
        """The same as `at`, for tables with an index that begins with `Until("valid_to")`."""
        return self.filter(GreaterThan(Until("valid_to"), models.Value(moment)), valid_from__lte=moment)

    def of(self, record: "Tracked") -> Self:
        """All states of one record, oldest first."""
        return self.filter(record_id=record.pk).order_by("id")


class VersionBase(models.Model):
    """One state of one record: it held from `valid_from` (included) to `valid_to` (not included; None = now)."""

    record_id = models.BigIntegerField()
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    of_model: ClassVar[type["Tracked"]]
    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def copied_fields(cls) -> "list[models.Field[Any, Any]]":
        """The fields that stand in the record too."""
        own = {"id", "record_id", "operation", "valid_from", "valid_to"}
        return [f for f in cls._meta.concrete_fields if f.name not in own]

    @classmethod
    def copied_columns(cls) -> list[str]:
        """The columns of `copied_fields`, as they stand in both tables."""
        return [f.column for f in cls.copied_fields() if f.column]


class Tracked(models.Model):
    """Base of every record that people edit: versions, soft deletion, no lost updates."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    # Derived columns (search texts and the like) that history need not keep.
    untracked_fields: ClassVar[tuple[str, ...]] = ()
    # Columns that verbs recompute from other rows: versions keep them, so that the past can be asked, but nobody set
    # them, so what people read as changes and what a rollback sets back passes them by.
    derived_fields: ClassVar[tuple[str, ...]] = ()
    # The key to the record without which this one is nothing (a phone's client): a rollback keeps both or neither.
    part_of: ClassVar[str] = ""
    # The key to the record of the same model that a deleted one was merged into: it holds what this one had.
    goes_on_in: ClassVar[str] = ""
    # Further indexes of the version table, for questions about the past: columns, or an index with a condition.
    version_indexes: ClassVar[tuple[tuple[str, ...] | models.Index, ...]] = ()
    # A `VersionQuerySet` of the version model; that one is made at run time, so no type checker knows its columns.
    versions: ClassVar[Any]

    objects = alive_manager(TrackedQuerySet)
    all_objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves inside the running operation. `StaleRecord` if the row was saved since this object was read.

        Columns that history does not keep (the last sign-in, a password hashed anew by it) may be saved without one.
        """
        named = set(kwargs.get("update_fields") or ())
        if named and named <= set(self.untracked_fields) and not operations.running():
            plain: models.QuerySet[Self] = models.QuerySet(type(self)).filter(pk=self.pk)
            plain.update(**{name: getattr(self, name) for name in named})
            return
        op = operations.current()
        creating = self._state.adding
        self.changed_at = op.at
        if creating:
            self.created_at = op.at
        else:
            self.version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version", "changed_at"}
        try:
            super().save(*args, **kwargs)
        except BaseException:
            self.version -= 0 if creating else 1
            raise
        (operations.note_created if creating else operations.note_changed)(type(self), [self.pk])

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *args: Any) -> Any:
        # The one statement in which nobody can come between: only the version that was read is overwritten.
        updated = super()._do_update(base_qs.filter(version=self.version - 1), using, pk_val, values, *args)
        if not updated:
            raise StaleRecord(self)
        return updated

    def soft_delete(self) -> None:
        self.deleted_at = operations.current().at
        self.save(update_fields=["deleted_at"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Tracked rows are never deleted from the table: use soft_delete().")


def _copy_field(model: type[Tracked], original: "models.Field[Any, Any]") -> "models.Field[Any, Any]":
    if isinstance(original, models.ForeignKey):
        # Not by deconstruct(): for a key it asks the registry of all models, which is still being filled.
        to: Any = original.remote_field.model
        return models.ForeignKey(
            f"{model._meta.app_label}.{model.__name__}" if to == "self" else to,
            models.DO_NOTHING,
            null=original.null,
            blank=original.blank,
            verbose_name=original.verbose_name,
            related_name="+",
            db_constraint=False,
            db_index=False,
        )
    _name, _path, args, kwargs = original.deconstruct()
    for key in ("unique", "db_index"):
        kwargs.pop(key, None)
    return type(original)(*args, **kwargs)


def _make_version_model(sender: type[models.Model], **_kwargs: Any) -> None:
    if not issubclass(sender, Tracked) or sender._meta.abstract or sender.__module__ == "__fake__":
        return
    meta = sender._meta
    fields = {
        f.name: _copy_field(sender, f)
        for f in meta.local_concrete_fields
        if not f.primary_key and f.name not in sender.untracked_fields
    }
    options = type(
        "Meta",
        (),
        {
            "app_label": meta.app_label,
            "db_table": f"{meta.db_table}_version",
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(
                    fields=["record_id"],
                    condition=Q(valid_to__isnull=True),
                    name=f"{meta.app_label}_{meta.model_name}_one_open_version",
                )
            ],
            "indexes": [
                models.Index(fields=["record_id", "valid_from"]),
                *(
                    known if isinstance(known, models.Index) else models.Index(fields=list(known))
                    for known in sender.version_indexes
                ),
            ],
        },
    )
    version_model = type(
        f"{sender.__name__}Version",
        (VersionBase,),
        {"__module__": sender.__module__, "Meta": options, "of_model": sender, **fields},
    )
    sender.versions = version_model._default_manager  # type: ignore[attr-defined]


class_prepared.connect(_make_version_model, dispatch_uid="core.history.versions")


def tracked_models() -> list[type[Tracked]]:
    """Every tracked model of the program."""
    from django.apps import apps

    return [m for m in apps.get_models() if issubclass(m, Tracked)]
