"""Pages for everybody who sells: how the indicators are counted, and the rules of the game."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import periods, show
from kpi import indicators, rulebook
from kpi.actions.rules import confirm_rules
from kpi.models import Indicator
from kpi.rulebook import Line, rulebooks
from kpi.words import unit_in_words
from people import access, calendar, dated
from people.models import Role, Team, User
from people.pages import for_ability

sells = for_ability("sell")
_MINUTE = dt.timedelta(minutes=1)


@sells
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Each indicator with its formula, the rule of the day, verdicts and points; for the reader's team."""
    user: Any = request.user
    with calendar.kept():
        book = _book(user, request.GET.get("team", ""))
        lines: dict[int, list[Line]] = {}
        for line in book.lines if book else []:
            lines.setdefault(line.norm.indicator_id, []).append(line)
        rows: list[Any] = list(
            Indicator.objects.in_use().select_related("activity_kind", "numerator", "denominator")
        )
        for row in rows:
            row.formula = indicators.formula_of(row)
            row.unit = unit_in_words(row)
            row.is_flow = indicators.is_flow(row)
            row.is_ratio = row.kind == Indicator.Kind.RATIO
            row.lines = lines.get(row.pk, [])
        context = {"indicators": rows, "book": book, "example": _example(book.team if book else None)}
    return render(request, "kpi/help.html", context)


@sells
@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules in force for the reader's team, or on a day past; who has confirmed which version."""
    user: Any = request.user
    with calendar.kept():
        teams = teams_of(user)
        book = _book(user, request.GET.get("team", ""), _day(request.GET.get("day", "")))
        if book is None:
            return render(request, "kpi/rules.html", {"book": None, "teams": teams})
        is_today = book.day == dated.today_of(book.team)
        context = {
            "book": book,
            "teams": teams,
            "is_today": is_today,
            "confirms": book.person is not None and is_today,
            "confirmed": rulebook.confirmation_of(user, book) if book.person else None,
            "readers": rulebook.readers(book.team, book.day) if book.person is None else [],
            "window": calendar.window(calendar.working_day_of(periods.now(), book.team), book.team),
        }
    return render(request, "kpi/rules.html", context)


@sells
@require_POST
def rules_confirm(request: HttpRequest) -> HttpResponse:
    """«I have read them»: the manager's own, in the version the page showed."""
    user: Any = request.user
    if user.role != Role.MANAGER or user.team is None:
        raise Http404
    try:
        confirm_rules(by=user, digest=request.POST.get("digest", ""))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Noted: you have read these rules."))
    return HttpResponseRedirect(reverse("kpi:rules"))


def teams_of(user: User) -> list[Team]:
    """The teams whose rules the user may read: their own, or all for who sees all."""
    if access.owners_visible_to(user) is None:
        return list(Team.objects.order_by("name"))
    return [user.team] if user.team else []


def _book(user: User, wished: str, day: dt.date | None = None) -> rulebook.Rulebook | None:
    """The page of the reader: a manager's own, else that of the team wished for (the first one by default)."""
    teams = teams_of(user)
    team = next((one for one in teams if str(one.pk) == wished), teams[0] if teams else None)
    if team is None:
        return None
    today = dated.today_of(team)
    person = user if user.role == Role.MANAGER else None
    return rulebooks(team, [person], min(day, today) if day else today)[0]


def _day(typed: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return None
    return day if day.year >= 2000 else None


def _example(team: Team | None) -> list[dict[str, str]]:
    """Four calls about the end of the day that runs, and the day each counts for."""
    zone = calendar.zone_of(team)
    day = calendar.working_day_of(periods.now(), team)
    after = calendar.next_working_day(day, team)
    end = calendar.cutoff(day, team)

    def at(moment: dt.datetime) -> str:
        clock = periods.wall_clock(moment, zone)
        return f"{show.weekday_name(clock.date())}{show.NBSP}{clock:%H:%M}"

    def row(happened: dt.datetime, entered: dt.datetime, counts: str) -> dict[str, str]:
        return {"happened": at(happened), "entered": at(entered), "counts": counts}

    soon = end + 90 * _MINUTE
    return [
        row(end - 10 * _MINUTE, end - 5 * _MINUTE, show.day(day)),
        row(end - 180 * _MINUTE, end + _MINUTE, _("no day: entered late")),
        row(soon, soon + 2 * _MINUTE, show.day(after)),
        row(soon, calendar.cutoff(after, team) - 60 * _MINUTE, show.day(after)),
    ]
