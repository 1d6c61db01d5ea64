"""Payments: money that came in, by the day it did, credited to who answers for the client."""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from orders.models import Payment
from reports.facts.base import Fact, FirstOfMonth, Measure

PAID = Fact(
    "paid",
    _("Paid"),
    lambda user: Payment.objects.visible_to(user),
    "paid_on",
    {
        "manager": "client__manager",
        "team": "client__manager",
        "client": "client",
        "region": "client__region",
        "source": "client__source",
        "segment": "client__segment",
        "form": "form",
        "day": "paid_on",
        "month": FirstOfMonth("paid_on"),
    },
    {"gross": Measure("gross", _("Received, ₽"), "sum", Sum("amount"))},
)
