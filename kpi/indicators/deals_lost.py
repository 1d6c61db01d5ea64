"""Deals lost (K1)."""

from django.utils.translation import gettext_lazy as _

from kpi.indicators.base import Source
from kpi.indicators.deals import DealsClosed
from pipeline.models import Deal


class DealsLost(DealsClosed):
    code = "deals_lost"
    name = _("Lost")
    formula = _(
        "Deals moved to a lost stage in the day's window that stood there at its end, credited to who was responsible"
        " when they were lost."
    )
    state = Deal.State.LOST
    source = Source.LOST
