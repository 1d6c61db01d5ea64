"""Deals won (K1)."""

from django.utils.translation import gettext_lazy as _

from kpi.indicators.base import Source
from kpi.indicators.deals import DealsClosed
from pipeline.models import Deal


class DealsWon(DealsClosed):
    code = "deals_won"
    name = _("Won")
    formula = _(
        "Deals moved to a won stage in the day's window that stood there at its end, credited to who was responsible"
        " when they were won. A deal is won for one day, once."
    )
    state = Deal.State.WON
    source = Source.WON
