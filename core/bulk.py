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
    quote = connection.ops.quote_name
    table, into = quote(model._meta.db_table), ", ".join(quote(str(fields[name].column)) for name in names)
    is_copied = connection.vendor == "postgresql"
    prepared = [_prepared(fields[name], columns[name], is_copied=is_copied) for name in names]
    with connection.cursor() as cursor:
        if is_copied:
            lines = map("\t".join, zip(*prepared, strict=True))
            text = StringIO("".join(f"{line}\n" for line in lines))
            cursor.copy_expert(f"COPY {table} ({into}) FROM STDIN", text)
        else:
            places = ", ".join(["%s"] * len(names))
            insert = f"INSERT INTO {table} ({into}) VALUES ({places})"  # noqa: S608  names of a model's own
            cursor.executemany(insert, list(zip(*prepared, strict=True)))


def _prepared(field: Any, values: Sequence[Any], *, is_copied: bool) -> list[Any]:
    """The values as the database, or COPY, takes them; each different one is prepared once: most columns have few."""
    as_it_is = isinstance(getattr(field, "target_field", field), _AS_IT_IS)
    if as_it_is and not is_copied:
        return list(values)
    changed = {}
    for value in set(values):
        one = value if as_it_is else field.get_db_prep_save(value, connection)
        changed[value] = _cell(one) if is_copied else one
    return [changed[value] for value in values]


def _cell(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return str(value)
