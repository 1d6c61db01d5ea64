"""Pages of the board, and the answer to a move that was made on it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.tables.filters import dressed
from people.pages import for_ability
from pipeline.board import Board, stages_in_use
from pipeline.models import Deal


@for_ability("sell")
@require_safe
def board(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The funnel as columns; the first funnel without `pk`."""
    stages = stages_in_use()
    funnels = list({stage.funnel_id: stage.funnel for stage in stages}.values())
    funnel = next((one for one in funnels if pk is None or one.pk == pk), None)
    if funnel is None and pk is not None:
        raise Http404
    if funnel is None:
        return render(request, "pipeline/no_funnel.html")
    its_own = [stage for stage in stages if stage.funnel_id == funnel.pk]
    shown = Board(request, its_own, request.GET, _unfolded(request.GET))
    context = {
        "board": shown,
        "columns": shown.columns(),
        "funnel": funnel,
        "funnels": funnels,
        "filters": dressed(shown.filters.form),
    }
    return render(request, "pipeline/board.html", context)


@for_ability("sell")
@require_safe
def column(request: HttpRequest, pk: int, stage: int) -> HttpResponse:
    """One column: whole (to unfold or refresh it), or its next cards from `offset` on."""
    stages = stages_in_use(funnel=pk)
    row = next((one for one in stages if one.pk == stage), None)
    if row is None:
        raise Http404
    shown = Board(request, stages, request.GET, [row.pk])
    offset = request.GET.get("offset", "")
    if offset.isascii() and offset.isdigit() and len(offset) < 8:
        context = {"board": shown, "column": shown.more(row, int(offset))}
        return render(request, "pipeline/_cards.html", context)
    return render(request, "pipeline/_column.html", {"board": shown, "column": shown.columns([row.pk])[0]})


def moved_on_board(request: HttpRequest, deal: Deal, former: int) -> HttpResponse:
    """Both columns as they stand now, to be swapped into the board; without scripts back to the board.

    `board` of the form holds the board's filters as they stand in its address.
    """
    data = QueryDict(request.POST.get("board", ""))
    stage = deal.stage
    if not getattr(request, "htmx", False):
        response = HttpResponse(status=302)
        response.headers["Location"] = (
            f"{reverse('pipeline:board', args=[stage.funnel_id])}?{data.urlencode()}"
        )
        return response
    shown = Board(request, stages_in_use(funnel=stage.funnel_id), data, _unfolded(data))
    # The reader's board may be older than somebody else's move: the column it showed the card in is drawn anew, too.
    seen_in = request.POST.get("seen_in", "")
    seen = {int(seen_in)} if seen_in.isascii() and seen_in.isdigit() and len(seen_in) < 10 else set()
    columns = shown.columns({former, stage.pk, *seen})
    html = "".join(
        render_to_string("pipeline/_column.html", {"board": shown, "column": one, "oob": True}, request)
        for one in columns
    )
    response = HttpResponse(html)
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Trigger-After-Settle"] = "close-dialog"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _unfolded(data: Any) -> list[int]:
    return [int(pk) for pk in data.getlist("unfold") if pk.isascii() and pk.isdigit() and len(pk) < 10]
