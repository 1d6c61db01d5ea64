"""Forms of the people room."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import periods
from core.forms import RecordForm
from core.once import OnceForm
from core.phones import format_phone, parse_phones
from people.access import people_visible_to
from people.hours import ZONES
from people.models import Absence, Company, Department, Role, Team, User, WorkingHours


class EmailAuthenticationForm(AuthenticationForm):
    """Sign-in by e-mail. The field keeps Django's name `username`, which axes counts failures by."""

    username = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username", "inputmode": "email"}),
    )
    error_messages = {
        "invalid_login": _(
            "This e-mail and password do not go together. Check the layout of the keyboard and Caps Lock."
        ),
        "inactive": _("This sign-in is closed. Ask the administrator to open it."),
    }

    def clean_username(self) -> str:
        """E-mails differ in no letter case, neither for signing in nor for counting failures."""
        return str(self.cleaned_data["username"]).strip().lower()


class DayInput(forms.DateInput):
    """The browser's own picker of days."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own picker of times."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class OnePhone:
    """Mixed into a form with the field `phone`: a number in any notation becomes its digits."""

    cleaned_data: dict[str, Any]

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data.get("phone") or "").strip()
        phones = parse_phones(typed)
        if typed and not phones:
            raise forms.ValidationError(_("No phone number can be read here. Example: +7 912 345-67-89."))
        return phones[0] if phones else ""


class AppointmentForm(forms.Form):
    """Role and place from a day on."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)
    team: Any = forms.ModelChoiceField(
        Team.objects.all(),
        label=_("Team"),
        required=False,
        empty_label="—",
        help_text=_("For a manager and a head of sales."),
    )
    department: Any = forms.ModelChoiceField(
        Department.objects.all(),
        label=_("Department"),
        required=False,
        empty_label="—",
        help_text=_("For a department colleague."),
    )
    since = forms.DateField(label=_("Since"), widget=DayInput, initial=periods.today)


class NewUserForm(OnceForm, OnePhone, AppointmentForm):
    """Somebody new with their first appointment."""

    email = forms.EmailField(label=_("E-mail"), help_text=_("This is what the person signs in with."))
    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"), max_length=100, help_text=_("Given name and family name.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    field_order = ("name", "email", "phone", "role", "team", "department", "since")


class UserForm(OnePhone, RecordForm):
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

    class Meta:
        model = User
        fields = ("name", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        user = kwargs["instance"]
        kwargs["initial"] = {"phone": format_phone(user.phone) if user.phone else ""}
        super().__init__(*args, **kwargs)


class LastDayForm(forms.Form):
    """The last day of an appointment."""

    until = forms.DateField(label=_("Last day"), widget=DayInput, initial=periods.today)


_ZONE_HELP = _("The cut-off of the day and «today» follow the clocks of this zone.")


class NewTeamForm(OnceForm, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, required=False, help_text=_ZONE_HELP)


class TeamForm(RecordForm):
    class Meta:
        model = Team
        fields = ("name",)


class NewDepartmentForm(OnceForm, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)


class DepartmentForm(RecordForm):
    class Meta:
        model = Department
        fields = ("name",)


class OfVisiblePeople:
    """Mixed into a form of an absence: `by` chooses among the people they see, themselves included."""

    fields: dict[str, Any]

    def offer_people(self, by: User, *, chosen: int | None = None) -> None:
        """`chosen` is a substitute that stands already: it may stay, whoever chose it."""
        people = people_visible_to(by)
        for name in {"user", "substitute"} & set(self.fields):
            self.fields[name].queryset = people | User.objects.filter(pk=chosen) if chosen else people


_ABSENCE_TIMES = {
    "from_time": _("For a part of one day. Empty: from the start of the working day."),
    "until_time": _("For a part of one day. Empty: to its end."),
}
_ABSENCE_WIDGETS = {"since": DayInput, "until": DayInput, "from_time": TimeInput, "until_time": TimeInput}


class NewAbsenceForm(OfVisiblePeople, OnceForm, forms.ModelForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label="—")
    kind = forms.ChoiceField(label=_("Kind"), choices=Absence.Kind)
    substitute = forms.ModelChoiceField(
        User.objects.none(), label=_("Substitute"), required=False, empty_label="—"
    )

    class Meta:
        model = Absence
        fields = ("user", "kind", "since", "until", "from_time", "until_time", "substitute", "note")
        widgets, help_texts = _ABSENCE_WIDGETS, _ABSENCE_TIMES

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people(by)


class AbsenceForm(OfVisiblePeople, RecordForm):
    class Meta:
        model = Absence
        fields = ("kind", "since", "until", "from_time", "until_time", "substitute", "note")
        widgets, help_texts = _ABSENCE_WIDGETS, _ABSENCE_TIMES

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people(by, chosen=kwargs["instance"].substitute_id)


class HoursForm(forms.Form):
    """The hours of the working day from a day on; a zone is chosen for a team only."""

    since = forms.DateField(
        label=_("In force from"),
        widget=DayInput,
        help_text=_("A later day than today: a day that has begun keeps its hours."),
    )
    starts = forms.TimeField(
        label=_("Start of the working day"),
        widget=TimeInput,
        help_text=_("Who is away for a part of a day is judged by the part that is left."),
    )
    cutoff = forms.TimeField(
        label=_("Working day until"),
        widget=TimeInput,
        help_text=_("By this time everything of the working day must be entered."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, required=False, help_text=_ZONE_HELP)

    def __init__(self, *args: Any, team: Team | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if team is None:
            del self.fields["zone"]
            own = Team.objects.filter(pk__in=WorkingHours.objects.values("team"))
            if names := ", ".join(own.values_list("name", flat=True)):
                self.fields["cutoff"].help_text = _(
                    "Holds for every team without hours of its own; these have some: %(teams)s."
                ) % {"teams": names}


class CalendarDayForm(forms.Form):
    """One day of the calendar, as it is to be for the company or a team."""

    is_working = forms.TypedChoiceField(
        label=_("This day is"),
        choices=[("yes", _("a working day")), ("no", _("a day off"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    cutoff = forms.TimeField(
        label=_("Cut-off on this day"),
        widget=TimeInput,
        required=False,
        help_text=_("Empty: as on every working day."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For example: the anniversary of the company."),
    )


class CompanyForm(RecordForm):
    class Meta:
        model = Company
        fields = ("name", "deal_for_new_client")


class SettingsForm(forms.Form):
    """What everybody chooses for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=[("ru", "Русский"), ("en", "English")])
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme)


class OwnPasswordForm(PasswordChangeForm):
    """The old password, the new one twice. `user.set_password` is left to the verb."""
