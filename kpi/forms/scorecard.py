"""Forms of what is said about closed days: corrections, excuses, objections, decisions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import plain_money
from kpi.drill_records import Record
from kpi.forms.settings import NumberFormField

LONGEST = 300


class _Reason(forms.CharField):
    """Why; the verb says what is wrong with it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Why"))
        kwargs.setdefault("help_text", _("The reason stays beside the figure, for everybody who sees it."))
        widget = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST})
        super().__init__(widget=widget, required=False, max_length=LONGEST, **kwargs)


class CorrectForm(forms.Form):
    """Another value for a frozen figure."""

    value = NumberFormField(label=_("What it should be"))
    reason = _Reason()

    def __init__(self, *args: Any, value: Decimal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if value is not None:
            self.fields["value"].initial = plain_money(value)


class ReasonForm(forms.Form):
    """A word on a whole day."""

    reason = _Reason()


class DecisionForm(forms.Form):
    """Whether the points of a day without system count, for the whole team."""

    counts = forms.ChoiceField(
        label=_("The points of this day"),
        choices=[("yes", _("count")), ("no", _("do not count"))],
        widget=forms.RadioSelect,
    )
    reason = _Reason()


class ObjectForm(forms.Form):
    """A manager asks to look again; `nearly`: the records that nearly counted, to be ticked."""

    asked = NumberFormField(label=_("What it should be"), required=False)
    reason = _Reason(label=_("What happened"), help_text=_("Your head reads this and answers."))
    records = forms.TypedMultipleChoiceField(
        label=_("Records this is about"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, nearly: Sequence[Record] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["records"]
        field.choices = [(str(record.pk), _label_of(record)) for record in nearly]
        if not nearly:
            del self.fields["records"]


def _label_of(record: Record) -> str:
    what = ", ".join(part for part in (record.happened, record.title, record.note) if part)
    return f"{what} — {record.reason}"


class AcceptForm(CorrectForm):
    """The head agrees with an objection to a figure."""


class AnswerForm(forms.Form):
    """The head does not agree."""

    answer = _Reason(label=_("Answer"), help_text=_("The manager reads this."))
