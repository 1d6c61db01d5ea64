"""Forms of tasks and of corrections."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import next_steps
from activities.forms import date_input, time_input
from activities.in_hand import InHand
from activities.models import Activity
from core import periods
from core.forms import RecordForm
from core.once import OnceForm
from people import access, calendar
from people.models import User
from pipeline.models import Deal


class DueForm(forms.Form):
    """When: chips, a day, maybe a time. `due` is what verbs take."""

    when = forms.ChoiceField(label=gettext_lazy("When"), widget=forms.RadioSelect, required=False)
    due_on = forms.DateField(label=gettext_lazy("Day"), required=False, widget=date_input())
    due_time = forms.TimeField(label=gettext_lazy("Time"), required=False, widget=time_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.days = next_steps.Days.of(user.team)
        self.fields["when"].choices = self.days.choices()  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs["min"] = self.days.today.isoformat()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.day = self.days.day_of(data.get("when") or "") or data.get("due_on")
        if self.day is None and not self.errors:
            self.add_error("when", _("Choose the day."))
        elif self.day is not None and self.day < self.days.today:
            self.add_error("due_on", _("This day is over: choose today or a later day."))
        time = data.get("due_time")
        zone = calendar.zone_of(self.user.team)
        self.moment = periods.local(self.day, time, zone) if self.day and time else None
        return data

    @property
    def due(self) -> dict[str, dt.date | dt.datetime | None]:
        return {"due_on": self.day, "due_at": self.moment}


class MoveTaskForm(DueForm):
    """Puts a task off."""


class CancelTaskForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is not needed any more"),
        required=False,
        max_length=300,
        widget=forms.TextInput,
    )


class TaskForm(OnceForm, DueForm):
    """A new task for a client in hand; who may assign chooses for whom."""

    client = forms.CharField(widget=forms.HiddenInput)
    back = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.RadioSelect)
    subject = forms.CharField(label=gettext_lazy("What is to be done"), max_length=300, required=False)
    deal = forms.ChoiceField(label=gettext_lazy("Deal"), required=False)
    manager = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("For whom"), required=False)

    def __init__(self, *args: Any, hand: InHand, **kwargs: Any) -> None:
        super().__init__(*args, user=hand.user, **kwargs)
        self.hand = hand
        self.fields["client"].initial = hand.client.pk
        kinds = [(str(kind.pk), kind.name) for kind in hand.kinds]
        self._choices("kind", kinds)
        self.fields["kind"].initial = kinds[0][0] if kinds else None
        if hand.deals:
            self._choices(
                "deal",
                [*((str(deal.pk), _deal_words(deal)) for deal in hand.deals), ("", _("without a deal"))],
            )
            self.fields["deal"].initial = str(hand.deal.pk) if hand.deal else ""
        else:
            del self.fields["deal"]
        if access.may(hand.user, "assign"):
            manager = self.fields["manager"]
            manager.queryset = access.sellers_visible_to(hand.user)  # type: ignore[attr-defined]
            manager.empty_label = _("the responsible manager")  # type: ignore[attr-defined]
        else:
            del self.fields["manager"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The arguments of `plan_activity`, of a valid form."""
        data = self.cleaned_data
        return {
            "client": self.hand.client,
            "kind": next(kind for kind in self.hand.kinds if str(kind.pk) == data["kind"]),
            "deal": next((deal for deal in self.hand.deals if str(deal.pk) == data.get("deal")), None),
            "subject": data["subject"],
            "manager": data.get("manager"),
            **self.due,
        }


def _deal_words(deal: Deal) -> str:
    return f"{deal.name or deal.stage.name} № {deal.number}"


class ActivityForm(RecordForm):
    """Corrects a done activity or a task. When it was entered is nobody's to set; a task's day changes by moving it."""

    class Meta:
        model = Activity
        fields: ClassVar[list[str]] = [
            "kind", "outcome", "subject", "text", "happened_at", "deal", "contact", "direction", "quantity",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "text": forms.Textarea({"rows": 5}),
            "happened_at": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Any = self.record
        fields: dict[str, Any] = self.fields
        kinds = fields["kind"].queryset
        fields["kind"].queryset = (kinds.filter(retired_at=None) | kinds.filter(pk=record.kind_id)).distinct()
        fields["deal"].queryset = Deal.objects.filter(client=record.client_id).select_related("client")
        fields["contact"].queryset = record.client.contacts.all()
        if not record.is_done:
            for name in ("outcome", "text", "happened_at", "quantity"):
                del self.fields[name]

    def clean_happened_at(self) -> dt.datetime | None:
        """Minutes are what the field shows: an untouched one keeps the seconds it had."""
        typed, record = self.cleaned_data["happened_at"], self.record
        was: dt.datetime = record.happened_at  # type: ignore[attr-defined]
        return was if typed and typed == was.replace(second=0, microsecond=0) else typed
