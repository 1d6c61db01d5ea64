"""What clients show of their deals: status (C9), open deals and their sum, the moves in the feed.

Only deals the reader sees count, on the card as in the list.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import django_filters
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import periods
from core.history.tracked import Tracked
from core.tables import Column
from leads.feed import Entry
from leads.lists import ClientListExtension
from leads.merging import Merge, Mover
from leads.models import Client
from people.models import User
from pipeline.marks import marks_of, next_step_of
from pipeline.models import Deal, Stage, StageMove
from pipeline.stays import name_as_then


def status_of(deals: Iterable[Deal]) -> Stage | None:
    """The status of a client with these deals (read with their stages): the stage of the furthest open one, else of
    the latest won, else of the latest lost; None without a deal."""
    order = {Deal.State.OPEN: 2, Deal.State.WON: 1, Deal.State.LOST: 0}

    def rank(deal: Deal) -> tuple[Any, ...]:
        further = deal.stage.position if deal.state == Deal.State.OPEN else 0
        return order[Deal.State(deal.state)], further, deal.stage_since

    furthest = max(deals, key=rank, default=None)
    return furthest.stage if furthest else None


def open_sum(deals: Iterable[Deal]) -> Decimal | None:
    """The sum of open deals; None if there is none."""
    amounts = [deal.amount or Decimal(0) for deal in deals if deal.state == Deal.State.OPEN]
    return sum(amounts, Decimal(0)) if amounts else None


def deals_on_card(request: HttpRequest, client: Client) -> list[Deal]:
    """The client's deals, open ones first, the furthest on top; read once for all panels of the card."""
    if not hasattr(client, "_deals"):
        rows = Deal.objects.visible_to(request.user).filter(client=client).select_related("stage", "manager")
        deals = sorted(rows, key=lambda deal: deal.stage_since, reverse=True)
        deals.sort(
            key=lambda deal: (
                deal.state != Deal.State.OPEN,
                -deal.stage.position if deal.state == "open" else 0,
            )
        )
        client._deals = deals  # type: ignore[attr-defined]
    return list(client._deals)  # type: ignore[attr-defined]


# --- Panels of the card ---


def status_panel(request: HttpRequest, client: Client) -> SafeString | None:
    stage = status_of(deals_on_card(request, client))
    return render_to_string("pipeline/client/status.html", {"stage": stage}) if stage else None


def sum_panel(request: HttpRequest, client: Client) -> SafeString | None:
    deals = deals_on_card(request, client)
    opened = [deal for deal in deals if deal.state == Deal.State.OPEN]
    won = [deal.amount or Decimal(0) for deal in deals if deal.state == Deal.State.WON]
    context = {
        "count": len(opened),
        "sum": open_sum(deals),
        "won": sum(won, Decimal(0)),
        "won_count": len(won),
    }
    return render_to_string("pipeline/client/facts.html", context)


def deals_panel(request: HttpRequest, client: Client) -> SafeString:
    moment = periods.now()
    rows = [
        (deal, next_step_of(deal, moment) if deal.state == "open" else None, marks_of(deal, moment).flags)
        for deal in deals_on_card(request, client)
    ]
    return render_to_string("pipeline/client/deals.html", {"client": client, "rows": rows}, request)


# --- The list of clients ---


class InStatus(django_filters.ModelChoiceFilter):
    """Clients whose status (`status_of`) is the stage."""

    def filter(self, qs: Any, value: Stage | None) -> Any:
        if value is None:
            return qs
        deals = Deal.objects.visible_to(self.parent.request.user)
        rows = qs.filter(pk__in=deals.filter(stage=value).values("client"))
        if value.kind == Stage.Kind.OPEN:
            further = deals.open().filter(stage__position__gt=value.position)
            return rows.exclude(pk__in=further.values("client"))
        rows = rows.exclude(pk__in=deals.open().values("client"))
        return rows if value.kind == Stage.Kind.WON else rows.exclude(pk__in=deals.won().values("client"))


class DealsOfClients(ClientListExtension):
    """Status and the sum of open deals beside each client, a filter by status."""

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("status", _("Status"), "stage", value="status_stage"),
            Column("open_deals", _("Open deals"), "money", value="open_deals_sum", on_phone="hide"),
        ]

    def prepare(self, records: Sequence[Client], request: HttpRequest) -> None:
        deals: dict[int, list[Deal]] = defaultdict(list)
        rows = Deal.objects.visible_to(request.user).filter(client__in=[client.pk for client in records])
        for deal in rows.select_related("stage").only(
            "client_id", "state", "stage_since", "amount", "stage__name", "stage__colour", "stage__position"
        ):
            deals[deal.client_id].append(deal)
        for client in records:
            client.status_stage = status_of(deals[client.pk])  # type: ignore[attr-defined]
            client.open_deals_sum = open_sum(deals[client.pk])  # type: ignore[attr-defined]
            client.is_at_rest = not any(deal.state == Deal.State.OPEN for deal in deals[client.pk])  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        stages = Stage.objects.in_use_or_holding().order_by("funnel__position", "position")
        return {"status": InStatus(label=_("Status"), queryset=stages)}


# --- The feed and the history of the card ---


def moves_of(client: Client, user: User, before: dt.datetime | None, limit: int) -> list[Entry]:
    """Every stage a deal of the client entered, with who moved it."""
    deals = Deal.objects.visible_to(user).filter(client=client)
    moves = StageMove.objects.filter(deal__in=deals).select_related("deal", "from_stage", "to_stage", "by")
    if before:
        moves = moves.filter(at__lt=before)
    latest = list(moves.order_by("-at", "-pk")[:limit])
    name_as_then(latest)
    return [Entry(move.at, "pipeline/feed/move.html", {"move": move}) for move in latest]


def deals_in_history(client: Client) -> dict[type[Tracked], Iterable[int]]:
    """Deals whose changes the card's history shows: those of the client's own manager, who is who reads it."""
    deals = Deal.all_objects.filter(client=client, manager=client.manager_id)
    return {Deal: list(deals.values_list("pk", flat=True))}


# --- Two cards become one ---


def _move_deals(merge: Merge) -> None:
    Deal.all_objects.filter(client=merge.away).update(client=merge.survivor)


def _count_deals(client: Client) -> str:
    count = Deal.objects.filter(client=client).count()
    return ngettext("%(count)s deal", "%(count)s deals", count) % {"count": count} if count else ""


deals_of_merged = Mover(move=_move_deals, words=_count_deals)
