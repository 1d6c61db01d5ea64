"""Orders and terms on the cards of the rooms below: a client's, a deal's."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import periods
from core.history.tracked import Tracked
from leads.feed import Entry
from leads.models import Client
from orders.models import Order, Shipment, Terms
from orders.states import flags_of
from orders.terms import bought_a_month, debt_of, terms_of
from people import access
from people.models import User
from pipeline.models import Deal

SHOWN = 5
HUNDRED = Decimal(100)


def _rows(orders: Iterable[Order]) -> list[tuple[Order, Any]]:
    today = periods.today()
    return [(order, flags_of(order, today)) for order in orders]


def orders_panel(request: HttpRequest, client: Client) -> SafeString | None:
    """At the side of a client's card: the latest orders, and what all come to."""
    user: Any = request.user
    if not access.may(user, "sell"):
        return None
    orders = Order.objects.visible_to(user).filter(client=client)
    latest = list(orders.order_by("-ordered_on", "-pk")[: SHOWN + 1])
    totals = orders.in_force().aggregate(count=Count("pk"), amount=Sum("amount"))
    context = {
        "client": client,
        "rows": _rows(latest[:SHOWN]),
        "has_more": len(latest) > SHOWN,
        **totals,
    }
    return render_to_string("orders/client/orders.html", context, request)


def terms_panel(request: HttpRequest, client: Client) -> SafeString | None:
    """At the side of a client's card: the terms, what is owed of the limit, how much of the potential is used (C7)."""
    user: Any = request.user
    terms, may_change = terms_of(client.pk), access.may(user, "terms")
    if terms is None and not may_change:
        return None
    context: dict[str, Any] = {"client": client, "terms": terms, "may_change": may_change}
    if terms is not None and terms.credit_limit is not None:
        context["debt"] = max(debt_of(client.pk), Decimal(0))
    if terms is not None and terms.potential:
        context["bought"] = bought_a_month(client.pk, periods.today())
        context["used"] = context["bought"] / terms.potential
        context["bar"] = max(0, min(100, round(context["used"] * HUNDRED)))
    return render_to_string("orders/client/terms.html", context, request)


def deal_panel(request: HttpRequest, deal: Deal) -> SafeString | None:
    """On a deal's page: its orders, and for a won deal the way to one."""
    user: Any = request.user
    orders = Order.objects.visible_to(user).filter(deal=deal).order_by("ordered_on", "pk")
    rows = _rows(orders)
    if not rows and deal.state != Deal.State.WON:
        return None
    return render_to_string("orders/client/deal.html", {"deal": deal, "rows": rows}, request)


# --- The feed and the history of the card ---


def orders_in_feed(client: Client, user: User, before: dt.datetime | None, limit: int) -> list[Entry]:
    """Orders by the day they were made, documents by theirs."""
    orders = Order.objects.visible_to(user).filter(client=client)
    documents = Shipment.objects.filter(order__in=orders).select_related("order")
    shown = orders.select_related("manager")
    if before:
        last = periods.day_of(before - dt.timedelta(microseconds=1))
        shown, documents = shown.filter(ordered_on__lte=last), documents.filter(day__lte=last)
    return [
        *(
            Entry(periods.local(order.ordered_on), "orders/feed/order.html", {"order": order}, has_time=False)
            for order in shown.order_by("-ordered_on", "-pk")[:limit]
        ),
        *(
            Entry(periods.local(one.day), "orders/feed/document.html", {"document": one}, has_time=False)
            for one in documents.order_by("-day", "-pk")[:limit]
        ),
    ]


def orders_in_history(client: Client) -> dict[type[Tracked], Iterable[int]]:
    """The client's terms, and the orders of its own manager, who is who reads its history."""
    orders = Order.all_objects.filter(client=client, manager=client.manager_id)
    terms = Terms.all_objects.filter(client=client)
    return {
        Order: list(orders.values_list("pk", flat=True)),
        Terms: list(terms.values_list("pk", flat=True)),
    }
