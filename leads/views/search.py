"""The search of the top bar, and the picking of a client in other rooms' forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from leads.finding import best_hits
from people.pages import for_ability

_HITS = 10
_LONGEST = 200


@for_ability("sell")
def search(request: HttpRequest) -> HttpResponse:
    """`?q=` finds clients. As a page by default; `?as=hits` gives the rows under the search box, `?as=options` those
    of a form's picker: `<li role="option" data-value="418" data-name="…">`, at most ten, the surest first."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    hits = best_hits(request.user, query, limit=_HITS + 1)  # type: ignore[arg-type]
    shape = request.GET.get("as", "")
    template = {"hits": "leads/_hits.html", "options": "leads/_options.html"}.get(shape, "leads/search.html")
    context: dict[str, Any] = {
        "query": query,
        "hits": hits[:_HITS],
        "all_url": f"{reverse('leads:list')}?{urlencode({'q': query})}" if len(hits) > _HITS else "",
        "new_url": f"{reverse('leads:new')}?{urlencode(_guess(query))}",
    }
    return render(request, template, context)


def _guess(query: str) -> dict[str, str]:
    """What was looked for in vain, as the beginning of a new card."""
    digits = sum(character.isdigit() for character in query)
    if digits >= 7 and digits * 2 >= len(query):
        return {"phones": query} if digits >= 11 or query.startswith("+") or digits == 7 else {"inn": query}
    return {"emails": query} if "@" in query else {"name": query}
