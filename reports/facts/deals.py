"""Deals: made in a period, won, lost, and those that are open now."""

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from pipeline.models import Deal
from reports.facts.base import Fact, Measure, Path

COUNT = Measure("deals", _("Deals"), "int", Count("*"))
AMOUNT = Measure("amount", _("Sum, ₽"), "sum", Sum("amount"))

_PATHS: dict[str, Path] = {
    "manager": "manager",
    "team": "manager",
    "client": "client",
    "region": "client__region",
    "source": "client__source",
    "campaign": "client__campaign",
    "segment": "client__segment",
    "funnel": "stage__funnel",
    "stage": "stage",
    "group": "product_group",
    "state": "state",
}
_MEASURES = {each.key: each for each in (COUNT, AMOUNT)}


# Deals made, by the moment they were entered.
CREATED = Fact(
    "created",
    _("Deals made"),
    lambda user: Deal.objects.visible_to(user),
    "created_at",
    _PATHS,
    _MEASURES,
)
# Deals that stand won, by the moment they were closed; one that was opened again is none.
WON = Fact(
    "won",
    _("Deals won"),
    lambda user: Deal.objects.visible_to(user).won(),
    "closed_at",
    _PATHS,
    _MEASURES,
)
LOST = Fact(
    "lost",
    _("Deals lost"),
    lambda user: Deal.objects.visible_to(user).lost(),
    "closed_at",
    {**_PATHS, "reason": "loss_reason", "lost_from": "lost_from"},
    _MEASURES,
)
OPEN = Fact("open", _("Open deals"), lambda user: Deal.objects.visible_to(user).open(), "", _PATHS, _MEASURES)
