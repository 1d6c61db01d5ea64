"""What an indicator is: a set of records for all people of a team at once, whom each is credited to, and its measure.

Records are rows of version tables as they stood at the end of the span. So the same question asked at 18:00:01 and a
week later has the same answer, whatever was edited, deleted, handed over or planned anew meanwhile.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Sum, TextField
from django.utils.functional import Promise

from core.history.tracked import Tracked
from core.periods import Window
from kpi.models import Rule

Text = str | Promise
# A QuerySet of version rows, whose models are made at run time.
Rows = Any


class Source:
    """What of a record is counted; each of them is counted for one day, ever (K3)."""

    ACTIVITY = "activity"
    CLIENT = "client"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class Excuse:
    """Tasks of the person due on these days (both included) do not count as overdue yet: they were away."""

    person_id: int
    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Span:
    """Whom and what is asked about: people with one window. A flow happened within it, a stock stands at its end."""

    people: tuple[int, ...]
    window: Window
    # The local date of the window's end; the last day whose tasks without a time are due by then.
    today: dt.date
    due_through: dt.date
    # The days whose tasks without a time fell due at the window's start or within it, with the moments they did.
    fell_due: tuple[tuple[dt.date, dt.datetime], ...] = ()
    # Kind of activity → what it counts as, as the day's settings say.
    groups: Mapping[int, str] = field(default_factory=dict)
    excuses: tuple[Excuse, ...] = ()
    # Operations within the window by which records were imported.
    imports: tuple[int, ...] = ()


class Ids(Aggregate):
    """The ids of a group, as a text with commas between them."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(%(expressions)s)", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="STRING_AGG((%(expressions)s)::text, ',')", **context
        )


@dataclass(frozen=True)
class Near:
    """A record that nearly counted, and why it did not."""

    record_id: int
    reason: Text


@dataclass(frozen=True)
class Changed:
    """What of a counted record is another now, and whether it would count still."""

    text: Text
    counts: bool


class Definition(ABC):
    """One indicator: declared once, used by closing, scorecard, drill-down, export and help alike."""

    code: str
    name: Text
    # The rule in words, for the help page and beside the number.
    formula: Text
    unit: str = Rule.Unit.COUNT
    is_flow: bool = True
    # A flow's: by what a record is counted once ever; empty where each day counts for itself.
    source: str = ""
    # The model whose records are counted.
    model: type[Tracked]

    def __init__(self, *, counts_imports: bool = False) -> None:
        self.counts_imports = counts_imports

    @abstractmethod
    def records(self, span: Span) -> Rows:
        """The version rows counted, one a record, annotated with `person` (an id of `span.people`, whom it is credited
        to); what was counted by an earlier day is left out by who asks (`kpi.measuring`)."""

    def measure(self) -> Any:
        """The aggregate over `records` that is the value."""
        return Count("record_id")

    def nearly(self, span: Span) -> Iterable[Near]:
        """What nearly counted for the one person of the span, with the reason why it did not."""
        return ()

    def changed(self, then: Any, now: Any) -> Changed | None:
        """What has become of a record since it was counted: its version as of the end of the span, and its row now."""
        return None

    def worth(self, row: Any) -> Decimal:
        """What one record, a version or a row, adds to the value."""
        return Decimal(1)


class SumOf(Definition):
    """An indicator that sums a column of its records."""

    column: str

    def measure(self) -> Any:
        return Sum(self.column)

    def worth(self, row: Any) -> Decimal:
        return Decimal(getattr(row, self.column) or 0)
