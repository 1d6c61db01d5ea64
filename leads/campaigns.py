"""Campaigns: in which months they cost something, and how much (C10)."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import periods
from core.history.operations import operation
from core.money import money
from leads.models import Campaign, CampaignCost
from people import access
from people.models import User

# A longer campaign is a source.
_MOST_MONTHS = 60


def months_of(campaign: Campaign) -> list[dt.date]:
    """The first days of the months a campaign may cost something in: from its first to its last one (of one without an
    end to the current one), and those that have a cost already; at most sixty, the latest."""
    end = campaign.ends or max(periods.today(), campaign.starts)
    month, last = periods.first_of("month", campaign.starts), periods.first_of("month", end)
    found = set(costs_of(campaign))
    month = max(month, periods.add_months(last, 1 - _MOST_MONTHS))
    while month <= last:
        found.add(month)
        month = periods.add_months(month, 1)
    return sorted(found)


def costs_of(campaign: Campaign) -> dict[dt.date, Decimal]:
    """{first day of the month: cost}"""
    return dict(CampaignCost.objects.filter(campaign=campaign).values_list("month", "amount"))


def set_costs(campaign: Campaign, costs: Mapping[dt.date, Decimal | None], *, by: User) -> None:
    """Makes the costs of these months exactly these, None for no cost; other months stay as they are.

    Months are named by their first day. ValidationError for a negative sum.
    """
    access.require(by, "configure")
    sums = {month: None if cost is None else money(cost) for month, cost in costs.items()}
    if any(cost is not None and cost < 0 for cost in sums.values()):
        raise ValidationError(_("A cost cannot be negative."))
    if any(month.day != 1 for month in sums):
        raise ValueError("A month is named by its first day.")
    with operation(by=by):
        known = {row.month: row for row in CampaignCost.objects.filter(campaign=campaign, month__in=sums)}
        for month, cost in sums.items():
            row = known.get(month)
            if cost is None:
                if row is not None:
                    row.soft_delete()
            elif row is None:
                CampaignCost(campaign=campaign, month=month, amount=cost).save()
            elif row.amount != cost:
                row.amount = cost
                row.save()
