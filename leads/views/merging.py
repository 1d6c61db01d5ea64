"""Merging two cards: finding the other one, choosing side by side what stays, doing it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from core import show
from leads import actions, merging
from leads.finding import best_hits
from leads.lookalikes import Lookalikes, lookalikes
from leads.merged_cards import gone_on, label_of, text_of_field
from leads.models import Client, Contact, ContactPoint
from leads.views.editing import Sells, say_undoable
from people import journal
from people.access import get_visible_or_404
from people.models import User
from people.views.verbs import Request

_HITS = 10
_LONGEST = 200


@dataclass(frozen=True)
class Side:
    """What one of the two cards says in a field; `chosen` where it is a choice and this one is taken."""

    card: Client
    text: str
    chosen: bool = False


@dataclass(frozen=True)
class Row:
    """A field that is filled on one of the cards. `differs`: a person decides whose value stays."""

    name: str
    label: str
    sides: Sequence[Side]
    differs: bool


@dataclass(frozen=True)
class Card:
    """A column of the preview: the card, what goes over from it or stays, and whether its number stays."""

    client: Client
    contents: Sequence[str]
    stays: bool


class Merge(Sells, View):
    """`?q=` looks for the other card, `?with=` shows both side by side; POST merges them."""

    request: Request

    @cached_property
    def client(self) -> Client:
        return self._card(self.kwargs["pk"])

    @cached_property
    def other(self) -> Client | None:
        """The card named by `with`; None where none is named, Http404 where it is not there."""
        named = self.request.POST.get("with") or self.request.GET.get("with")
        return self._card(named) if named else None

    @property
    def pair(self) -> tuple[Client, Client]:
        """Both, the older one first: it is the one that stays unless the user says otherwise."""
        assert self.other is not None
        older, younger = sorted((self.client, self.other), key=lambda card: card.pk)
        return older, younger

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.client and self.other is None:
            return self._search()
        if self.client == self.other:
            return self._search(_("This is the card itself. Find another one."))
        return self._preview({})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            if self.client and self.other is None:
                return self._search()
        except Http404:
            if done := self._done_before():
                return HttpResponseRedirect(done.get_absolute_url())
            raise
        if self.client == self.other:
            return self._search(_("This is the card itself. Find another one."), status=422)
        if request.POST.get("seen") != _seen(self.pair):
            return self._preview(request.POST, _("The cards have been changed meanwhile: look again."))
        survivor = next((card for card in self.pair if str(card.pk) == request.POST.get("survivor")), None)
        if survivor is None:
            return self._preview(request.POST, _("Choose which card stays."))
        [away] = [card for card in self.pair if card != survivor]
        sides: dict[str, merging.Side] = {str(survivor.pk): "survivor", str(away.pk): "away"}
        chosen = {name: sides.get(request.POST.get(name, ""), "survivor") for name in merging.FIELDS}
        try:
            op = actions.merge_clients(survivor, away, by=self.request.user, choices=chosen)
        except ValidationError as error:
            return self._preview(request.POST, " ".join(error.messages))
        words = _("Cards № %(away)s and № %(survivor)s are one now.") % {
            "away": away.pk,
            "survivor": survivor.pk,
        }
        if journal.may_roll_back(self.request.user, op):
            say_undoable(request, words, op)
        else:  # a colleague's deal went along: whoever sees that may undo it
            messages.success(request, words)
        return HttpResponseRedirect(survivor.get_absolute_url())

    def _card(self, number: Any) -> Client:
        rows = Client.objects.select_related("manager", "source", "campaign", "segment").defer(
            "search", "name_key"
        )
        return get_visible_or_404(rows, self.request.user, pk=number)

    def _done_before(self) -> Client | None:
        """The card that stays, when the form was sent twice."""
        numbers = [str(self.kwargs["pk"]), self.request.POST.get("with", "")]
        for number, other in (numbers, numbers[::-1]):
            if number.isascii() and number.isdigit() and len(number) <= 9:
                card = gone_on(self.request.user, int(number))
                if card and str(card.pk) == other:
                    return card
        return None

    def _search(self, error: str = "", status: int = 200) -> HttpResponse:
        query = self.request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
        user = self.request.user
        hits = [hit for hit in best_hits(user, query, limit=_HITS + 1) if hit.client != self.client][:_HITS]
        context = {
            "client": self.client,
            "query": query,
            "hits": hits,
            "looks_like": Lookalikes() if query else _alike(user, self.client),
            "error": error,
        }
        fragment = self.request.headers.get("HX-Target") == "merge-found"
        template = "leads/_merge_found.html" if fragment else "leads/merge_find.html"
        return render(self.request, template, context, status=status)

    def _preview(self, data: Mapping[str, str], error: str = "") -> HttpResponse:
        stays = data.get("survivor") or str(self.pair[0].pk)
        context = {
            "client": self.client,
            "other": self.other,
            "cards": [Card(card, _contents(card), str(card.pk) == stays) for card in self.pair],
            "rows": _rows(self.pair, data),
            "notes": [card.note for card in self.pair] if any(card.note for card in self.pair) else [],
            "seen": _seen(self.pair),
            "error": error,
        }
        return render(self.request, "leads/merge.html", context, status=422 if error else 200)


def _alike(user: User, client: Client) -> Lookalikes:
    """Cards that may be the same client, before anything is looked for."""
    values = list(ContactPoint.objects.filter(client=client).values_list("kind", "value"))
    return lookalikes(
        user,
        name=client.name,
        phones=[value for kind, value in values if kind == ContactPoint.Kind.PHONE],
        emails=[value for kind, value in values if kind == ContactPoint.Kind.EMAIL],
        inn=client.inn,
        exclude=client,
    )


def _rows(pair: tuple[Client, Client], data: Mapping[str, str]) -> list[Row]:
    rows = []
    for name in merging.FIELDS:
        texts = [text_of_field(card, name) for card in pair]
        if not any(texts):
            continue
        differs = all(texts) and getattr(pair[0], name) != getattr(pair[1], name)
        if name == "kind" and not differs:  # two companies: nothing to see
            continue
        chosen = data.get(name) if data.get(name) in {str(card.pk) for card in pair} else str(pair[0].pk)
        sides = [
            Side(card, text, differs and str(card.pk) == chosen)
            for card, text in zip(pair, texts, strict=True)
        ]
        rows.append(Row(name, label_of(name), sides, differs))
    return rows


def _contents(card: Client) -> list[str]:
    """What a card has, in words: «2 contact persons», «3 phones and e-mails», and what the rooms above say."""
    people = Contact.objects.filter(client=card).count()
    points = ContactPoint.objects.filter(client=card).count()
    own = [
        ngettext("%(count)s contact person", "%(count)s contact persons", people)
        % {"count": show.number(people)}
        if people
        else "",
        ngettext("%(count)s phone or e-mail", "%(count)s phones and e-mails", points)
        % {"count": show.number(points)}
        if points
        else "",
    ]
    return [words for words in (*own, *(mover.words(card) for mover in merging.movers)) if words]


def _seen(pair: tuple[Client, Client]) -> str:
    """What the preview shows of the two, so that nobody merges what they have not seen."""
    shown = [[text_of_field(card, name) for name in (*merging.FIELDS, "note")] for card in pair]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
