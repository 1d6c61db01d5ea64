"""Forms of funnels and stages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.colours import STAGE_COLOURS
from core.forms import RecordForm
from core.once import OnceForm
from pipeline.control import CONTROLS
from pipeline.models import Funnel, Stage


class FunnelForm(RecordForm):
    """The name of a funnel."""

    class Meta:
        model = Funnel
        fields = ["name"]


class NewFunnelForm(OnceForm, forms.Form):
    """A new funnel, with the stages of another one or with three to begin with."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput({"autofocus": True}))
    like: Any = forms.ModelChoiceField(
        Funnel.objects.none(),
        label=_("Stages as in"),
        required=False,
        empty_label=_("three to begin with: new, won, lost"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["like"].queryset = Funnel.objects.in_use()  # type: ignore[attr-defined]


class StageForm(OnceForm, RecordForm):
    """All of a stage but its place. The colour is one of sixteen named squares."""

    colour = forms.TypedChoiceField(
        label=_("Colour"), choices=STAGE_COLOURS, coerce=int, widget=forms.RadioSelect
    )
    control_points = forms.MultipleChoiceField(
        label=_("Must be filled to enter"),
        required=False,
        choices=[(key, control.label) for key, control in CONTROLS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Stage
        fields = ["name", "kind", "colour", "probability", "norm_days", "control_points", "hint"]
        widgets = {"kind": forms.RadioSelect}
        help_texts = {
            "norm_days": _("Longer than this in the stage, and the deal is stuck. Empty: no norm."),
            "hint": _("What the seller does here; shown on the deal."),
        }


class RetireForm(forms.Form):
    """Where the deals of a retired stage go."""

    target: Any = forms.ModelChoiceField(Stage.objects.none(), label=_("Its deals go to"), empty_label=None)

    def __init__(self, *args: Any, stage: Stage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Stage.objects.in_use().filter(funnel=stage.funnel_id, kind=stage.kind).exclude(pk=stage.pk)
        self.fields["target"].queryset = others.order_by("position", "pk")  # type: ignore[attr-defined]
