"""The admin's home page: what is set up, how much of it there is, and where it is changed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from activities.models import ActivityKind
from core import periods
from core.places import url_or_none
from leads import named_lists
from leads.models import Client, Source
from people import calendar
from people.models import Appointment, Team, User
from people.pages import for_ability
from pipeline.models import Funnel, LossReason, Stage


@dataclass(frozen=True)
class Step:
    """One line: what it is, how it stands, whether it needs the admin now, where it is changed."""

    name: str | Promise
    stands: str
    note: str
    url: str | None
    needs_work: bool = False


@for_ability("configure")
def setup(request: HttpRequest) -> HttpResponse:
    return render(request, "activities/setup.html", {"steps": [step for step in _steps() if step.url]})


def _teams_note(count: int, headless: list[str]) -> str:
    if not count:
        return _("add the first one: managers and heads belong to a team")
    return (
        _("without a head: %(teams)s") % {"teams": ", ".join(headless)} if headless else _("each has a head")
    )


def _steps() -> list[Step]:
    people = User.objects.active().count()
    placed = Appointment.objects.in_force().filter(user__is_active=True, user__deleted_at=None).count()
    heads = set(Appointment.objects.in_force().filter(role="head").values_list("team_id", flat=True))
    teams = list(Team.objects.all())
    headless = [team.name for team in teams if team.pk not in heads]
    without_role = people - placed
    kinds = ActivityKind.objects.filter(retired_at=None).count()
    counted_as = _("what a call, a meeting, a parcel counts as")
    first_client = _("add the first client or bring them from Excel")
    stages = Stage.objects.in_use().count()
    clients = Client.objects.order_by()[:1].exists()
    return [
        Step(
            _("People"),
            str(people),
            _("without a role: %(count)s") % {"count": without_role} if without_role else _("everybody has a role"),
            url_or_none("people:users"),
            without_role > 0,
        ),
        Step(
            _("Teams"),
            str(len(teams)),
            _teams_note(len(teams), headless),
            url_or_none("people:teams"),
            bool(headless) or not teams,
        ),
        Step(
            _("Cut-off of the working day"),
            f"{calendar.hours(periods.today()).cutoff:%H:%M}",
            _("by then everything of the day must be entered"),
            url_or_none("people:company"),
        ),
        Step(
            _("Funnels and stages"),
            f"{Funnel.objects.in_use().count()} / {stages}",
            _("colours, norms, what must be filled"),
            url_or_none("pipeline:funnels"),
            stages == 0,
        ),
        Step(_("Reasons of loss"), str(LossReason.objects.in_use().count()), "", _list_url("loss-reasons")),
        Step(_("Kinds of contacts"), str(kinds), counted_as, _list_url("activity-kinds")),
        Step(_("Sources"), str(Source.objects.filter(retired_at=None).count()), "", _list_url("sources")),
        Step(
            _("Clients and deals"),
            _("there are some") if clients else _("none yet"),
            "" if clients else first_client,
            url_or_none("leads:list"),
            not clients,
        ),
    ]  # fmt: skip


def _list_url(key: str) -> str | None:
    return reverse("leads:named_list", args=[key]) if named_lists.kind(key) else None
