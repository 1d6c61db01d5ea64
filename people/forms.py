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
from people.models import Absence, Company, Department, Role, Team, User


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


# The zones of Russia, west to east; a company elsewhere sets its own by TAKT_ZONE.
ZONES = [
    ("", _("as the company's")),
    ("Europe/Kaliningrad", _("Kaliningrad (Moscow −1)")),
    ("Europe/Moscow", _("Moscow")),
    ("Europe/Samara", _("Samara (Moscow +1)")),
    ("Asia/Yekaterinburg", _("Yekaterinburg (Moscow +2)")),
    ("Asia/Omsk", _("Omsk (Moscow +3)")),
    ("Asia/Novosibirsk", _("Novosibirsk (Moscow +4)")),
    ("Asia/Irkutsk", _("Irkutsk (Moscow +5)")),
    ("Asia/Yakutsk", _("Yakutsk (Moscow +6)")),
    ("Asia/Vladivostok", _("Vladivostok (Moscow +7)")),
    ("Asia/Magadan", _("Magadan (Moscow +8)")),
    ("Asia/Kamchatka", _("Kamchatka (Moscow +9)")),
]
_ZONE_HELP = _("The cut-off of the day and «today» follow the clocks of this zone.")


class NewTeamForm(OnceForm, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, required=False, help_text=_ZONE_HELP)


class TeamForm(RecordForm):
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, required=False, help_text=_ZONE_HELP)

    class Meta:
        model = Team
        fields = ("name", "zone")


class NewDepartmentForm(OnceForm, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)


class DepartmentForm(RecordForm):
    class Meta:
        model = Department
        fields = ("name",)


class NewAbsenceForm(OnceForm, forms.ModelForm):
    user = forms.ModelChoiceField(User.objects.active(), label=_("Person"), empty_label="—")
    kind = forms.ChoiceField(label=_("Kind"), choices=Absence.Kind)
    substitute = forms.ModelChoiceField(
        User.objects.active(), label=_("Substitute"), required=False, empty_label="—"
    )

    class Meta:
        model = Absence
        fields = ("user", "kind", "since", "until", "substitute", "note")
        widgets = {"since": DayInput, "until": DayInput}


class AbsenceForm(RecordForm):
    class Meta:
        model = Absence
        fields = ("kind", "since", "until", "substitute", "note")
        widgets = {"since": DayInput, "until": DayInput}


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
        fields = ("name", "cutoff", "deal_for_new_client")
        widgets = {"cutoff": TimeInput}
        help_texts = {
            "cutoff": _("By this time everything of the working day must be entered."),
        }


class SettingsForm(forms.Form):
    """What everybody chooses for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=[("ru", "Русский"), ("en", "English")])
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme)


class OwnPasswordForm(PasswordChangeForm):
    """The old password, the new one twice. `user.set_password` is left to the verb."""
