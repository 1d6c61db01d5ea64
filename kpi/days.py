"""Working days of teams: which is running, which are due to be closed, by which settings each is counted.

The settings of a day (who belongs to which team, which indicators there are, what a kind of activity counts as) are
those that stood when the company's window of the day began; what came into being within it, as it first stood. So
nobody's figures change in the middle of a day, and a late closing finds what one on time would have found.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Max, Min

from core import periods
from core.history.tracked import Tracked
from core.periods import Window
from kpi.models import Closing, Indicator
from people import calendar
from people.models import Team


@dataclass(frozen=True)
class TeamDay:
    """A working day of a team. `window` ends with its cut-off, or earlier: at the moment a running day is looked at."""

    team: Team
    day: dt.date
    window: Window

    @property
    def moment(self) -> dt.datetime:
        """The moment as of which everything is asked."""
        return self.window.end

    @cached_property
    def settings_moment(self) -> dt.datetime:
        """Since when the settings of the day stand: the start of the company's window, the same for every team, so that
        nobody belongs to two of them."""
        return calendar.cutoff(calendar.add_working_days(self.day, -1))

    @cached_property
    def cutoff(self) -> dt.datetime:
        return calendar.cutoff(self.day, self.team)

    @cached_property
    def seconds(self) -> int:
        """Its working time, from the start of the day to the cut-off."""
        return int((self.cutoff - calendar.starts(self.day, self.team)).total_seconds())

    @property
    def is_running(self) -> bool:
        return self.window.end < self.cutoff


def team_day(team: Team, day: dt.date, until: dt.datetime | None = None) -> TeamDay:
    """The day of the team, as of its cut-off or of an earlier moment `until` within its window."""
    window = calendar.window(day, team)
    if until is not None and until < window.end:
        window = Window(window.start, max(until, window.start))
    return TeamDay(team, day, window)


def running_day(team: Team, moment: dt.datetime) -> TeamDay:
    """The day in whose window the moment lies, as of that moment."""
    return team_day(team, calendar.working_day_of(moment, team), moment)


def due(moment: dt.datetime) -> list[TeamDay]:
    """Days whose cut-off has passed by the moment and that are not closed, in the order of their cut-offs.

    A team's first day is the first whose window began when the team and the indicators were there already; the last one
    of a team that is no more is the one that had begun when it was removed.
    """
    began = Indicator.all_objects.aggregate(first=Min("created_at"))["first"]
    if began is None:
        return []
    last = dict(Closing.objects.order_by().values_list("team").annotate(Max("day")))
    found: list[TeamDay] = []
    with calendar.kept():
        for team in Team.all_objects.order_by("pk"):
            if team.pk in last:
                day = calendar.next_working_day(last[team.pk], team)
            else:
                since = max(began, team.created_at)
                day = calendar.next_working_day(calendar.working_day_of(since, team), team)
            while (whole := team_day(team, day)).window.end < moment and not _had_gone_before(whole):
                found.append(whole)
                day = calendar.next_working_day(day, team)
    return sorted(found, key=lambda each: (each.window.end, each.team.pk))


def _had_gone_before(of: TeamDay) -> bool:
    """Whether the team had been removed when the day began: its people belonged elsewhere by then."""
    gone = of.team.deleted_at
    return gone is not None and gone <= min(of.window.start, of.settings_moment)


def as_begun(model: type[Tracked], of: TeamDay) -> dict[int, Any]:
    """{record id: version} of a table of settings for the day: the state that stood when its settings were taken, of
    what came later (up to the day's end) the first. Deleted ones are left out."""
    rows: Iterable[Any] = (
        model.versions.filter(valid_from__lte=of.moment)
        .exclude(valid_to__lte=of.settings_moment)
        .order_by("-valid_from", "-pk")
    )
    first = {row.record_id: row for row in rows}
    return {key: row for key, row in sorted(first.items()) if row.deleted_at is None}


def due_through(moment: dt.datetime, team: Team) -> dt.date:
    """The last local day whose cut-off has passed by the moment: tasks without a time are due up to it."""
    today = local_day(moment, team)
    return today if calendar.cutoff(today, team) <= moment else today - dt.timedelta(1)


def local_day(moment: dt.datetime, team: Team) -> dt.date:
    """The date on the clocks of the team."""
    return periods.day_of(moment, calendar.zone_of(team, periods.day_of(moment)))
