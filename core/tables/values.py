"""Values with more than one part that a cell can hold; kinds.py turns them into cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol

from django.utils.translation import gettext as _

from core import show


class HasStage(Protocol):
    """What a cell of kind `stage` shows: any object with a name and a colour (1 … 16, core/colours.py)."""

    name: str
    colour: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """The state of a record's next step: one of four, with its day or moment and what is to be done."""

    state: Literal["overdue", "today", "later", "nothing"]
    due: dt.date | dt.datetime | None = None
    text: str = ""

    @property
    def words(self) -> str:
        """«просрочено 3 ноя», «сегодня 16:30», «чт 5 ноября», «нет задачи»."""
        if self.state == "nothing":
            return _("no task")
        if self.state == "today":
            return (
                f"{_('today')} {show.clock_time(self.due)}"
                if isinstance(self.due, dt.datetime)
                else _("today")
            )
        if self.state == "overdue":
            return f"{_('overdue')} {show.short_day(self.due)}" if self.due else _("overdue")
        return show.day(self.due) if self.due else _("planned")


@dataclass(frozen=True, slots=True)
class Flag:
    """A small mark in a row; `tone` colours it: near (or warn), missed (or bad), late as everywhere."""

    text: str
    tone: Literal["plain", "near", "warn", "missed", "bad", "late"] = "plain"

    def __str__(self) -> str:
        return str(self.text)
