"""Forms of deals. They ask; what may be is decided by the verbs."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.forms import RecordForm, say_nothing_chosen
from core.money import MoneyFormField
from core.once import OnceForm
from core.show import DASH
from leads.models import Client, Segment, Source
from people import access
from people.models import User
from pipeline.actions import DEAL_FIELDS, LOSS_FIELDS
from pipeline.control import CONTROLS
from pipeline.models import Deal, LossReason, ProductGroup, Stage

_OFFERED = 7  # clients offered where a name is not exact
_PHONE_END = 5  # fewer digits than these are a number rather than the end of a phone
_LONGEST_NUMBER = 9  # more digits than these are a phone or an INN

# How product groups are offered, by the room that knows their tree: () → [(id, words)]. Filled in `AppConfig.ready()`.
group_choices: list[Callable[[], Sequence[tuple[int, str]]]] = []


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DealForm(RecordForm):
    """An existing deal's own fields; those of its loss where it is lost."""

    class Meta:
        model = Deal
        fields = [
            "name",
            "amount",
            "expected_on",
            "product_group",
            "waiting_until",
            "note",
            *sorted(LOSS_FIELDS),
        ]
        widgets = {
            "expected_on": DayInput,
            "waiting_until": DayInput,
            "return_on": DayInput,
            "note": forms.Textarea({"rows": 3}),
        }
        help_texts = {
            "waiting_until": gettext_lazy("Until then the deal is not marked as left without a task.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_groups(self.fields["product_group"])
        if self.record.state != Deal.State.LOST:  # type: ignore[attr-defined]
            for name in LOSS_FIELDS:
                del self.fields[name]
        else:
            self.fields["loss_reason"].queryset = _reasons(self.record.loss_reason_id)  # type: ignore[attr-defined]


class NewDealForm(OnceForm, forms.ModelForm):
    """A new deal of a client that is given, or found by what is typed into `client`."""

    client = forms.CharField(
        label=gettext_lazy("Client"),
        max_length=200,
        help_text=gettext_lazy("Name, number, phone or INN"),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )

    class Meta:
        model = Deal
        fields = ["name", "amount", "stage", "manager", "expected_on", "product_group", "note"]
        widgets = {"expected_on": DayInput, "note": forms.Textarea({"rows": 3})}

    field_order = ["client", "name", "amount", "stage", "manager", "expected_on", "product_group", "note"]

    def __init__(self, *args: Any, user: User, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.given_client = user, client
        self.offered: list[Client] = []
        stages = Stage.objects.in_use().open().select_related("funnel")
        stages = stages.order_by("funnel__position", "funnel_id", "position", "pk")
        fields: dict[str, Any] = self.fields
        fields["stage"] = StageField(queryset=stages, label=_("Stage"), empty_label=None)
        if client is not None:
            del self.fields["client"]
        if access.may(user, "assign"):
            manager = fields["manager"]
            manager.queryset, manager.required = access.sellers_visible_to(user), False
            manager.empty_label = _("the client’s manager")
        else:
            del self.fields["manager"]
        say_nothing_chosen(self)
        _offer_groups(fields["product_group"])

    def clean_client(self) -> Client:
        """The one client meant; where that is not sure those found are offered, and the choice comes back as a number.

        A number is nobody's but its client's: «№ 2» or «2» never means the one whose phone has a 2 in it.
        """
        typed = self.cleaned_data["client"].strip()
        number = typed.lstrip("№# ")
        digits = number if number.isascii() and number.isdigit() else ""
        mine = Client.objects.visible_to(self.user)
        if 0 < len(digits) <= _LONGEST_NUMBER and (numbered := mine.filter(pk=digits).first()):
            return numbered
        if not digits or number == typed:
            found = list(mine.found_by(typed).order_by("name")[: _OFFERED + 1])
            exact = [one for one in found if typed == one.name]
            if len(exact) == 1 or (len(found) == 1 and not 0 < len(digits) < _PHONE_END):
                return (exact or found)[0]
            self.offered = found[:_OFFERED]
        if self.offered and digits:
            raise ValidationError(_("None of your clients has this number: choose who is meant."))
        if self.offered:
            raise ValidationError(_("Several clients match: choose one of them, or type more of the name."))
        raise ValidationError(
            _("There is no such client among yours. Check the spelling, or add the client first.")
        )

    def deal_fields(self) -> dict[str, Any]:
        """Keywords for `create_deal` beside the client."""
        names = DEAL_FIELDS | {"stage", "manager"}
        return {
            name: value for name, value in self.cleaned_data.items() if name in names and value is not None
        }


class StageField(forms.ModelChoiceField):
    """A stage, with its funnel in front where there is more than one."""

    def label_from_instance(self, obj: Any) -> str:
        several = len({stage.funnel_id for stage in self.queryset or ()}) > 1
        return f"{obj.funnel}: {obj}" if several else str(obj)


class MoveForm(forms.Form):
    """What a stage asks for before a deal may enter it: the fields that are missing, and for a loss its circumstances.

    Without any field there is nothing to ask, and the move can be made at once.
    """

    def __init__(self, *args: Any, deal: Deal, stage: Stage, missing: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal, self.stage = deal, stage
        for key in missing:
            self.fields[key] = self._field(key)
        if stage.kind == Stage.Kind.LOST:
            self.fields.setdefault("loss_reason", self._field("loss_reason"))
            self.fields["loss_note"] = forms.CharField(
                label=_("More about the loss"), required=False, max_length=300, widget=forms.TextInput
            )
            self.fields["return_on"] = forms.DateField(
                label=_("Return to it on"),
                required=False,
                widget=DayInput(attrs={"min": periods.today().isoformat()}),
                help_text=_("A task appears on that day."),
            )

    @property
    def reason(self) -> Any:
        """The reason of loss, which is drawn as chips."""
        return self["loss_reason"] if "loss_reason" in self.fields else None

    @property
    def others(self) -> Iterable[Any]:
        return [field for field in self if field.name != "loss_reason"]

    def clean_return_on(self) -> Any:
        day = self.cleaned_data["return_on"]
        if day is not None and day < periods.today():
            raise ValidationError(_("That day has passed: choose a coming one."))
        return day

    def move_arguments(self) -> dict[str, Any]:
        """Keywords for `move_deal`."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        own: dict[str, Any] = {
            name: given.pop(name)
            for name in ("amount", "loss_reason", "loss_note", "return_on")
            if name in given
        }
        return {**own, "fields": given}

    def _field(self, key: str) -> forms.Field:
        if key == "loss_reason":
            return forms.ModelChoiceField(
                _reasons(self.deal.loss_reason_id),
                label=_("Reason of loss"),
                empty_label=None,
                widget=forms.RadioSelect,
                error_messages={"required": _("Name the reason: without it the deal cannot be closed.")},
            )
        label = CONTROLS[key].label
        match key:
            case "amount":
                return MoneyFormField(
                    label=label,
                    min_value=Decimal("0.01") if self.stage.kind == Stage.Kind.WON else Decimal(0),
                    initial=self.deal.amount,
                )
            case "expected_on":
                return forms.DateField(label=label, widget=DayInput)
            case "product_group":
                groups: forms.Field = forms.ModelChoiceField(
                    ProductGroup.objects.all(), label=label, empty_label=DASH
                )
                _offer_groups(groups)
                return groups
            case "client.source":
                return forms.ModelChoiceField(Source.objects.filter(retired_at__isnull=True), label=label)
            case "client.segment":
                return forms.ModelChoiceField(Segment.objects.filter(retired_at__isnull=True), label=label)
            case "note":
                return forms.CharField(label=label, widget=forms.Textarea({"rows": 3}))
            case _:
                return forms.CharField(label=label, max_length=100)


class AssignForm(forms.Form):
    """Who becomes responsible for the deal."""

    manager = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Manager"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = access.sellers_visible_to(user)  # type: ignore[attr-defined]


def _reasons(current: int | None) -> Any:
    """Reasons that are offered: those in use, and the one the deal has."""
    return LossReason.objects.in_use() | LossReason.objects.filter(pk=current or 0)


def _offer_groups(field: Any) -> None:
    """Groups as the upper room says them, in the order of its tree; a plain list where there is none."""
    for choices in group_choices:
        field.choices = [("", field.empty_label), *choices()]
