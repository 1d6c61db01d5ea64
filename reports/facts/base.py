"""What a kind of fact is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, DateField, DateTimeField, Expression, F, Func, QuerySet, Subquery

from core import periods
from core.periods import Period
from core.places import Text
from core.tables.columns import KindName
from people.models import User
from reports.asking import Asked

Path = str | Expression | Subquery


@dataclass(frozen=True)
class Measure:
    """A number of a fact: an aggregate over its records. `adds_up`: it is the sum of its parts (a count of different
    clients is not)."""

    key: str
    label: Text
    kind: KindName
    value: Aggregate | Expression
    adds_up: bool = True


@dataclass(frozen=True)
class Rolled:
    """A table that says the same of whole months, added up: asked where it knows every column that is asked for."""

    rows: Callable[[User], QuerySet[Any]]
    paths: Mapping[str, Path]
    values: Mapping[str, Aggregate | Expression]
    on: str = "month"


@dataclass(frozen=True)
class Fact:
    """A kind of record that reports count.

    `rows(user)`: the records the user may see, all of them. `on`: the column of the local day (or moment) it happened;
    empty for what stands now, whatever the period.
    `paths`: {dimension or narrowing: the column that says it}. `measures`: what can be counted.
    """

    key: str
    label: Text
    rows: Callable[[User], QuerySet[Any]]
    on: str
    paths: Mapping[str, Path]
    measures: Mapping[str, Measure]
    rolled: Sequence[Rolled] = field(default=())

    def records(self, asked: Asked, **more: Any) -> QuerySet[Any]:
        """The visible records of the period, narrowed as asked; `more` are values of further dimensions."""
        rows = self.rows(asked.user)
        found = rows.filter(**within(rows, self.on, asked.period)) if self.on else rows
        return narrowed(found, self.paths, {**asked.narrow, **{key: (value,) for key, value in more.items()}})

    def sums(
        self, asked: Asked, by: Sequence[str], measures: Sequence[str] | None = None
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        """{values of the dimensions: {measure: number}} of the asked records; one query. Without dimensions the key is
        the empty tuple."""
        wanted = list(measures or self.measures)
        paths, values, rows = self._source(asked, by, wanted)
        names = {f"by_{key}": expression(paths[key]) for key in by}
        numbers = {f"is_{key}": values[key] for key in wanted}
        found = rows.order_by()
        if not by:
            row = found.aggregate(**numbers)
            return {(): {key: row[f"is_{key}"] for key in wanted}}
        found = found.annotate(**names).values(*names).annotate(**numbers)
        return {
            tuple(row[name] for name in names): {key: row[f"is_{key}"] for key in wanted} for row in found
        }

    def _source(
        self, asked: Asked, by: Sequence[str], wanted: Sequence[str]
    ) -> tuple[Mapping[str, Path], Mapping[str, Any], QuerySet[Any]]:
        """The records themselves, or a table that has added them up already."""
        if self.rolled and periods.is_whole_months(asked.period):
            needed = {*by, *asked.narrow}
            for rolled in self.rolled:
                if needed <= set(rolled.paths) and set(wanted) <= set(rolled.values):
                    rows = rolled.rows(asked.user)
                    rows = rows.filter(**within(rows, rolled.on, asked.period))
                    return rolled.paths, rolled.values, narrowed(rows, rolled.paths, asked.narrow)
        values = {key: self.measures[key].value for key in wanted}
        return self.paths, values, self.records(asked)


def within(rows: QuerySet[Any], on: str, period: Period) -> dict[str, Any]:
    """The conditions that a column of days or of moments lies in the period."""
    model: Any = rows.model
    *way, name = on.split("__")
    for part in way:
        model = model._meta.get_field(part).related_model
    if isinstance(model._meta.get_field(name), DateTimeField):
        return dict(period.lookup(on))
    return {f"{on}__gte": period.first_day(), f"{on}__lte": period.last_day()}


def narrowed(
    rows: QuerySet[Any], paths: Mapping[str, Path], narrow: Mapping[str, Collection[Any]]
) -> QuerySet[Any]:
    """The rows of which each column named is one of its values; (None,): those where it is empty."""
    for key, values in narrow.items():
        path = paths[key]
        if not isinstance(path, str):
            rows = rows.alias(**{f"narrow_{key}": path})
            path = f"narrow_{key}"
        if tuple(values) == (None,):
            rows = rows.filter(**{f"{path}__isnull": True})
        else:
            rows = rows.filter(**{f"{path}__in": values})
    return rows


def expression(path: Path) -> Any:
    """A column as something to annotate with."""
    return F(path) if isinstance(path, str) else path


class FirstOfMonth(Func):
    """The first of the month of a day. On SQLite Django's own is a call into Python for each row."""

    output_field = DateField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s, 'start of month')", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(date_trunc('month', %(expressions)s) AS date)"
        return self.as_sql(compiler, connection, template=template, **context)
