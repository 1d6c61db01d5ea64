"""Campaigns: what each brings and costs (R12, C10)."""

from django.utils.translation import gettext_lazy as _

from leads.models import Campaign
from reports.marketing import Marketing


class Campaigns(Marketing):
    code, title = "campaigns", _("Campaigns")
    by, model = "campaign", Campaign
    rows_are = _("Campaign")
    icon = "megaphone"
