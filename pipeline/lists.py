"""Lists of the room, each declared once."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables import Action, Column, Empty, List
from leads.models import Client
from people import access
from people.pages import ForAbility
from pipeline.filters import DealFilter, sees_several
from pipeline.marks import days_in_stage, marks_of, next_step_of
from pipeline.models import Deal


class DealList(ForAbility, List):
    """Deals the user sees; the open ones unless the filter says otherwise."""

    ability = "sell"
    name, title = "deals", _("Deals")
    filterset = DealFilter
    search_hint = _("Client, phone, deal number")
    default_sort, primary = "-changed_at", "client"

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = Deal.objects.visible_to(request.user).with_row_parts()
        return rows

    def find(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Deals of the clients that are found, or the one with this number."""
        number = query.removeprefix("№").strip()
        if (
            number.isascii()
            and number.isdigit()
            and len(number) < 10
            and rows.filter(pk=int(number)).exists()
        ):
            return rows.filter(pk=int(number))
        return rows.filter(client__in=Client.objects.visible_to(self.request.user).found_by(query).order_by())

    @cached_property
    def moment(self) -> Any:
        """One moment for all marks of the page."""
        return periods.now()

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        manager = Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name")
        return [
            Column("number", _("№"), "number", sort="pk", on_phone="hide"),
            Column("client", _("Client"), "text", value="client.name", sort="client__name"),
            Column("name", _("What is sold"), "longtext", sort="name"),
            Column(
                "stage",
                _("Stage"),
                "stage",
                value="stage",
                sort=("stage__funnel__position", "stage__position"),
            ),
            Column("amount", _("Amount"), "money", sort="amount", total=Sum("amount"), on_phone="end"),
            Column(
                "next_step",
                _("Next step"),
                "next_step",
                value=lambda deal: next_step_of(deal, self.moment) if deal.state == "open" else None,
                sort=(F("next_step_on").asc(nulls_last=True), "next_step_at"),
            ),
            Column("marks", _("Marks"), "flags", value=lambda deal: marks_of(deal, self.moment).flags),
            Column(
                "days",
                _("Days in stage"),
                "int",
                value=lambda deal: days_in_stage(deal, self.moment),
                sort="-stage_since",
                on_phone="hide",
                wide_only=True,
            ),
            Column("expected_on", _("Expected"), "date", sort="expected_on", on_phone="hide", wide_only=True),
            *([manager] if sees_several(request.user) else []),
            Column("changed_at", _("Changed"), "moment", sort="changed_at", only_export=True),
        ]

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        if not access.may(request.user, "sell"):  # type: ignore[arg-type]
            return ()
        return [
            Action(_("As a board"), reverse("pipeline:board"), primary=False),
            Action(_("New deal"), reverse("pipeline:new")),
        ]

    def empty_state(self, request: HttpRequest) -> Empty:
        return Empty(
            _("No open deals yet"),
            _("A deal begins with a client: add the first one, or make a deal for a client you have."),
            Action(_("New deal"), reverse("pipeline:new")),
        )
