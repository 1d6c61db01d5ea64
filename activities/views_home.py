"""What each role sees first: the manager's day, the head's and the director's table."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from activities.my_day import MyDay
from activities.team_today import Line, by_team, lines_of
from core import periods
from people.pages import for_ability


@for_ability("sell")
def my_day(request: HttpRequest) -> HttpResponse:
    """The manager's home page; a head who sells as well has it in the rail."""
    user: Any = request.user
    day = MyDay(user, periods.now())
    return render(request, "activities/my_day.html", {"day": day, "queue": day.queue})


@for_ability("assign")
def team(request: HttpRequest) -> HttpResponse:
    """The head's home page: everybody of the team in one table; every figure opens what it counts."""
    user: Any = request.user
    moment = periods.now()
    lines = lines_of(user, moment)
    asked = request.GET.get("team", "")
    if asked:  # a director looks into one team; a head's own is the only one there is
        lines = [line for line in lines if line.team is not None and str(line.team.pk) == asked]
    team = lines[0].team if asked and lines else user.team
    context = {
        "title": team.name if team else _("People"),
        "day": periods.day_of(moment),
        "lines": lines,
        "total": Line.total(_("Total"), lines),
    }
    return render(request, "activities/team.html", context)


@for_ability("assign")
def company(request: HttpRequest) -> HttpResponse:
    """The director's home page: the teams in one table."""
    user: Any = request.user
    moment = periods.now()
    lines = by_team(lines_of(user, moment))
    context = {
        "title": _("Company"),
        "day": periods.day_of(moment),
        "lines": lines,
        "total": Line.total(_("Total"), lines),
    }
    return render(request, "activities/team.html", context)
