"""The quick log: find the client, write down the contact, plan the next step, all in one send."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from activities import saved
from activities.actions import log_activity
from activities.forms import LogForm
from activities.in_hand import InHand
from activities.queue import Queue
from core import periods
from core.once import once, result_of
from core.toasts import undoable
from leads.finding import best_hits
from people.models import User
from people.pages import ForAbility, for_ability
from pipeline.actions import MissingForStage

FOUND = 8
SUGGESTED = 5


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user


def safe_back(request: HttpRequest, wished: str) -> str:
    """Where to go afterwards: a page of ours that is not the log itself, else the start page."""
    ours = url_has_allowed_host_and_scheme(wished, {request.get_host()}, require_https=request.is_secure())
    return wished if wished and ours and not wished.startswith(reverse("activities:log")) else "/"


def page_behind(request: HttpRequest) -> str:
    """The page that the dialog stands over; "" for a page of its own.

    Without the place on it («#day-3»): a browser that is sent to a place on the page it shows loads nothing anew.
    """
    htmx = getattr(request, "htmx", None)
    return (htmx.current_url_abs_path or "").partition("#")[0] if htmx else ""


class Log(ForAbility, View):
    """Without a client the page that finds one; with `client` (and maybe `deal`, `task`) the form."""

    ability = "sell"

    def get(self, request: HttpRequest) -> HttpResponse:
        wished = request.GET
        back = wished.get("back") or page_behind(request)
        if not wished.get("client"):
            return render(
                request, "activities/log_find.html", _found(request, wished.get("q", "")) | {"back": back}
            )
        hand = InHand.of(_user(request), wished["client"], wished.get("deal", ""), wished.get("task", ""))
        return self._page(
            LogForm(hand=hand, initial={"back": back} | _wished_kind(hand, wished.get("kind", "")))
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if answer := result_of(request):
            return answer
        sent = request.POST
        deal_id = sent.get("other_deal") or sent.get("deal", "")
        hand = InHand.of(_user(request), sent.get("client", ""), deal_id, sent.get("planned") or "none")
        if "other_deal" in sent:
            return self._page(LogForm(hand=hand, initial=LogForm.typed(sent)))
        form = LogForm(sent, hand=hand)
        if not form.is_valid():
            return self._page(form, 422)
        try:
            return once(request, lambda: self._save(form))
        except MissingForStage as missing:
            form.ask(missing)
        except ValidationError as error:
            form.show(error)
        return self._page(form, 422)

    def _save(self, form: LogForm) -> str:
        user = _user(self.request)
        activity = log_activity(by=user, **form.values())
        following = Queue(user, periods.now()).next_after(activity.client)
        undoable(self.request, saved.words(activity, following), saved.undo_url(activity))
        return safe_back(self.request, form.cleaned_data.get("back", ""))

    def _page(self, form: LogForm, status: int = 200) -> HttpResponse:
        target = self.request.headers.get("HX-Target")
        on_card = target == "log-panel"
        if on_card or target == "dialog-body":
            # The panel of a card and the dialog above it may stand on one page: their labels name their own fields.
            form.auto_id = f"{target}-%s"
        context: dict[str, Any] = {"form": form, "hand": form.hand, "on_card": on_card}
        template = "activities/_log_on_card.html" if on_card else "activities/log.html"
        return render(self.request, template, context, status=status)


@for_ability("sell")
def find(request: HttpRequest) -> HttpResponse:
    """The fragment of clients found as one types."""
    return render(request, "activities/_found.html", _found(request, request.GET.get("q", "")))


def _found(request: HttpRequest, query: str) -> dict[str, Any]:
    query = query.replace("\x00", "").strip()[:200]
    asked = {"query": query, "back": request.GET.get("back", ""), "kind": request.GET.get("kind", "")}
    if not query:
        items = Queue(_user(request), periods.now()).items[:SUGGESTED]
        return {"items": items, **asked}
    return {"hits": best_hits(_user(request), query, FOUND), **asked}


def _wished_kind(hand: InHand, wished: str) -> dict[str, str]:
    """The kind of contact an address asks for, by its number or as what it counts: chosen to begin with."""
    for kind in hand.kinds:
        if wished in (str(kind.pk), kind.group):
            return {"kind": str(kind.pk)}
    return {}
