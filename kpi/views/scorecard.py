"""The head's scorecard, and why a number is what it is."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from core import periods
from core.tables.files import xlsx
from kpi.actions.later import may_have_word_on
from kpi.drill import figure_or_404, person_day_or_404, why_days, why_frozen, why_live
from kpi.models import Figure, Norm
from kpi.scorecard.asked import MONTH, WEEK, Asked, span_of
from kpi.scorecard.days import line_of_day
from kpi.scorecard.file import tables_of
from kpi.scorecard.page import beside_of, page_of
from kpi.scorecard.person import trend_or_404
from people import access, calendar
from people.pages import for_ability


@for_ability("assign")
def scorecard(request: HttpRequest) -> HttpResponse:
    """Managers by indicators of a day, a week or a month."""
    user: Any = request.user
    with calendar.kept():
        page = page_of(Asked.of(user, request.GET, periods.now()))
    return render(request, "kpi/scorecard.html", {"page": page, "asked": page.asked, "sheet": page.sheet})


@for_ability("sell")
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a frozen number is what it is."""
    user: Any = request.user
    with calendar.kept():
        why = why_frozen(figure_or_404(user, pk), user)
    return render(request, "kpi/figure.html", {"why": why})


@for_ability("sell")
def figure_now(request: HttpRequest, person: int, indicator: int, day: str) -> HttpResponse:
    """The same of a day that is not closed, by person, indicator and day; once it is closed, on to the frozen one."""
    user: Any = request.user
    date = _date(day)
    frozen = Figure.objects.filter(
        person_day__person=person, person_day__day=date, indicator=indicator, period=Norm.Period.DAY
    ).first()
    if frozen is not None:
        return redirect("kpi:figure", figure_or_404(user, frozen.pk).pk)
    with calendar.kept():
        why = why_live(user, person, indicator, date, periods.now())
    if why is None:
        return redirect("home")
    return render(request, "kpi/figure.html", {"why": why})


@for_ability("sell")
def figure_days(request: HttpRequest, person: int, indicator: int, view: str, day: str) -> HttpResponse:
    """The closed days that a sum of a week or month is made of."""
    user: Any = request.user
    with calendar.kept():
        first, last = span_of(MONTH if view == MONTH else WEEK, _date(day))
        why = why_days(user, person, indicator, first, last)
    return render(request, "kpi/figure.html", {"why": why})


@for_ability("sell")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """How it has been going: a person's last closed days."""
    user: Any = request.user
    with calendar.kept():
        trend = trend_or_404(user, pk, periods.today())
    for line in trend.lines:
        line.may_correct = access.may(user, "assign") and pk != user.pk
    return render(request, "kpi/scorecard_person.html", {"trend": trend})


@for_ability("sell")
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's closed day: what its points are made of, and what was said about it."""
    user: Any = request.user
    found = person_day_or_404(user, pk)
    with calendar.kept():
        line = line_of_day(found)
    context = {
        "day": found,
        "line": line,
        "may_excuse": may_have_word_on(user, found) and found.scored,
        "may_object": user.pk == found.person_id and found.scored and line.objection is None,
    }
    return render(request, "kpi/scorecard_day.html", context)


@for_ability("assign")
def beside(request: HttpRequest) -> HttpResponse:
    """Whom to talk to and signs of gaming: fetched by the page when its table is there, a page of its own without
    scripts."""
    user: Any = request.user
    with calendar.kept():
        page = beside_of(Asked.of(user, request.GET, periods.now()))
        is_part = getattr(request, "htmx", False)
        template = "kpi/_scorecard_beside.html" if is_part else "kpi/scorecard_beside.html"
        return render(request, template, {"page": page})


@for_ability("assign")
def excel(request: HttpRequest) -> HttpResponseBase:
    """What the scorecard shows, as an Excel workbook."""
    user: Any = request.user
    with calendar.kept():
        page = page_of(Asked.of(user, request.GET, periods.now()))
        return xlsx(*tables_of(page))


def _date(day: str) -> dt.date:
    """The day that an address names."""
    try:
        return dt.date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
