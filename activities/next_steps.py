"""The next steps that a form offers as chips: each a word that stands for a day."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import periods, show
from people import calendar
from people.models import Team

TOMORROW, THREE, WEEK, DATE, NONE = "tomorrow", "three", "week", "date", "none"


@dataclass(frozen=True)
class Days:
    """The days that the chips mean for somebody of the team, asked on the day `today`. Working days all of them."""

    today: dt.date
    tomorrow: dt.date
    three: dt.date
    week: dt.date

    @classmethod
    def of(cls, team: Team | None) -> "Days":
        today = periods.today(calendar.zone_of(team))
        week = today + dt.timedelta(days=7)
        if not calendar.is_working(week, team):
            week = calendar.next_working_day(week, team)
        return cls(
            today, calendar.next_working_day(today, team), calendar.add_working_days(today, 3, team), week
        )

    def day_of(self, chip: str) -> dt.date | None:
        """The day a chip stands for; None for those that stand for none."""
        return {TOMORROW: self.tomorrow, THREE: self.three, WEEK: self.week}.get(chip)

    @property
    def again(self) -> str:
        """When the next try is made after nobody answered, in words."""
        return short(self.tomorrow)

    def choices(self) -> list[tuple[str, str]]:
        """Value and words. «Tomorrow» is said of the next day only: on a Friday the chip says the day it means."""
        is_next = (self.tomorrow - self.today).days == 1
        return [
            (TOMORROW, _("Tomorrow") if is_next else short(self.tomorrow)),
            (THREE, short(self.three)),
            (WEEK, _("In a week")),
            (DATE, _("Date…")),
        ]


def short(day: dt.date) -> str:
    """«вт 10 ноя»."""
    return f"{show.day(day).split(show.NBSP)[0]}{show.NBSP}{show.short_day(day)}"
