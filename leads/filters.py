"""Filters of the list of clients."""

import datetime as dt
from typing import Any

import django_filters
from django.db.models import Q, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables import DayRangeFilter
from leads.models import Campaign, Client, Segment, Source
from leads.queries import ClientQuerySet
from people import access
from people.models import User

STEPS = [
    ("overdue", _("overdue")),
    ("today", _("today")),
    ("later", _("later")),
    ("nothing", _("nothing planned")),
]
_LONGEST_SILENCE = 3650  # days


def managers_to_choose(request: HttpRequest | None) -> Any:
    """Whose clients the reader may ask for."""
    return User.objects.none() if request is None else access.sellers_visible_to(request.user)  # type: ignore[arg-type]


def _choices() -> dict[str, list[tuple[int, str]]]:
    """Sources, campaigns and segments to choose from, retired ones included, in one query."""
    found: dict[str, list[tuple[int, str]]] = {"source": [], "campaign": [], "segment": []}
    columns = ("of", "position", "pk", "name")
    sources, campaigns, segments = (
        model.objects.annotate(of=Value(of)).order_by().values_list(*columns)
        for of, model in (("source", Source), ("campaign", Campaign), ("segment", Segment))
    )
    for of, _position, pk, name in sources.union(campaigns, segments, all=True).order_by(*columns):
        found[of].append((pk, name))
    return found


class ClientFilter(django_filters.FilterSet):
    """What a list of clients is narrowed by. Upper rooms add theirs (`leads.lists.ClientList.extensions`)."""

    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=managers_to_choose)
    step = django_filters.ChoiceFilter(label=_("Next step"), choices=STEPS, method="by_step")
    source = django_filters.ChoiceFilter(label=_("Source"))
    campaign = django_filters.ChoiceFilter(label=_("Campaign"))
    segment = django_filters.ChoiceFilter(label=_("Segment"))
    place = django_filters.CharFilter(label=_("City or region"), method="by_place")
    silent = django_filters.NumberFilter(
        label=_("No contact for, days"), min_value=1, max_value=_LONGEST_SILENCE, method="by_silence"
    )
    created = DayRangeFilter(label=_("Created"), field_name="created_at")

    class Meta:
        model = Client
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from leads.lists import ClientList

        for name, choices in _choices().items():
            self.filters[name].extra["choices"] = choices
            if name == "campaign" and not choices:
                del self.filters[name]
        for extension in ClientList.extensions:
            for name, one in extension.filters().items():
                one.parent, one.model = self, Client
                one.field_name = one.field_name or name
                self.filters[name] = one
        if not access.may(self.request.user, "assign"):
            del self.filters["manager"]  # a manager sees no others

    def by_step(self, rows: ClientQuerySet, name: str, value: str) -> ClientQuerySet:
        day, moment = periods.today(), periods.now()
        if value == "overdue":
            return rows.step_overdue(day, moment)
        if value == "today":
            return rows.step_today(day, moment)
        return rows.step_later(day) if value == "later" else rows.without_step()

    def by_place(self, rows: ClientQuerySet, name: str, value: str) -> ClientQuerySet:
        """Typed in any case: SQLite knows none of Cyrillic letters, so the usual ways to write it are looked for."""
        typed = " ".join(value.split())
        condition = Q()
        for text in {typed, typed.capitalize(), typed.title(), typed.lower(), typed.upper()}:
            condition |= Q(city__contains=text) | Q(region__contains=text)
        return rows.filter(condition)

    def by_silence(self, rows: ClientQuerySet, name: str, value: Any) -> ClientQuerySet:
        start = periods.local(periods.today() - dt.timedelta(days=int(value) - 1))
        return rows.no_contact_since(start)
