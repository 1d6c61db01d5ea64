"""The hours in force and those to come, as people read them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from people import dated
from people.calendar import Hours
from people.models import ALWAYS, Team, WorkingHours

# The zones of Russia, west to east; a company elsewhere sets its own by TAKT_ZONE.
ZONES: list[tuple[str, str | Promise]] = [
    ("", gettext_lazy("as the company's")),
    ("Europe/Kaliningrad", gettext_lazy("Kaliningrad (Moscow −1)")),
    ("Europe/Moscow", gettext_lazy("Moscow")),
    ("Europe/Samara", gettext_lazy("Samara (Moscow +1)")),
    ("Asia/Yekaterinburg", gettext_lazy("Yekaterinburg (Moscow +2)")),
    ("Asia/Omsk", gettext_lazy("Omsk (Moscow +3)")),
    ("Asia/Novosibirsk", gettext_lazy("Novosibirsk (Moscow +4)")),
    ("Asia/Irkutsk", gettext_lazy("Irkutsk (Moscow +5)")),
    ("Asia/Yakutsk", gettext_lazy("Yakutsk (Moscow +6)")),
    ("Asia/Vladivostok", gettext_lazy("Vladivostok (Moscow +7)")),
    ("Asia/Magadan", gettext_lazy("Magadan (Moscow +8)")),
    ("Asia/Kamchatka", gettext_lazy("Kamchatka (Moscow +9)")),
]


@dataclass(frozen=True)
class Line:
    """Hours from a day on; `row` is what may be removed: the team's (the company's) own row of a day to come."""

    since: dt.date
    hours: Hours
    is_own: bool
    row: WorkingHours | None = None
    before: Hours | None = None

    @property
    def is_always(self) -> bool:
        return self.since <= ALWAYS

    @property
    def times(self) -> str:
        """«09:00–18:00»."""
        return f"{show.clock_time(self.hours.starts)}–{show.clock_time(self.hours.cutoff)}"

    @property
    def zone(self) -> str:
        """The zone's name; empty for the company's."""
        return str(dict(ZONES).get(self.hours.zone, self.hours.zone)) if self.hours.zone else ""

    @property
    def change(self) -> str:
        """What becomes different: «до 19:00», or all of it where more than the end does."""
        if self.before and self.before._replace(cutoff=self.hours.cutoff) == self.hours:
            return _("until %(time)s") % {"time": show.clock_time(self.hours.cutoff)}
        return f"{self.times}, {self.zone}" if self.zone else self.times


def lines_of(team: Team | None, rows: Iterable[WorkingHours] | None = None) -> list[Line]:
    """The hours in force today, first, and those to come, of the company or of a team.

    `rows` are all there are, where somebody has read them for many teams.
    """
    today = dated.today_of(team)
    rows = sorted(WorkingHours.objects.all() if rows is None else rows, key=lambda row: row.since)
    company = [row for row in rows if row.team_id is None]
    own = [row for row in rows if team and row.team_id == team.pk]
    days = sorted({today, *(row.since for row in (*company, *own) if row.since > today)})
    lines: list[Line] = []
    for day in days:
        row = _in_force(own, day) or _in_force(company, day)
        if row is None or (day > today and row.since != day):
            continue  # a row of the company that the team's own goes over
        is_own = row.team_id == (team.pk if team else None)
        lines.append(
            Line(
                row.since,
                Hours(row.starts, row.cutoff, row.zone),
                is_own,
                row if is_own and day > today else None,
                lines[-1].hours if lines else None,
            )
        )
    return lines


def _in_force(rows: Sequence[WorkingHours], day: dt.date) -> WorkingHours | None:
    """The latest of the rows, which stand in their order, that has begun by the day."""
    return next((row for row in reversed(rows) if row.since <= day), None)
