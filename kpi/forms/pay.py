"""Forms of money: what a point is worth, how large a bonus is."""

import datetime as dt
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import MoneyFormField
from core.once import OnceForm
from kpi.pay import next_month

# How many months ahead are offered.
AHEAD = 13
YEARS = range(2000, 2101)


def month_named(text: str) -> dt.date:
    """The first day of «2026-11»; ValueError for anything else and for years nobody means."""
    month = dt.date.fromisoformat(f"{text}-01")
    if len(text) != 7 or month.year not in YEARS:
        raise ValueError(text)
    return month


def month_name(month: dt.date) -> str:
    """«2026-11», as addresses and forms name a month."""
    return f"{month:%Y-%m}"


class MonthField(forms.Field):
    """A month, chosen among the coming ones. One that was sent stays shown; what it is worth the verb says."""

    widget = forms.Select

    def offer(self, earliest: dt.date, typed: str = "") -> None:
        """The months from the earliest one on."""
        months = [earliest]
        while len(months) < AHEAD:
            months.append(next_month(months[-1]))
        with suppress(ValueError):
            months = sorted({*months, month_named(typed)})
        self.widget.choices = [(month_name(month), show.month(month)) for month in months]
        self.initial = month_name(earliest)

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        try:
            return month_named(str(value))
        except ValueError:
            raise ValidationError(_("Choose a month.")) from None


class SinceForm(OnceForm, forms.Form):
    """Something that holds from a month on."""

    since = MonthField(
        label=gettext_lazy("From the month"),
        help_text=gettext_lazy("A month that has a closed day keeps its rates and bonuses."),
        error_messages={"required": gettext_lazy("Choose a month.")},
    )

    def __init__(self, *args: Any, earliest: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["since"]
        field.offer(earliest, str(self.data.get("since", "")))


class RateForm(SinceForm):
    plus_rate = MoneyFormField(label=gettext_lazy("For a point above zero, ₽"))
    plus_cap = MoneyFormField(
        label=gettext_lazy("Addition at most, ₽"),
        required=False,
        help_text=gettext_lazy("For one person and month. Empty: without a limit."),
    )
    minus_rate = MoneyFormField(label=gettext_lazy("For a point below zero, ₽"))
    minus_cap = MoneyFormField(
        label=gettext_lazy("Reduction of the bonus at most, ₽"),
        required=False,
        help_text=gettext_lazy("Never more than the person's bonus. Empty: up to the whole bonus."),
    )


class BonusForm(SinceForm):
    amount = MoneyFormField(
        label=gettext_lazy("Bonus before points, ₽"),
        help_text=gettext_lazy("Of one month. Points add to it or reduce it, never below zero."),
    )
