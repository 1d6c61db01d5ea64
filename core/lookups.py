"""Lookups beside Django's own."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignKey, Lookup


@ForeignKey.register_lookup  # does not look among those of its base
@Field.register_lookup
class Among(Lookup):
    """`manager__among=ids`: as `in`, for any number of whole numbers: they travel as one parameter, an array on
    PostgreSQL and JSON on SQLite, so the statement is the same for five people and for a thousand."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int]) -> None:
        super().__init__(lhs, [int(each) for each in rhs])

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        values = f"[{','.join(map(str, self.rhs))}]"
        return left + " IN (SELECT value FROM json_each(%s))", [*params, values]  # noqa: S608  names of the model

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*params, self.rhs]
