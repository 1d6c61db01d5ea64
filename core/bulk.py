"""Many rows at once, for tables that are written only: without an object a row."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from django.db import connection, models

# What a database takes as Python has it.
_AS_IT_IS = (models.IntegerField, models.AutoField, models.CharField, models.TextField)


def insert_rows(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> None:
    """Inserts one row per position of the columns, which are equally long: {field's attname: values}.

    Every column of the table but its id is named. One statement; values are prepared by their fields. The database
    checks its constraints, models' `save` and signals are passed by.
    """
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    if set(fields) != set(columns):
        raise ValueError(f"columns of {model._meta.label}: {sorted(set(fields) ^ set(columns))}")
    names = list(columns)
    prepared = [_prepared(fields[name], columns[name]) for name in names]
    quote = connection.ops.quote_name
    table, into = quote(model._meta.db_table), ", ".join(quote(str(fields[name].column)) for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = map("\t".join, zip(*(map(_cell, values) for values in prepared), strict=True))
            text = StringIO("".join(f"{line}\n" for line in lines))
            cursor.copy_expert(f"COPY {table} ({into}) FROM STDIN", text)
        else:
            places = ", ".join(["%s"] * len(names))
            insert = f"INSERT INTO {table} ({into}) VALUES ({places})"  # noqa: S608  names of a model's own
            cursor.executemany(insert, list(zip(*prepared, strict=True)))


def _cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)


def _prepared(field: Any, values: Sequence[Any]) -> list[Any]:
    """The values as the database takes them; each different one of whatever needs a change is changed once."""
    if isinstance(getattr(field, "target_field", field), _AS_IT_IS):
        return list(values)
    changed = {value: field.get_db_prep_save(value, connection) for value in set(values)}
    return [changed[value] for value in values]
