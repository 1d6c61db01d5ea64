"""Questions that are asked with every click, put into SQL once: making the SQL of a QuerySet takes many times as long
as the database needs for an answer about one row."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection, models

from core.history.operations import ids_condition


class Prepared:
    """The columns of a `values_list()` of a model's rows, without order, for whichever keys; `key` names the column
    where that is not the rows' own.

    Words and numbers said in its expressions stand in the SQL as they are: SQLite would think anew each time about
    which partial index they allow.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Any, Any]], key: str = "pk") -> None:
        self._rows, self._key = rows, key

    @cached_property
    def _sql(self) -> tuple[str, str]:
        rows = self._rows()
        sql, params = rows.order_by().query.sql_with_params()
        meta, quote = rows.model._meta, connection.ops.quote_name
        for value in params:
            sql = sql.replace("%s", _literal(value), 1)
        field: Any = meta.pk if self._key == "pk" else meta.get_field(self._key)
        joint = "AND" if rows.query.where else "WHERE"
        return f"{sql} {joint}", f"{quote(meta.db_table)}.{quote(field.column)}"

    def of(self, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """The rows with these keys, for any number of them. Values are as the database has them: good for comparing
        with each other and for keys, while moments and money have not become what Python knows."""
        return together([self], ids)


def together(questions: Sequence[Prepared], ids: Iterable[int]) -> list[tuple[Any, ...]]:
    """What several questions with columns of the same types say of the same keys, by one statement."""
    wanted = list(ids)
    sql, params = [], []
    for question in questions:
        start, key = question._sql
        condition, param = ids_condition(key, wanted)
        sql.append(f"{start} {condition}")
        params.append(param)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql), params)
        return list(cursor.fetchall())


def _literal(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"\w*", value):
        return f"'{value!s}'"
    raise ValueError(f"{value!r} is no plain word or number, as alone belong in a prepared question.")
