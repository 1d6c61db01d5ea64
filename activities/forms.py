"""Forms of the activities room: the quick log, tasks, corrections."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import next_steps
from activities.actions import NextStep
from activities.in_hand import InHand
from activities.models import Activity, ActivityKind
from core import periods
from core.colours import stage_class
from core.once import OnceForm
from people import calendar
from pipeline.actions import MissingForStage
from pipeline.control import CONTROLS
from pipeline.forms import MoveForm
from pipeline.models import Stage

OTHER = "other"
# Where the form has another word for what a verb calls so.
_FIELD_OF = {"happened_at": "happened_time", "due_on": "next_on", "due_at": "next_time", "to_stage": "stage"}
_MOVE = "move"
_ASKABLE = frozenset({*CONTROLS, "loss_reason"})
_CONTACT_GROUPS = (ActivityKind.Group.CONVERSATION, ActivityKind.Group.MEETING)


def date_input(**attrs: Any) -> forms.DateInput:
    return forms.DateInput({"type": "date", **attrs}, format="%Y-%m-%d")


def time_input(**attrs: Any) -> forms.TimeInput:
    return forms.TimeInput({"type": "time", **attrs}, format="%H:%M")


def stage_words(stage: Stage) -> SafeString:
    """The stage's name behind its square."""
    return format_html('<span class="stage {}">{}</span>', stage_class(stage.colour), stage.name)


class KindChips(forms.RadioSelect):
    """Radios that carry what styles ask of a kind: whether an outcome and a quantity belong to it."""

    kinds: Mapping[str, ActivityKind] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        kind = self.kinds.get(str(value))
        if kind and kind.group in _CONTACT_GROUPS:
            option["attrs"]["data-talk"] = ""
        if kind and kind.unit:
            option["attrs"]["data-counted"] = ""
        return option


class LogForm(OnceForm, forms.Form):
    """The quick log: one contact, its outcome, the next step and the stage, in one send.

    After `is_valid()`: `happened_at`, `step` and `to_stage` are what `log_activity` takes.
    """

    client = forms.CharField(widget=forms.HiddenInput)
    back = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=KindChips)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect, required=False)
    text = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            {"rows": 4, "placeholder": gettext_lazy("What you agreed on — in detail, it will help next time")}
        ),
    )
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    deal = forms.ChoiceField(label=gettext_lazy("Deal"), required=False, widget=forms.RadioSelect)
    planned = forms.ChoiceField(
        label=gettext_lazy("Fulfils the task"), required=False, widget=forms.RadioSelect
    )
    next = forms.ChoiceField(label=gettext_lazy("What next"), required=False, widget=forms.RadioSelect)
    next_on = forms.DateField(label=gettext_lazy("Day"), required=False, widget=date_input())
    next_time = forms.TimeField(label=gettext_lazy("Time"), required=False, widget=time_input())
    next_subject = forms.CharField(
        label=gettext_lazy("What is to be done"),
        required=False,
        max_length=300,
        widget=forms.TextInput({"placeholder": gettext_lazy("What is to be done then")}),
    )
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False, widget=forms.RadioSelect)
    stage_other = forms.ChoiceField(label=gettext_lazy("Other stage"), required=False)
    contact = forms.ChoiceField(label=gettext_lazy("Contact person"), required=False)
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"), choices=Activity.Direction.choices, required=False
    )
    happened_on = forms.DateField(label=gettext_lazy("Happened on"), required=False, widget=date_input())
    happened_time = forms.TimeField(label=gettext_lazy("At what time"), required=False, widget=time_input())

    def __init__(self, *args: Any, hand: InHand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hand = hand
        self.move_form: MoveForm | None = None
        self._offer_kinds()
        self._offer_deals_and_tasks()
        self._offer_next_steps()
        self._offer_stages()
        self._choices("contact").choices = [("", "—"), *((str(one.pk), str(one)) for one in hand.contacts)]
        self.fields["client"].initial = hand.client.pk
        self.fields["direction"].initial = Activity.Direction.OUT
        self._choices("outcome").choices = [
            (value, capfirst(label)) for value, label in Activity.Outcome.choices
        ]
        self.fields["outcome"].initial = Activity.Outcome.REACHED

    def _choices(self, name: str) -> Any:
        """The field, for setting its choices: which there are is known for one client only."""
        return self.fields[name]

    def _offer_kinds(self) -> None:
        kinds = {str(kind.pk): kind for kind in self.hand.kinds}
        field = self._choices("kind")
        field.widget.kinds = kinds
        field.choices = [(pk, kind.name) for pk, kind in kinds.items()]
        first = self.hand.task.kind_id if self.hand.task else None
        field.initial = str(first) if str(first) in kinds else next(iter(kinds), None)

    def _offer_deals_and_tasks(self) -> None:
        deals, tasks = self.hand.deals, self.hand.tasks
        self._choices("deal").choices = [
            *((str(deal.pk), str(deal)) for deal in deals),
            ("", _("without a deal")),
        ]
        self.fields["deal"].initial = str(self.hand.deal.pk) if self.hand.deal else ""
        self._choices("planned").choices = [
            *(
                (str(task.pk), f"{task.what}, {next_steps.short(task.due_on)}")
                for task in tasks
                if task.due_on
            ),
            ("", _("none of these")),
        ]
        self.fields["planned"].initial = str(self.hand.task.pk) if self.hand.task else ""

    def _offer_next_steps(self) -> None:
        self._choices("next").choices = [*self.hand.days.choices(), (next_steps.NONE, _("No next step"))]
        self.fields["next_on"].widget.attrs["min"] = self.hand.today.isoformat()

    def _offer_stages(self) -> None:
        deal, following = self.hand.deal, self.hand.next_stage
        if deal is None:
            return
        near = [deal.stage, *([following] if following else [])]
        self._choices("stage").choices = [
            *((str(stage.pk), stage_words(stage)) for stage in near),
            (OTHER, _("other…")),
        ]
        self.fields["stage"].initial = str(deal.stage_id)
        rest = [stage for stage in self.hand.stages if stage not in near]
        self._choices("stage_other").choices = [("", "—"), *((str(stage.pk), stage.name) for stage in rest)]

    @classmethod
    def typed(cls, sent: QueryDict) -> dict[str, str]:
        """What was typed so far, to go on with another deal in hand: its stages are others."""
        return {name: value for name, value in sent.items() if name not in ("deal", "stage", "stage_other")}

    # --- What the fields mean together ---

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        hand = self.hand
        self.said_kind = next((kind for kind in hand.kinds if str(kind.pk) == data.get("kind")), None)
        self.said_deal = next((deal for deal in hand.deals if str(deal.pk) == data.get("deal")), None)
        self.said_task = next((task for task in hand.tasks if str(task.pk) == data.get("planned")), None)
        self.said_contact = next((one for one in hand.contacts if str(one.pk) == data.get("contact")), None)
        talk = self.said_kind is None or self.said_kind.group in _CONTACT_GROUPS
        if "no_answer" in self.data:
            data["outcome"] = Activity.Outcome.NO_ANSWER
        elif not talk or not data.get("outcome"):
            data["outcome"] = Activity.Outcome.REACHED
        if talk and data["outcome"] in Activity.HELD and not data.get("text", "").strip():
            self.add_error("text", _("Write what you agreed on: it will help next time."))
        self.happened_at = self._happened_at(data)
        self.step = self._step(data)
        self.to_stage = self._to_stage(data)
        self._answers()
        return data

    def _happened_at(self, data: dict[str, Any]) -> dt.datetime | None:
        day, time = data.get("happened_on"), data.get("happened_time")
        if time is None:
            if day is not None:
                self.add_error("happened_time", _("Say at what time."))
            return None
        return periods.local(day or self.hand.today, time, calendar.zone_of(self.hand.user.team))

    def _step(self, data: dict[str, Any]) -> NextStep | None:
        chip, outcome = data.get("next") or "", data["outcome"]
        if chip == next_steps.DATE:
            day = data.get("next_on")
            if day is None and "next_on" not in self.errors:
                self.add_error("next_on", _("Choose the day."))
        else:
            day = self.hand.days.day_of(chip)
        if day is None and not chip:
            if outcome == Activity.Outcome.NO_ANSWER:
                day = self.hand.days.tomorrow
            elif outcome == Activity.Outcome.POSTPONED:
                self.add_error("next", _("Say until when it was postponed."))
            elif (
                outcome == Activity.Outcome.REACHED
                and self.said_deal is not None
                and not self._rest_of_tasks()
            ):
                self.add_error("next", _("Choose the next step, or say that there is none."))
        if day is None:
            return None
        subject = data.get("next_subject") or (
            self.said_task.subject if self.said_task and outcome == Activity.Outcome.NO_ANSWER else ""
        )
        time = data.get("next_time")
        due_at = periods.local(day, time, calendar.zone_of(self.hand.user.team)) if time else None
        return NextStep(day, due_at, subject)

    def _rest_of_tasks(self) -> list[Activity]:
        """What stays planned for the deal when this contact is logged."""
        return [
            task
            for task in self.hand.tasks
            if task != self.said_task and task.deal_id == (self.said_deal and self.said_deal.pk)
        ]

    def _to_stage(self, data: dict[str, Any]) -> Any:
        if self.said_deal is None or self.hand.deal != self.said_deal:
            return None
        chosen = data.get("stage") or ""
        if chosen == OTHER:
            chosen = data.get("stage_other") or ""
            if not chosen:
                self.add_error("stage", _("Choose the stage."))
        if not chosen or chosen == str(self.said_deal.stage_id):
            return None
        return next((stage for stage in self.hand.stages if str(stage.pk) == chosen), None)

    # --- What the stage asks for ---

    def ask(self, missing: MissingForStage) -> None:
        """Asks on the spot for what the chosen stage needs; the rest of the form stays as it was typed."""
        self.move_form = MoveForm(
            deal=missing.deal, stage=missing.stage, missing=missing.fields, prefix=_MOVE
        )
        self.asked = [f"{missing.stage.pk}:{key}" for key in missing.fields]
        self.add_error("stage", _("“%(stage)s” asks for a little more.") % {"stage": missing.stage})

    def _answers(self) -> None:
        """Reads what an earlier answer asked for, if the same stage is still the one chosen."""
        if self.said_deal is None or self.to_stage is None:
            return
        sent: Any = self.data
        asked = [key.partition(":") for key in sent.getlist("asked")]
        keys = [key for stage, _colon, key in asked if stage == str(self.to_stage.pk) and key in _ASKABLE]
        if not keys:
            return
        self.asked = [f"{self.to_stage.pk}:{key}" for key in keys]
        self.move_form = MoveForm(
            self.data, deal=self.said_deal, stage=self.to_stage, missing=keys, prefix=_MOVE
        )
        if not self.move_form.is_valid():
            self.add_error("stage", _("“%(stage)s” asks for a little more.") % {"stage": self.to_stage})

    def show(self, error: ValidationError) -> None:
        """Puts what the verb refused beside the fields it is about."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            field = _FIELD_OF.get(name, name)
            for one in errors:
                self.add_error(field if field in self.fields else None, one)

    def values(self) -> dict[str, Any]:
        """The arguments of `log_activity`, of a valid form."""
        data = self.cleaned_data
        return {
            "client": self.hand.client,
            "kind": self.said_kind,
            "outcome": data["outcome"],
            "text": data["text"],
            "happened_at": self.happened_at,
            "deal": self.said_deal,
            "contact": self.said_contact,
            "direction": data["direction"] or Activity.Direction.OUT,
            "quantity": data["quantity"],
            "planned": self.said_task,
            "next_step": self.step,
            "to_stage": self.to_stage,
            "stage_fields": self.move_form.move_arguments() if self.move_form else None,
        }

    @property
    def more_is_open(self) -> bool:
        """Whether «when, with whom» has something to show: an error, or a value that was given."""
        names = ("happened_on", "happened_time", "contact", "direction")
        return any(self[name].errors for name in names) or any(
            self.data.get(name) for name in ("happened_on", "happened_time", "contact")
        )
