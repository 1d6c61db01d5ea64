"""The form of a campaign's costs: a field for each of its months."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from core import show
from core.money import MoneyFormField
from core.once import OnceForm
from leads import campaigns
from leads.models import Campaign


class CostsForm(OnceForm, forms.Form):
    """`costs`: {first day of the month: sum, None where the field is empty}."""

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months = campaigns.months_of(campaign)
        known = campaigns.costs_of(campaign)
        for month in self.months:
            self.fields[_key(month)] = MoneyFormField(
                label=f"{show.month(month)}, ₽",
                required=False,
                min_value=Decimal(0),
                initial=known.get(month),
            )

    @property
    def costs(self) -> dict[dt.date, Decimal | None]:
        return {month: self.cleaned_data[_key(month)] for month in self.months}


def _key(month: dt.date) -> str:
    return f"month-{month:%Y-%m}"
