"""What a reader types to keep a question, and to have it answered by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import RecordForm
from core.once import OnceForm
from core.show import DASH
from people.models import Appointment, Role, User
from reports.actions import may_be_chosen
from reports.models import Mailing, Recipient, SavedView
from reports.report import Report
from reports.schedule import Every, weekday_names


class SaveViewForm(OnceForm, forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name", "is_shared")


class _People(forms.ModelMultipleChoiceField):
    """Who may open the report, each with their role; a list, so that two edits of it can be compared."""

    widget = forms.CheckboxSelectMultiple
    roles: Mapping[int, str] = {}

    def label_from_instance(self, obj: Any) -> str:
        role = self.roles.get(obj.pk, Role.MANAGER)
        return obj.name if role == Role.MANAGER else f"{obj.name}, {Role(role).label}"

    def clean(self, value: Any) -> Any:
        return sorted(super().clean(value), key=lambda user: user.name)


class MailingFields(forms.ModelForm):
    """How often, at what time, to whom, with what."""

    recipients = _People(
        User.objects.none(),
        label=gettext_lazy("To whom"),
        help_text=gettext_lazy("Each receives the figures they may see themselves."),
        error_messages={"required": gettext_lazy("Choose to whom it is sent.")},
    )
    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Every,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how often it is sent.")},
    )
    weekday = forms.TypedChoiceField(label=gettext_lazy("Day of the week"), coerce=int, required=False)
    day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        coerce=int,
        required=False,
        help_text=gettext_lazy("In a shorter month it is the last day."),
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=gettext_lazy("By the clock of the company."),
    )

    class Meta:
        model = Mailing
        fields = ("name", "every", "weekday", "day", "hour", "with_file", "if_anything")
        labels = {
            "with_file": gettext_lazy("Add the Excel file"),
            "if_anything": gettext_lazy("Only when there is something to say"),
        }
        help_texts = {
            "name": gettext_lazy("Stands in the letter's subject; empty: the name of the report."),
            "if_anything": gettext_lazy("A report without lines, or with zeros alone, is not sent."),
        }

    def prepare(self, by: User, report: type[Report], mailing: Mailing | None) -> None:
        """Says what may be chosen."""
        fields: dict[str, Any] = self.fields
        fields["weekday"].choices = list(enumerate(weekday_names()))
        fields["day"].choices = [(day, str(day)) for day in range(1, 31)] + [(31, _("the last day"))]
        fields["recipients"].queryset = may_be_chosen(by, report, mailing).order_by("name")
        fields["recipients"].roles = dict(Appointment.objects.in_force().values_list("user", "role"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("weekday", "day"):  # asked of one kind each: what is not said stays as it is
            if cleaned.get(name) in (None, "") and name not in self.errors:
                cleaned[name] = getattr(self.instance, name)
        return cleaned


class NewMailingForm(OnceForm, MailingFields):
    """A question that is to be answered by mail from now on."""

    def __init__(self, *args: Any, by: User, report: type[Report], **kwargs: Any) -> None:
        kwargs["instance"] = Mailing()  # whose defaults the fields show
        super().__init__(*args, **kwargs)
        self.prepare(by, report, None)
        self.fields["recipients"].initial = [by.pk]


class MailingForm(MailingFields, RecordForm):
    """One that is there already."""

    record: Mailing

    class Meta(MailingFields.Meta):
        pass

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].show_hidden_initial = True
        self.prepare(by, Report.registry[self.record.report], self.record)

    def current_values(self) -> dict[str, Any]:
        people = User.objects.filter(pk__in=Recipient.objects.filter(mailing=self.record).values("user"))
        return {"recipients": sorted(people, key=lambda user: user.name)}

    def _words(self, name: str, value: Any) -> str:
        if name == "recipients":
            return ", ".join(user.short_name for user in value or ()) or DASH
        return super()._words(name, value)
