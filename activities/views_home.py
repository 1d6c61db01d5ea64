"""What managers and heads see first: the own day, the table of the team; and the company's by team."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from activities.my_day import MyDay
from activities.team_today import Line, by_team, lines_of
from core import periods
from people import access
from people.pages import for_ability


@for_ability("sell")
def my_day(request: HttpRequest) -> HttpResponse:
    """The manager's home page; a head who sells as well has it in the rail."""
    user: Any = request.user
    day = MyDay(user, periods.now())
    return render(request, "activities/my_day.html", {"day": day, "queue": day.queue})


@for_ability("assign")
def team(request: HttpRequest) -> HttpResponse:
    """Today in one table, every figure opening what it counts: the head's home page has everybody of the team; who sees
    several teams has a line for each, and looks into one by it."""
    user: Any = request.user
    moment = periods.now()
    lines = lines_of(user, moment)
    asked = request.GET.get("team", "")
    team = user.team
    if asked:
        lines = [line for line in lines if line.team is not None and str(line.team.pk) == asked]
        team = lines[0].team if lines else None
    elif access.owners_visible_to(user) is None:
        lines, team = by_team(lines), None
    context = {
        "title": team.name if team else _("People") if asked else _("Company"),
        "day": periods.day_of(moment),
        "lines": lines,
        "total": Line.total(_("Total"), lines),
    }
    return render(request, "activities/team.html", context)
