"""How the working days of a month were closed: by what, how late, and which were not."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import periods, show
from kpi import alarms, days
from kpi.closing import close_due
from kpi.models import Closing, Delay
from people import access, calendar
from people.models import Role, Team
from people.pages import for_ability

_IN_TIME = alarms.AFTER[alarms.YELLOW]


@dataclass(frozen=True)
class Line:
    """A working day of a team whose cut-off has passed: closed, or a gap."""

    team: Team
    day: dt.date
    cutoff: dt.datetime
    closing: Any = None
    delay: Delay | None = None
    # A gap that can be closed: not one between days that are.
    is_due: bool = False

    @property
    def due(self) -> dt.time:
        """By the team's clocks."""
        return self._here(self.cutoff).time()

    @property
    def closed(self) -> str:
        """The time, with its date where it is another day's."""
        at = self._here(self.closing.closed_at)
        time = show.clock_time(at.time())
        return time if at.date() == self.day else f"{show.short_day(at.date())}, {time}"

    @property
    def late(self) -> dt.timedelta:
        """Between the cut-off and the closing, so far where there is none."""
        until = self.closing.closed_at if self.closing else periods.now()
        return until - self.cutoff

    @property
    def is_late(self) -> bool:
        return self.late >= _IN_TIME

    @property
    def decision(self) -> Any:
        """The head's word on a day without system, None where there is none."""
        return getattr(self.closing, "decision", None)

    def _here(self, moment: dt.datetime) -> dt.datetime:
        return periods.wall_clock(moment, calendar.zone_of(self.team, self.day))


@for_ability("closings")
def closings(request: HttpRequest) -> HttpResponse:
    """A month of days and teams, the latest first; a head sees their own team."""
    user: Any = request.user
    today = periods.today()
    month = _month(request.GET.get("month", ""), today)
    teams = [user.team] if user.role == Role.HEAD else list(Team.objects.order_by("name"))
    chosen = next((team for team in teams if str(team.pk) == request.GET.get("team")), None)
    with calendar.kept():
        lines = lines_of([chosen] if chosen else teams, month)
        context = {
            "lines": lines,
            "open": [line for line in lines if line.is_due and line.is_late],
            "month": month,
            "previous": month - dt.timedelta(1),
            "next": following if (following := _next(month)) <= today else None,
            "teams": teams if len(teams) > 1 else [],
            "team": chosen,
            "show_team": len(teams) > 1 and chosen is None,
            "may_close": access.may(user, "configure"),
        }
        return render(request, "kpi/closings.html", context)


@require_POST
@for_ability("configure")
def close_now(request: HttpRequest) -> HttpResponse:
    """Closes whatever is due, as the minute's task does, and says what came of it."""
    closed = close_due(Closing.Way.PAGE)
    left = days.due(periods.now())
    alarms.memory.keep([alarms.Late(each.team, each.day, each.window.end) for each in left])
    if closed:
        text = ngettext("%(count)s day has been closed.", "%(count)s days have been closed.", len(closed))
        messages.success(request, text % {"count": len(closed)})
    if left:
        messages.error(request, _("Not everything could be closed: the reason stands beside the day."))
    elif not closed:
        messages.success(request, _("Nothing is left to close."))
    return redirect("kpi:closings")


def lines_of(teams: list[Team], month: dt.date) -> list[Line]:
    """The lines of the month, the latest day first. A fixed number of queries."""
    end = _next(month)
    rows = (
        Closing.objects.filter(team__in=teams, day__gte=month, day__lt=end)
        .select_related("team", "decision__operation__by")
        .annotate(count=Count("people"))
    )
    closed = {(row.team_id, row.day): row for row in rows}
    delays = {
        (row.team_id, row.day): row
        for row in Delay.objects.filter(team__in=teams, day__gte=month, day__lt=end)
    }
    lines = [Line(row.team, row.day, row.ends, row, delays.get(key)) for key, row in closed.items()]
    for each in days.due(periods.now()):
        if each.team in teams and month <= each.day < end:
            delay = delays.get((each.team.pk, each.day))
            lines.append(Line(each.team, each.day, each.window.end, None, delay, is_due=True))
    known = {(line.team.pk, line.day) for line in lines}
    lines += [line for line in _holes(teams, month, end) if (line.team.pk, line.day) not in known]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), line.cutoff, line.team.name))


def _holes(teams: list[Team], month: dt.date, end: dt.date) -> list[Line]:
    """Working days before the last closed one: none is ever left out, and if one were it would be seen."""
    first = dict(Closing.objects.filter(team__in=teams).order_by().values_list("team").annotate(Min("day")))
    last = dict(
        Closing.objects.filter(team__in=teams, day__lt=end).order_by("day").values_list("team", "day")
    )
    lines = []
    for team in teams:
        if team.pk not in last:
            continue
        day = max(first[team.pk], month)
        while day < last[team.pk]:
            if calendar.is_working(day, team):
                lines.append(Line(team, day, calendar.cutoff(day, team)))
            day += dt.timedelta(1)
    return lines


def _month(asked: str, today: dt.date) -> dt.date:
    """The first day of the month asked for, of this one by default."""
    try:
        return min(dt.date.fromisoformat(f"{asked}-01"), today.replace(day=1))
    except ValueError:
        return today.replace(day=1)


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(31)).replace(day=1)
