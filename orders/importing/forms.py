"""What the user decides about the whole file."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.imports.models import ImportRow, ImportRun
from orders.actions.stock import require_day
from orders.choices import group_choices
from orders.importing.sheets import PRODUCTS, STOCK
from orders.tree import Tree


def initial_answers() -> dict[str, str]:
    """What holds until the user says otherwise."""
    return {
        "default_group": "",
        "known": str(ImportRow.Action.UPDATE),
        "day": periods.today().isoformat(),
    }


class Questions(forms.Form):
    """`cleaned_data` holds texts alone: it is kept as JSON."""

    default_group = forms.ChoiceField(
        label=gettext_lazy("Group of new products where the file says none"), required=False
    )
    known = forms.ChoiceField(
        label=gettext_lazy("Products that are in the catalogue already"),
        choices=[
            (ImportRow.Action.UPDATE, gettext_lazy("update them: what the file says, the rest stays")),
            (ImportRow.Action.SKIP, gettext_lazy("leave them as they are")),
        ],
    )
    day = forms.CharField(
        label=gettext_lazy("Stock counted at the end of"),
        help_text=gettext_lazy("Where the file itself gives no date."),
        widget=forms.DateInput({"type": "date"}),
    )

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        kwargs["initial"] = initial_answers() | run.answers.get("all", {})
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        kinds = {entry["kind"] for entry in run.plan}
        groups = [(str(pk), path) for pk, path in group_choices(Tree.read())]
        fields["default_group"].choices = [("", "—"), *groups]
        if PRODUCTS not in kinds:
            del fields["default_group"], fields["known"]
        if STOCK not in kinds:
            del fields["day"]

    def clean_day(self) -> str:
        try:
            day = dt.date.fromisoformat(self.cleaned_data["day"])
        except ValueError:
            raise ValidationError(_("Choose the day.")) from None
        try:
            require_day(day)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return day.isoformat()
