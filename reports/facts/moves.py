"""Moves of deals between stages, each with the amount and the manager the deal had then."""

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from pipeline.models import StageMove
from reports.facts.base import Fact, Measure

MOVES = Fact(
    "moves",
    _("Moves of deals"),
    lambda user: StageMove.objects.visible_to(user),
    "day",
    {
        "manager": "manager",
        "team": "manager",
        "client": "deal__client",
        "region": "deal__client__region",
        "source": "deal__client__source",
        "campaign": "deal__client__campaign",
        "segment": "deal__client__segment",
        "funnel": "to_stage__funnel",
        "group": "deal__product_group",
        "from": "from_stage",
        "to": "to_stage",
        "day": "day",
        "month": "month",
    },
    {
        "moves": Measure("moves", _("Moves"), "int", Count("*")),
        "deals": Measure("deals", _("Deals"), "int", Count("deal", distinct=True), adds_up=False),
        "amount": Measure("amount", _("Sum, ₽"), "sum", Sum("amount")),
    },
)
