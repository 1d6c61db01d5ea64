"""My day and my figures: the manager's side of the discipline, every page of it about the reader alone."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from core import periods
from kpi import clock as clocks
from kpi.my import closed_of, today_of
from kpi.my_month import MyMonth, asked_words, change_words, month_asked, title_of
from kpi.pay import month_at, so_far
from people import access, calendar
from people.models import Role, User
from people.pages import for_ability

# For so long after the cut-off my day looks for what its closing said.
_FRESH = dt.timedelta(minutes=10)


def _reader(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]  # signed in: the pages ask an ability
    return user


# --- The running day ------------------------------------------------------------------------------------------------


def _day(user: User) -> dict[str, Any]:
    """What the block of figures shows: the running day, what has just been closed, the month so far."""
    moment = periods.now()
    with calendar.kept():
        closed = closed_of(user, moment)
        today = today_of(user, moment)
        day = closed.day if closed else today.of.day if today else None
        month = month_at(day) if day else None
        return {
            "today": today,
            "closed": closed,
            "month": month,
            "so_far": so_far([user.pk], month)[user.pk] if month else None,
            "may_configure": access.may(user, "configure"),
        }


def panel(request: HttpRequest, _my_day: Any) -> SafeString | None:
    """For my day: the place of the figures, which htmx fills after the page, so that it costs the page no query."""
    if _reader(request).team is None:
        return None
    return render_to_string("kpi/my_panel.html", {"waits": True}, request)


@for_ability("sell")
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The block of figures, for htmx; who has no seat that day keeps what stands there."""
    context = _day(_reader(request))
    if context["today"] is None and context["closed"] is None:
        return HttpResponse(status=204)
    return render(request, "kpi/my_panel.html", context)


@for_ability("sell")
@require_GET
def clock(request: HttpRequest) -> HttpResponse:
    """The clock of the top bar with what is lacking, and within the last hour the line below the bar."""
    user, moment = _reader(request), periods.now()
    with calendar.kept():
        left = clocks.left_of(user.team, moment)
        asks = user.role == Role.MANAGER and left.left is not None
        today = today_of(user, moment) if asks else None
        context: dict[str, Any] = {"clock": clocks.clock_with(today, left), "banner": None}
        if not _shows_figures(request):
            context["banner"] = clocks.banner_of(today, left)
    response = render(request, "kpi/_clock.html", context)
    if left.works and left.left is None and moment - left.cutoff <= _FRESH:
        trigger_client_event(response, "day-closed")
    return response


def _shows_figures(request: HttpRequest) -> bool:
    """Whether the page the clock stands on says all that the line below the bar would."""
    htmx: Any = getattr(request, "htmx", None)
    path = (htmx.current_url_abs_path or "").partition("?")[0] if htmx else ""
    return path in (reverse("home"), reverse("activities:my-day"), reverse("kpi:my"))


# --- My figures -----------------------------------------------------------------------------------------------------


@for_ability("sell")
@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """The closed days of a month with their points and money, objections and answers; today's figures above them."""
    user, moment = _reader(request), periods.now()
    with calendar.kept():
        month = MyMonth(user, month_asked(request.GET.get("month", ""), user, moment), moment)
        context = {
            "my": month,
            "corrections": [(row, title_of(row), change_words(row)) for row in month.corrections],
            "objections": [(row, title_of(row), asked_words(row)) for row in month.objections],
        }
        return render(request, "kpi/my.html", context | _day(user))
