"""Pieces of this room on the cards below it: the quick log, the next step, what happened with a deal."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from activities.models import Activity
from core import periods
from core.tables import NextStep
from leads.models import Client
from people import access
from people.models import User
from pipeline.marks import next_step_of
from pipeline.models import Deal
from pipeline.on_clients import deals_on_card

SHOWN = 30


def next_step(request: HttpRequest, client: Client) -> SafeString | None:
    """In the head of a client's card: what was promised, in one of the four states."""
    if client.next_step_on is None:
        if all(deal.state != Deal.State.OPEN for deal in deals_on_card(request, client)):
            return None  # nothing is open, so nothing has to be planned
        step = NextStep("nothing")
    else:
        planned = Activity.objects.planned().filter(client=client).select_related("kind")
        first = planned.in_order_of_due().first()
        state = next_step_of(_Row(client), periods.now()).state
        step = NextStep(state, client.next_step_at or client.next_step_on, first.what if first else "")
    return render_to_string("activities/_next_step.html", {"step": step}, request=request)


class _Row:
    """A client as `next_step_of` reads a deal: it waits for nothing."""

    waiting_until: dt.date | None = None

    def __init__(self, client: Client) -> None:
        self.next_step_on, self.next_step_at = client.next_step_on, client.next_step_at


def log_on_client(request: HttpRequest, client: Client) -> SafeString | None:
    """The quick log at the side of a client's card."""
    return _log(request, client.get_absolute_url(), client=client.pk)


def log_on_deal(request: HttpRequest, deal: Deal) -> SafeString | None:
    """The quick log at the side of a deal's page, the deal in hand."""
    return _log(request, deal.get_absolute_url(), client=deal.client_id, deal=deal.pk)


def _log(request: HttpRequest, back: str, **known: int) -> SafeString | None:
    """The form comes by itself right after the page, so that the page need not wait for it; without scripts it is a
    link to its own page."""
    if not access.may(_user(request), "sell"):
        return None
    url = f"{reverse('activities:log')}?{urlencode({**known, 'back': back})}"
    return render_to_string("activities/_log_panel.html", {"url": url}, request=request)


def deal_contacts(request: HttpRequest, deal: Deal) -> SafeString | None:
    """What was said and is planned about one deal."""
    rows = Activity.objects.filter(deal=deal).select_related("kind", "contact", "manager", "stage")
    done = rows.done().order_by("-happened_at", "-pk")[:SHOWN]
    planned = rows.planned().in_order_of_due()[:SHOWN]
    context = {
        "done": list(done),
        "planned": list(planned),
        "deal": deal,
        "shown": SHOWN,
        "today": periods.today(),
    }
    return render_to_string("activities/_deal_contacts.html", context, request=request)


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user
