"""Values with more than one part that a cell can hold, and the words for dates; kinds.py turns both into cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol

from django.utils import dateformat
from django.utils.translation import gettext as _

from core import periods

NBSP = "\u00a0"
MINUS = "\u2212"


class HasStage(Protocol):
    """What a cell of kind `stage` shows: any object with a name and a colour (one of the 16 tokens: "01" … "16")."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """The state of a record's next step: one of four, with its day or moment and what is to be done."""

    state: Literal["overdue", "today", "later", "nothing"]
    due: dt.date | dt.datetime | None = None
    text: str = ""

    @property
    def words(self) -> str:
        """«просрочено 3 ноября», «сегодня 16:30», «чт 5 ноября», «нет задачи»."""
        if self.state == "nothing":
            return _("no task")
        if self.state == "today":
            return f"{_('today')} {_time(self.due)}" if isinstance(self.due, dt.datetime) else _("today")
        if self.due is None:
            return _("overdue") if self.state == "overdue" else _("planned")
        day = periods.day_of(self.due) if isinstance(self.due, dt.datetime) else self.due
        return (
            f"{_('overdue')} {day_words(day, weekday=False)}" if self.state == "overdue" else day_words(day)
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """A small mark in a row. `tone` colours it: plain, brand, met, near, missed, late."""

    text: str
    tone: Literal["plain", "brand", "met", "near", "missed", "late"] = "plain"

    def __str__(self) -> str:
        return str(self.text)


def day_words(day: dt.date, *, weekday: bool = True) -> str:
    """«чт 5 ноября»; of another year «5 ноября 2025»."""
    words = dateformat.format(day, f"j{NBSP}E")
    if day.year != periods.today().year:
        return f"{words}{NBSP}{day.year}"
    return f"{dateformat.format(day, 'D').lower()}{NBSP}{words}" if weekday else words


def moment_words(moment: dt.datetime) -> str:
    """«чт 5 ноября, 16:30» in the company's zone."""
    return f"{day_words(periods.day_of(moment))}, {_time(moment)}"


def grouped(number: int | float) -> str:
    """«12 400», «−7»."""
    text = f"{abs(number):,}".replace(",", NBSP)
    return f"{MINUS}{text}" if number < 0 else text


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(periods.company_zone()).strftime("%H:%M")
