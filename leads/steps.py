"""The state of a next step: overdue, today, later, nothing planned."""

import datetime as dt
from typing import Protocol

from core import periods
from core.tables import NextStep


class HasNextStep(Protocol):
    """A client or a deal: the day of its next step and, where one was said, the moment."""

    next_step_on: dt.date | None
    next_step_at: dt.datetime | None


def next_step_of(record: HasNextStep, text: str = "") -> NextStep:
    """Where the record's next step stands now; `text` says what is to be done, where that is known."""
    due = record.next_step_at or record.next_step_on
    if record.next_step_on is None:
        return NextStep("nothing")
    today = periods.today()
    if record.next_step_on < today or (record.next_step_at and record.next_step_at < periods.now()):
        return NextStep("overdue", due, text)
    return NextStep("today" if record.next_step_on == today else "later", due, text)
