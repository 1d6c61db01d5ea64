"""Sum won (K1)."""

from django.utils.translation import gettext_lazy as _

from kpi.indicators.base import Source, SumOf
from kpi.indicators.deals import DealsClosed
from kpi.models import Rule
from pipeline.models import Deal


class SumWon(DealsClosed, SumOf):
    code = "sum_won"
    name = _("Sum won, ₽")
    formula = _("The amounts of the deals won in the day's window, as they stood at its end.")
    unit = Rule.Unit.MONEY
    state = Deal.State.WON
    source = Source.WON
    column = "amount"
