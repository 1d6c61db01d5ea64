"""The list of clients."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tables import Action, Column, Empty, List, NextStep
from leads.filters import ClientFilter
from leads.models import Client, ContactPoint
from leads.queries import ClientQuerySet
from leads.steps import next_step_of
from people import access
from people.pages import ForAbility


class ClientListExtension:
    """What an upper room adds to the list of clients (a status, sums). Register an instance in `AppConfig.ready()`:

    ClientList.extensions.append(DealsOfClients())
    """

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        """Columns that stand after the name."""
        return ()

    def prepare(self, records: Sequence[Client], request: HttpRequest) -> None:
        """Hangs values on to the clients of a page, in a number of queries that does not grow with them.

        `client.is_at_rest = True` says that nothing has to be planned for it.
        """

    def actions(self, request: HttpRequest) -> list[Action]:
        """Further buttons of the page, offered while it is empty too."""
        return []

    def filters(self) -> dict[str, Any]:
        """New filters (django-filter) by name; made anew for each call."""
        return {}


def _step_of(client: Client) -> NextStep | None:
    """The client's next step; none where none is planned and nothing calls for one."""
    if client.next_step_on is None and getattr(client, "is_at_rest", False):
        return None
    return next_step_of(client)


class ClientList(ForAbility, List):
    """Clients the reader sees, those changed last on top."""

    ability = "sell"
    name, title = "clients", _("Clients")
    filterset = ClientFilter
    search_hint = _("Name, phone, INN, number, contact person")
    default_sort = "-changed"
    primary = "name"
    empty = Empty(
        _("There are no clients yet"),
        _("Add the first one, or bring them all from your Excel workbook."),
        Action(_("Add a client"), reverse_lazy("leads:new")),  # type: ignore[arg-type]
    )
    extensions: ClassVar[list[ClientListExtension]] = []

    def rows(self, request: HttpRequest) -> ClientQuerySet:
        clients = Client.objects.visible_to(request.user)
        phones = ContactPoint.objects.phones().filter(client=OuterRef("pk")).order_by("pk")
        return (
            clients.select_related("source", "campaign", "segment", "manager")
            .defer("search", "name_key", "note")
            .annotate(first_phone=Subquery(phones.values("value")[:1]))
        )

    def find(self, rows: Any, query: str) -> ClientQuerySet:
        found: ClientQuerySet = rows.found_by(query)
        return found

    def columns(self, request: HttpRequest) -> list[Column]:
        whose = access.may(request.user, "assign")  # type: ignore[arg-type]
        columns = [
            Column("number", _("№"), "number", value="pk", sort="pk", on_phone="hide"),
            Column("name", _("Name"), sort="name_key"),
            *(column for extension in self.extensions for column in extension.columns(request)),
            Column("step", _("Next step"), "next_step", value=_step_of, sort="next_step_on"),
            Column(
                "last_contact", _("Last contact"), "date", value="last_contact_at", sort="last_contact_at"
            ),
            Column("phone", _("Phone"), "phone", value="first_phone"),
            Column("city", _("City"), sort="city", on_phone="hide", wide_only=True),
            Column(
                "source",
                _("Source"),
                value="source",
                sort="source__position",
                on_phone="hide",
                wide_only=True,
            ),
            Column("campaign", _("Campaign"), value="campaign", sort="campaign__position", only_export=True),
            Column("segment", _("Segment"), value="segment", sort="segment__position", only_export=True),
            Column("inn", _("INN"), only_export=True),
            Column("region", _("Region"), only_export=True),
            Column("old_number", _("Former number"), only_export=True),
        ]
        if whose:
            manager = Column(
                "manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"
            )
            columns.insert(2, manager)
        columns.append(
            Column(
                "changed",
                pgettext_lazy("client", "Changed"),
                "date",
                value="changed_at",
                sort="changed_at",
                only_export=True,
            )
        )
        return columns

    def prepare(self, records: list[Client]) -> None:
        for extension in self.extensions:
            extension.prepare(records, self.request)

    def actions(self, request: HttpRequest) -> list[Action]:
        further = [action for extension in self.extensions for action in extension.actions(request)]
        return [*further, Action(_("Add a client"), reverse("leads:new"))]

    def empty_state(self, request: HttpRequest) -> Empty:
        further = [action for extension in self.extensions for action in extension.actions(request)]
        return replace(self.empty, second=next(iter(further), None))
