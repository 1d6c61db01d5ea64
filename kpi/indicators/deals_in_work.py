"""Deals in work (K1)."""

from django.utils.translation import gettext_lazy as _

from kpi.indicators.deals import OpenDeals


class DealsInWork(OpenDeals):
    code = "deals_in_work"
    name = _("In work")
    formula = _("Deals that were open at the cut-off, with who was responsible for them then.")
