"""Questions that are asked with every click, put into SQL once: making the SQL of a QuerySet takes many times as long
as the database needs for an answer about one row."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.db import connection, models

from core.history.operations import ids_condition


class Prepared:
    """The columns of a `values_list()` of a model's rows, without conditions and order, for whichever keys.

    Words and numbers said in its expressions stand in the SQL as they are: SQLite would think anew each time about
    which partial index they allow.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Any, Any]]) -> None:
        self._rows = rows

    @cached_property
    def _sql(self) -> tuple[str, str]:
        rows = self._rows()
        sql, params = rows.order_by().query.sql_with_params()
        meta, quote = rows.model._meta, connection.ops.quote_name
        for value in params:
            sql = sql.replace("%s", _literal(value), 1)
        return sql, f"{quote(meta.db_table)}.{quote(meta.pk.column)}"

    def of(self, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """The rows with these keys, for any number of them. Values are as the database has them: good for comparing
        with each other and for keys, while moments and money have not become what Python knows."""
        sql, key = self._sql
        condition, wanted = ids_condition(key, list(ids))
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} WHERE {condition}", [wanted])
            return list(cursor.fetchall())


def _literal(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if type(value) is str and re.fullmatch(r"\w*", value):
        return f"'{value}'"
    raise ValueError(f"{value!r} is no plain word or number, as alone belong in a prepared question.")
