"""The history that verbs would have left of rows written straight into the tables: their versions, by SQL.

The operation of a version is the one with its stamp.
"""

from django.db import connection

from core.history.operations import Operation
from core.history.tracked import Tracked
from pipeline.models import Deal, Stage


def write_versions(model: type[Tracked]) -> None:
    """The state of every row as it stands, since its last change."""
    quote = connection.ops.quote_name
    version_model = model.versions.model
    names = ", ".join(map(quote, version_model.copied_columns()))
    selected = ", ".join(f"t.{quote(column)}" for column in version_model.copied_columns())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(version_model._meta.db_table)} (record_id, operation_id, valid_from, {names}) "
            f"SELECT t.id, o.id, t.changed_at, {selected} FROM {quote(model._meta.db_table)} t "
            f"JOIN {quote(Operation._meta.db_table)} o ON o.at = t.changed_at"
        )


def write_deal_versions(first: Stage) -> None:
    """A deal that moved held its first stage until the move; then the state it has now."""
    assert first.kind == Stage.Kind.OPEN
    write_earlier_versions(
        Deal, stage_id=first.pk, state="'open'", stage_since="t.created_at", closed_at="NULL",
        loss_reason_id="NULL", last_contact_at="NULL", next_step_on="NULL", next_step_at="NULL",
    )  # fmt: skip
    write_versions(Deal)


def write_earlier_versions(model: type[Tracked], **stood: object) -> None:
    """What a record with two versions was before its change: as it is now but for what `stood`, in SQL."""
    quote = connection.ops.quote_name
    version_model = model.versions.model
    columns = version_model.copied_columns()
    types = {field.column: field.db_type(connection) for field in version_model._meta.concrete_fields}
    values = {"version": 1, "changed_at": "t.created_at", **stood}
    cast = connection.vendor == "postgresql"
    before = {
        column: f"{value}::{types[column]}" if cast and value == "NULL" else str(value)
        for column, value in values.items()
    }
    names = ", ".join(map(quote, columns))
    selected = ", ".join(before.get(column, f"t.{quote(column)}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(version_model._meta.db_table)} "
            f"(record_id, operation_id, valid_from, valid_to, {names}) "
            f"SELECT t.id, o.id, t.created_at, t.changed_at, {selected} FROM {quote(model._meta.db_table)} t "
            f"JOIN {quote(Operation._meta.db_table)} o ON o.at = t.created_at WHERE t.version = 2"
        )
