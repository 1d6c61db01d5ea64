"""The pages of dashboards, and each tile by itself: what htmx fetches anew every minute."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core import periods
from people import calendar
from people.pages import for_ability
from reports.dashboards import Dashboard, Now, Tile, board_named, boards_of

WALL = "wall"


@dataclass
class Shown:
    """A tile with its numbers of a moment."""

    board: Dashboard
    tile: Tile
    now: Now
    request: HttpRequest

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(
            f"reports/tiles/{self.tile.template}.html",
            {"tile": self.tile, "now": self.now, "address": self.address, **self.tile.numbers(self.now)},
            self.request,
        )

    @property
    def address(self) -> str:
        return reverse("reports:tile", args=[self.board.code, self.tile.key])


@for_ability("sell")
def dashboard(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """A dashboard: the reader's own, or another of those that are theirs. With `?wall=1` for a screen on the wall."""
    user: Any = request.user
    theirs = boards_of(user)
    board = board_named(code, user) if code else theirs[0]
    if board is None:
        raise Http404("dashboard")
    with calendar.kept():
        now = Now(user, periods.now())
        is_wall = request.GET.get(WALL) == "1"
        context = {
            "board": board,
            "boards": theirs,
            "now": now,
            "tiles": [
                Shown(board, tile, now, request) for tile in board.tiles if tile.on_wall or not is_wall
            ],
            "is_wall": is_wall,
        }
        return render(request, "reports/dashboard.html", context)


@for_ability("sell")
def tile(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One tile as it stands now."""
    user: Any = request.user
    board = board_named(code, user)
    found = board.tile(key) if board else None
    if board is None or found is None:
        raise Http404("tile")
    with calendar.kept():
        shown = Shown(board, found, Now(user, periods.now()), request)
        return HttpResponse(shown.html)
