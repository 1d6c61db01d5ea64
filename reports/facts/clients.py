"""Clients: those entered in a period, all of them, and what campaigns cost."""

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from leads.models import CampaignCost, Client
from people import access
from people.models import User
from reports.facts.base import Fact, Measure

_PATHS = {
    "manager": "manager",
    "team": "manager",
    "client": "pk",
    "region": "region",
    "source": "source",
    "campaign": "campaign",
    "segment": "segment",
}
_MEASURES = {"clients": Measure("clients", _("Clients"), "int", Count("pk"))}

# Cards entered in the period: a lead is a client from its first contact on.
LEADS = Fact(
    "leads", _("Leads"), lambda user: Client.objects.visible_to(user), "created_at", _PATHS, _MEASURES
)
CLIENTS = Fact("clients", _("Clients"), lambda user: Client.objects.visible_to(user), "", _PATHS, _MEASURES)


def _costs(user: User) -> object:
    """Of the whole company, and for those alone who see all of it: nobody's part of a cost is known."""
    rows = CampaignCost.objects.filter(campaign__deleted_at__isnull=True)
    return rows if access.owners_visible_to(user) is None else rows.none()


COSTS = Fact(
    "costs",
    _("Costs of campaigns"),
    _costs,  # type: ignore[arg-type]
    "month",
    {"source": "campaign__source", "campaign": "campaign"},
    {"cost": Measure("cost", _("Spent, ₽"), "sum", Sum("amount"))},
)
