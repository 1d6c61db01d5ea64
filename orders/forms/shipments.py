"""Forms of shipments, returns and corrections: a row for each line they may hold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core import periods
from core.money import MoneyFormField, QuantityFormField
from core.once import OnceForm
from orders.actions.shipments import Part
from orders.models import OrderLine
from pipeline.forms import DayInput


class DocumentForm(OnceForm, forms.Form):
    """A day, a note and one value a line; `rows` pairs each line with what is there of it and with its field."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, parts: Mapping[OrderLine, Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = {line: part for line, part in parts.items() if part.quantity > 0}
        self.fields["day"].initial = periods.today
        for line, part in self.parts.items():
            field = self.field_of(part)
            field.widget.attrs |= {"aria-label": str(line.product), "class": "form-control num"}
            self.fields[self.name_of(line)] = field

    def field_of(self, part: Part) -> forms.Field:
        """Quantities, with all that is there to begin with."""
        return QuantityFormField(required=False, initial=part.quantity)

    @staticmethod
    def name_of(line: OrderLine) -> str:
        return f"line-{line.pk}"

    @property
    def rows(self) -> list[tuple[OrderLine, Part, forms.BoundField]]:
        return [(line, part, self[self.name_of(line)]) for line, part in self.parts.items()]

    def values(self) -> dict[OrderLine, Decimal]:
        """{line: what was typed}; what was left empty is nothing."""
        typed = {line: self.cleaned_data[self.name_of(line)] for line in self.parts}
        return {line: value for line, value in typed.items() if value is not None}


class ShipForm(DocumentForm):
    pass


class TakeBackForm(DocumentForm):
    """Nothing is prefilled: what came back is said, not what might."""

    replace = forms.BooleanField(
        label=gettext_lazy("It will be shipped again"),
        required=False,
        help_text=gettext_lazy("Otherwise the order becomes smaller by it"),
    )

    def field_of(self, part: Part) -> forms.Field:
        return QuantityFormField(required=False)


class CorrectForm(DocumentForm):
    """What the goods should have cost, each line as it is now to begin with."""

    note = forms.CharField(
        label=gettext_lazy("Why the sums change"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why the sums change.")},
    )

    def field_of(self, part: Part) -> forms.Field:
        return MoneyFormField(required=False, initial=part.sums.amount)
