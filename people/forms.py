"""Forms of the people room."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


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
