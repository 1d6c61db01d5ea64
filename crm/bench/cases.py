"""The pages that are measured, each as the person who opens it every day. The goal of all of them is 100 ms."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from core import periods
from core.phones import format_phone
from kpi.models import Closing, Figure
from leads.models import Client, ContactPoint
from people import calendar
from people.models import Role, User
from pipeline.models import Funnel

GOAL_MS = 100.0


@dataclass(frozen=True)
class Case:
    """One page: `prepare` looks once for what the requests need and returns the request."""

    name: str
    role: str
    prepare: Callable[[User], Callable[[Browser], HttpResponse]]
    goal_ms: float = GOAL_MS


def get(address: str) -> Callable[[Browser], HttpResponse]:
    return lambda browser: browser.get(address)  # type: ignore[return-value]


def person_of(role: str) -> User:
    """Who opens the pages: of the managers the one with the busiest client, so that the card is theirs to see."""
    if role == Role.MANAGER:
        return busiest_client().manager
    found = User.objects.filter(appointments__role=role).order_by("pk").first()
    if found is None:
        raise LookupError(f"nobody is {role} here: fill the database with `manage.py demo`")
    return found


def busiest_client() -> Client:
    """The client with the most activities."""
    top = (
        Client.objects.annotate(count=Count("activities"))
        .order_by("-count", "pk")
        .select_related("manager")
        .first()
    )
    if top is None:
        raise LookupError("no clients here: fill the database with `manage.py demo`")
    return top


def _card(_user: User) -> Callable[[Browser], HttpResponse]:
    return get(reverse("leads:card", args=[busiest_client().pk]))


def _log_form(_user: User) -> Callable[[Browser], HttpResponse]:
    return get(reverse("activities:log") + f"?client={busiest_client().pk}")


def _board(_user: User) -> Callable[[Browser], HttpResponse]:
    return get(reverse("pipeline:board", args=[Funnel.objects.order_by("position").first().pk]))  # type: ignore[union-attr]


def _by_phone(user: User) -> Callable[[Browser], HttpResponse]:
    """Found by the phone's last seven digits, written as people write them."""
    phone = (
        ContactPoint.objects.filter(kind="phone", client__in=Client.objects.visible_to(user))
        .order_by("-pk")
        .first()
    )
    assert phone is not None
    return get(reverse("leads:list") + "?q=" + format_phone(phone.value)[-9:])


def _log_a_call(user: User) -> Callable[[Browser], HttpResponse]:
    """The whole send: a talked call with a next step. The form is fetched once, its key renewed for each send."""
    client = Client.objects.visible_to(user).order_by("pk")[7]
    address = reverse("activities:log") + f"?client={client.pk}"

    def send(browser: Browser) -> HttpResponse:
        fields = send.fields or _fields_of(browser.get(address).content.decode())  # type: ignore[attr-defined]
        send.fields = fields  # type: ignore[attr-defined]
        send.count += 1  # type: ignore[attr-defined]
        key = f"bench-{user.pk}-{send.count}-{id(send)}"  # type: ignore[attr-defined]
        typed = {"text": "Обсудили сроки", "outcome": "reached", "next": "week", "once": key}
        return browser.post(address, fields | typed)  # type: ignore[return-value]

    send.fields, send.count = {}, 0  # type: ignore[attr-defined]
    return send


def _fields_of(page: str) -> dict[str, str]:
    """The values the log form would send as it stands: hidden ones and the choices that are made."""
    form = page[page.index('<form class="log"') :]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in attributes and (attributes.get("type") == "hidden" or " checked" in tag):
            fields[attributes["name"]] = attributes.get("value", "")
    return fields


def _scorecard(view: str = "day", *, closed: bool) -> Callable[[User], Callable[[Browser], HttpResponse]]:
    """The head's own team: the day that is running, or the last one that is closed."""

    def prepare(user: User) -> Callable[[Browser], HttpResponse]:
        day = calendar.working_day_of(periods.now(), user.team)
        if closed:
            last = Closing.objects.filter(team=user.team).order_by("-day").first()
            if last is None:
                raise LookupError("no day is closed here: run `manage.py close_days`")
            day = last.day
        return get(f"{reverse('kpi:scorecard')}?day={day.isoformat()}&view={view}")

    return prepare


def _figure(user: User) -> Callable[[Browser], HttpResponse]:
    """Why a number: the frozen conversations of somebody of the head's team."""
    figure = (
        Figure.objects.filter(
            person_day__closing__team=user.team, rule__code="conversations_held", period="day"
        )
        .order_by("-person_day__day", "-value")
        .first()
    )
    if figure is None:
        raise LookupError("no day is closed here: run `manage.py close_days`")
    return get(reverse("kpi:figure", args=[figure.pk]))


CASES = [
    Case("clients, first page", Role.MANAGER, lambda user: get(reverse("leads:list"))),
    Case("clients, first page, all", Role.DIRECTOR, lambda user: get(reverse("leads:list"))),
    Case("clients, searched by name", Role.DIRECTOR, lambda user: get(reverse("leads:list") + "?q=уралснаб")),
    Case("clients, searched by phone", Role.DIRECTOR, _by_phone),
    Case(
        "clients, found by nothing",
        Role.DIRECTOR,
        lambda user: get(reverse("leads:list") + "?q=нетникогоникого"),
    ),
    Case("search in the top bar", Role.MANAGER, lambda user: get(reverse("leads:search") + "?q=уралснаб")),
    Case("deals, first page", Role.MANAGER, lambda user: get(reverse("pipeline:deals"))),
    Case("deals, first page, all", Role.DIRECTOR, lambda user: get(reverse("pipeline:deals"))),
    Case("board", Role.MANAGER, _board),
    Case("board, all", Role.DIRECTOR, _board),
    Case("card with 500 activities", Role.MANAGER, _card),
    Case("my day", Role.MANAGER, lambda user: get(reverse("activities:my-day"))),
    Case("home of the head", Role.HEAD, lambda user: get(reverse("home"))),
    Case("home of the director", Role.DIRECTOR, lambda user: get(reverse("home")), goal_ms=300.0),
    Case("tasks", Role.MANAGER, lambda user: get(reverse("activities:tasks"))),
    Case("activities, first page", Role.MANAGER, lambda user: get(reverse("activities:list"))),
    Case("activities, first page, all", Role.DIRECTOR, lambda user: get(reverse("activities:list"))),
    Case("quick log, the form", Role.MANAGER, _log_form),
    Case("quick log, the send", Role.MANAGER, _log_a_call),
    Case("scorecard, live", Role.HEAD, _scorecard(closed=False), goal_ms=300.0),
    Case("scorecard, frozen", Role.HEAD, _scorecard(closed=True)),
    Case("scorecard, a month", Role.HEAD, _scorecard("month", closed=True), goal_ms=300.0),
    Case("why a number", Role.HEAD, _figure),
]
