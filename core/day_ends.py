"""The end of a local day as an expression of SQL, so that a column of days is compared with a column of moments.

The local day of a moment is a function of Python on SQLite, called for every row; the end of a day is not.
"""

import datetime as dt
from typing import Any

from django.db.models import DateTimeField, Func

from core import periods


class DayEnd(Func):
    """The moment at which a day is over in the company's zone: `happened_at >= DayEnd("due_on", first, last)` is "on a
    later day". True of days from `first` to `last`."""

    output_field = DateTimeField()
    arity = 1

    def __init__(self, day: Any, first: dt.date, last: dt.date, **extra: Any) -> None:
        super().__init__(day, **extra)
        self.first, self.last = first, last

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"(({sql} + 1)::timestamp AT TIME ZONE %s)", [*params, str(periods.company_zone())]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The text of the moment in UTC: the day or the next one, and the time at which clocks that far from it say
        midnight; a case of its own for each time the clocks are changed."""
        sql, params = compiler.compile(self.source_expressions[0])
        *others, (_until, last) = self._spans()
        if not others:
            return last.format(sql), list(params)
        cases = " ".join(f"WHEN {sql} <= '{until}' THEN {end.format(sql)}" for until, end in others)
        return f"CASE {cases} ELSE {last.format(sql)} END", [*params] * (2 * len(others) + 1)

    def _spans(self) -> list[tuple[dt.date, str]]:
        """(last day, its end as SQL) of each stretch of days that end alike."""
        spans: list[tuple[dt.date, str]] = []
        day = self.first
        while day <= self.last or not spans:
            end = periods.local(day + dt.timedelta(1))
            said = "{}" if end.date() == day else "date({}, '+1 day')"
            sql = f"({said} || '{end: %H:%M:%S}')"
            if spans and spans[-1][1] == sql:
                spans.pop()
            spans.append((day, sql))
            day += dt.timedelta(1)
        return spans
