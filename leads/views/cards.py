"""A client's card, its feed and its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from core.history.changes import What, history_of
from core.history.tracked import Tracked
from leads.feed import feed
from leads.merged_cards import gone_on
from leads.models import Client, Contact, ContactPoint
from people.access import get_visible_or_404
from people.journal import told_to

# What else belongs to a client's history, from upper rooms: f(client) → {model: ids}. Filled in `AppConfig.ready()`.
history_records: list[Callable[[Client], dict[type[Tracked], Iterable[int]]]] = []

_HISTORY_PAGE = 30


def _follows_merges(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[..., HttpResponse]:
    """The address of a card that was merged away leads to the one that holds all of it now."""

    @wraps(view)
    def following(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except Http404:
            client = gone_on(request.user, pk)  # type: ignore[arg-type]
            if client is None or request.resolver_match is None:
                raise
            return redirect(request.resolver_match.view_name, client.pk)

    return following


@_follows_merges
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """All about one client on one page; older entries of the feed by `?before=`."""
    client = _client(request, pk)
    before = _moment(request.GET.get("before"))
    points: dict[int | None, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(client=client):
        points[point.contact_id].append(point)
    people = [(person, points[person.pk]) for person in client.contacts.all()]
    phone, phone_of = _first_phone(points[None], people)
    context = {
        "client": client,
        "phone": phone,
        "phone_of": phone_of,
        "own_points": points[None],
        "people": people,
        "feed": feed(client, request.user, before),  # type: ignore[arg-type]
        "is_older_part": before is not None,
    }
    return render(request, "leads/card.html", context)


@_follows_merges
def feed_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Older entries of the feed, for the button at its end."""
    client = _client(request, pk)
    page = feed(client, request.user, _moment(request.GET.get("before")))  # type: ignore[arg-type]
    return render(request, "leads/_feed.html", {"client": client, "feed": page})


@_follows_merges
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every operation that touched the client, its persons and phones, field by field."""
    client = _client(request, pk)
    records: dict[type[Tracked], set[int]] = {
        Client: {client.pk, *Client.all_objects.filter(merged_into=client).values_list("pk", flat=True)},
        Contact: set(Contact.all_objects.filter(client=client).values_list("pk", flat=True)),
        ContactPoint: set(ContactPoint.all_objects.filter(client=client).values_list("pk", flat=True)),
    }
    for more in history_records:
        for model, ids in more(client).items():
            records.setdefault(model, set()).update(ids)
    entries = history_of(records, before=_number(request.GET.get("before")), limit=_HISTORY_PAGE + 1)
    shown = entries[:_HISTORY_PAGE]
    for entry in shown:  # columns that other rooms keep on the client are no news
        told_to(request.user, entry.changes)  # type: ignore[arg-type]
        entry.changes = [change for change in entry.changes if change.what != What.CHANGED or change.fields]
    context: dict[str, Any] = {
        "client": client,
        "entries": [entry for entry in shown if entry.changes],
        "older": shown[-1].operation.pk if len(entries) > _HISTORY_PAGE else None,
        "is_older_part": "before" in request.GET,
    }
    return render(request, "leads/history.html", context)


def _first_phone(
    own: list[ContactPoint], people: list[tuple[Contact, list[ContactPoint]]]
) -> tuple[ContactPoint | None, Contact | None]:
    """Whom to call: the first person with a phone (who decides stands first), else the client's own number."""
    of_people = [(point, person) for person, points in people for point in points]
    candidates: list[tuple[ContactPoint, Contact | None]] = [*of_people, *((point, None) for point in own)]
    return next((pair for pair in candidates if pair[0].kind == ContactPoint.Kind.PHONE), (None, None))


def _client(request: HttpRequest, pk: int) -> Client:
    rows = (
        Client.objects.select_related("manager", "source", "campaign", "segment")
        .defer("search", "name_key")
        .with_merges()
    )
    return get_visible_or_404(rows, request.user, pk=pk)  # type: ignore[arg-type]


def _moment(text: str | None) -> dt.datetime | None:
    """The moment of an address; Http404 for what is none."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise Http404 from error
    if moment is None or moment.tzinfo is None:
        raise Http404
    return moment


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return int(text)
