"""Forms of sales plans beside the grid: a new year, a copy of another one, the tolerance."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.once import OnceForm
from orders.models import PlanCell, SalesByProduct, SalesPlan
from people.models import User

# Sums are rounded to these when they are copied.
_STEPS = {"0.01": gettext_lazy("as they come out"), "1000": gettext_lazy("to thousands of roubles")}


class NewPlanForm(OnceForm, forms.Form):
    year = forms.IntegerField(label=gettext_lazy("Year"))


class ToleranceForm(OnceForm, forms.Form):
    tolerance = forms.IntegerField(
        label=gettext_lazy("Tolerance, %"),
        help_text=gettext_lazy("How far below the plan a result is still within tolerance in reports."),
    )


class AdoptForm(OnceForm, forms.Form):
    """Nothing is asked: the page says what adopting does."""


class CopyForm(OnceForm, forms.Form):
    """`cleaned_data["source"]`: ("plan" or "sales", year)."""

    source = forms.ChoiceField(label=gettext_lazy("Take it from"), widget=forms.RadioSelect)
    growth = forms.DecimalField(
        label=gettext_lazy("Growth, %"),
        initial=0,
        decimal_places=2,
        localize=True,
        help_text=gettext_lazy("Below zero: less than then."),
    )
    round_to = forms.ChoiceField(
        label=gettext_lazy("Round sums"), choices=list(_STEPS.items()), initial="1000", required=False
    )

    def __init__(self, *args: Any, plan: SalesPlan, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source"]
        source.choices = _sources(plan, user)
        source.initial = source.choices[0][0] if source.choices else ""

    @property
    def has_sources(self) -> bool:
        """Whether there is anything to copy."""
        source: Any = self.fields["source"]
        return bool(source.choices)

    def clean_source(self) -> tuple[str, int]:
        of, _dash, year = self.cleaned_data["source"].partition("-")
        return of, int(year)

    def clean_round_to(self) -> Decimal:
        return Decimal(self.cleaned_data["round_to"] or "0.01")


def _sources(plan: SalesPlan, user: User) -> list[tuple[str, str]]:
    """Sales and plans the reader sees, the year before the plan's first."""
    sales = SalesByProduct.objects.visible_to(user).order_by().dates("month", "year")
    cells = PlanCell.objects.filter(plan__deleted_at__isnull=True).exclude(plan=plan)
    years = cells.visible_to(user).order_by().values_list("plan__year", flat=True).distinct()
    found = [
        (day.year, "sales", _("Sales of %(year)s without VAT") % {"year": day.year}) for day in _days(sales)
    ]
    found += [(year, "plan", _("Plan of %(year)s") % {"year": year}) for year in years]
    found.sort(key=lambda one: (abs(one[0] - plan.year + 1), one[1] == "plan"))
    return [(f"{of}-{year}", label) for year, of, label in found]


def _days(rows: Any) -> list[dt.date]:
    return list(rows)
