"""Clients, their contacts, and what campaigns cost, behind a number."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from core import show
from core.tables.columns import Column
from leads.models import CampaignCost, Client
from leads.steps import next_step_of
from reports.records import Records


class ClientsOf(Records):
    title = _("Clients")
    model = Client
    joins = ("manager", "source", "segment", "campaign")
    default_sort, primary = "name", "name"

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("number", _("№"), "number", value="pk", sort="pk", on_phone="hide"),
            Column("name", _("Name"), sort="name_key"),
            Column(
                "last_contact", _("Last contact"), "date", value="last_contact_at", sort="last_contact_at"
            ),
            Column("step", _("Next step"), "next_step", value=next_step_of, sort="next_step_on"),
            Column("city", _("City"), sort="city", on_phone="hide", wide_only=True),
            Column("source", _("Source"), sort="source__position"),
            Column("campaign", _("Campaign"), sort="campaign__position", only_export=True),
            Column("segment", _("Segment"), sort="segment__position"),
            Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"),
            Column("created_at", _("Added"), "date", sort="created_at"),
        ]


class ActivitiesOf(Records):
    """What was planned and done."""

    title = _("Contacts")
    model = Activity
    joins = ("client", "kind", "manager")
    default_sort, primary = "-due_on", "client"

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("due_on", _("Due"), "date", sort="due_on", on_phone="end"),
            Column("client", _("Client"), value="client.name", sort="client__name"),
            Column("kind", _("Kind"), sort="kind__position"),
            Column("what", _("What is to be done"), "longtext"),
            Column("status", _("Status"), value=_status, sort="status"),
            Column("happened_at", _("Happened"), "moment", sort="happened_at"),
            Column("times_moved", _("Put off, times"), "int", value=_moved, sort="times_moved"),
            Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"),
        ]


def _status(record: Activity) -> str:
    return str(record.get_outcome_display() if record.outcome else record.get_status_display())


def _moved(record: Activity) -> int | None:
    return record.times_moved or None


class CostsOf(Records):
    title = _("Costs of campaigns")
    model = CampaignCost
    joins = ("campaign__source",)
    default_sort, primary = "-month", "campaign"

    def row_link(self, record: Any) -> str | None:
        return None

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("month", _("Month"), value=lambda cost: show.month(cost.month), sort="month"),
            Column("campaign", _("Campaign"), sort="campaign__name"),
            Column("source", _("Source"), value="campaign.source", sort="campaign__source__position"),
            Column("amount", _("Spent, ₽"), "sum", sort="amount", total=Sum("amount"), on_phone="end"),
        ]
