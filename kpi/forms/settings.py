"""Forms of indicators and norms."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from activities.models import ActivityKind
from core import periods
from core.forms import RecordForm
from core.money import LARGEST, parse_money, plain_money
from core.once import OnceForm
from core.show import number
from kpi.actions.settings import EVERY, OF_ACTIVITIES, OF_RATIO
from kpi.indicators import built_in
from kpi.models import Indicator, Norm
from kpi.words import WEEKDAYS
from people.forms import DayInput
from people.models import Team, User


class NumberFormField(forms.CharField):
    """A number as people write it: «15», «1 200 000,50», «50 %»."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return plain_money(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value) or "").removesuffix("%").strip()
        if not typed:
            return None
        try:
            return parse_money(typed)
        except ValidationError as error:
            if error.code == "money_places":
                raise ValidationError(_("At most two places after the comma.")) from None
            if error.code == "money_large":
                sentence = _("The number is too large: at most %(most)s.") % {"most": number(LARGEST)}
                raise ValidationError(sentence) from None
            raise ValidationError(_("This is not a number: for example, 15.")) from None


def _points(label: Any) -> Any:
    return forms.IntegerField(label=label)


class NormForm(OnceForm, forms.Form):
    """A norm from a day on; the verb holds its rules."""

    team: Any = forms.ModelChoiceField(
        Team.objects.all(),
        label=gettext_lazy("Team"),
        required=False,
        empty_label=gettext_lazy("the whole company"),
    )
    user: Any = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Or one person"),
        required=False,
        empty_label="—",
        help_text=gettext_lazy("A person's norm goes over the team's, the team's over the company's."),
    )
    period = forms.ChoiceField(
        label=pgettext_lazy("norm", "For"), choices=Norm.Period, widget=forms.RadioSelect
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("On which days"),
        choices=[("", gettext_lazy("every working day")), *WEEKDAYS],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("A norm for one weekday goes over the one for every day."),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("The norm is"), choices=Norm.Direction, widget=forms.RadioSelect
    )
    low = NumberFormField(label=gettext_lazy("At least"), required=False)
    high = NumberFormField(label=gettext_lazy("At most"), required=False)
    tolerance = forms.IntegerField(
        label=gettext_lazy("Tolerance, %"),
        help_text=gettext_lazy("How far from the norm is not missed yet."),
    )
    points_met = _points(pgettext_lazy("points", "Met"))
    points_within = _points(pgettext_lazy("points", "Within tolerance"))
    points_missed = _points(pgettext_lazy("points", "Missed"))
    since = forms.DateField(label=gettext_lazy("In force from"), widget=DayInput)
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: until another norm takes its place. After a last day no norm holds."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.sellers()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("period") != Norm.Period.DAY:
            cleaned["weekday"] = None  # not to be seen then
        return cleaned

    @property
    def draft(self) -> dict[str, Any]:
        """Keywords for `kpi.actions.norms.drafted`."""
        dates = ("since", "until", "once")
        return {name: value for name, value in self.cleaned_data.items() if name not in dates}


class LastDayOfNormForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput,
        initial=periods.today,
        help_text=gettext_lazy("Afterwards the indicator is shown and gives no points."),
    )


class _Definition:
    """The fields by which an indicator of the company's own is defined."""

    fields: dict[str, Any]

    def prepare(self) -> None:
        plain = Indicator.objects.in_use().exclude(kind=Indicator.Kind.RATIO)
        for name in {"numerator", "denominator"} & set(self.fields):
            self.fields[name].queryset = plain
            self.fields[name].empty_label = "—"
        if "activity_kind" in self.fields:
            self.fields["activity_kind"].queryset = ActivityKind.objects.all()
            self.fields["activity_kind"].empty_label = gettext_lazy("any")
        if "group" in self.fields:
            choices = [("", gettext_lazy("any")), *ActivityKind.Group.choices]
            self.fields["group"].choices = choices
        if "direction" in self.fields:
            choices = self.fields["direction"].choices
            self.fields["direction"].choices = [("", gettext_lazy("any")), *list(choices)[1:]]


_HELP = {
    "counts_imports": gettext_lazy("What came from a file counts for the day it was loaded on."),
    "on_scorecard": gettext_lazy("Without a column it is counted all the same, and its norm gives points."),
    "group": gettext_lazy("All kinds of contacts that the list of kinds says are counted so."),
    "denominator": gettext_lazy("Where there is nothing to divide by, there is no value and no verdict."),
}


class NewIndicatorForm(OnceForm, _Definition, forms.ModelForm):  # type: ignore[type-arg]
    """An indicator of the company's own: what it is, and of what."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=[choice for choice in Indicator.Kind.choices if choice[0] != Indicator.Kind.BUILT_IN],
        initial=Indicator.Kind.COUNT,
        widget=forms.RadioSelect,
    )
    field_order = ("name", "kind")

    class Meta:
        model = Indicator
        fields = ("name", "kind", *sorted(OF_ACTIVITIES), *sorted(OF_RATIO), "on_scorecard", "counts_imports")
        help_texts = _HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare()

    def _post_clean(self) -> None:
        """The verb holds the rules; the form makes no indicator of what was typed."""

    @property
    def definition(self) -> dict[str, Any]:
        """Keywords for `add_indicator`: those of the chosen kind."""
        is_ratio = self.cleaned_data["kind"] == Indicator.Kind.RATIO
        wanted = {"kind", *EVERY, *(OF_RATIO if is_ratio else OF_ACTIVITIES)}
        if is_ratio:
            wanted.discard("counts_imports")
        return {name: value for name, value in self.cleaned_data.items() if name in wanted}


class IndicatorForm(_Definition, RecordForm):
    """What may change of an indicator; which fields there are follows from its kind."""

    class Meta:
        model = Indicator
        fields = ("name", *sorted(OF_ACTIVITIES), *sorted(OF_RATIO), "on_scorecard", "counts_imports")
        help_texts = _HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.record.kind  # type: ignore[attr-defined]
        gone: set[str] = set()
        if kind == Indicator.Kind.RATIO:
            gone = {*OF_ACTIVITIES, "counts_imports"}
        else:
            gone = {*OF_RATIO} if kind != Indicator.Kind.BUILT_IN else {*OF_RATIO, *OF_ACTIVITIES}
        for name in gone:
            del self.fields[name]
        self.prepare()
        if kind == Indicator.Kind.BUILT_IN:
            self.fields["name"].help_text = gettext_lazy("Empty: as it has always been called.")
            own = built_in()[self.record.code].name  # type: ignore[attr-defined]
            self.fields["name"].widget.attrs["placeholder"] = str(own)
