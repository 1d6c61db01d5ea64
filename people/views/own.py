"""Everybody's own page, and the company's settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.places import settings_pages
from people import actions, preferences
from people.forms import CompanyForm, OwnPasswordForm, SettingsForm
from people.hours import lines_of
from people.models import Company
from people.views.verbs import Configures, EditPage, VerbForm


class Settings(Configures, TemplateView):
    """What the administrator may configure, room by room."""

    template_name = "people/settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=settings_pages.sections(), **kwargs)


class CompanySettings(Configures, EditPage):
    form_class = CompanyForm
    template_name = "people/with_hours.html"
    title = gettext_lazy("Company")
    button = gettext_lazy("Save")
    back = reverse_lazy("people:settings")

    def record(self) -> Company:
        return Company.get()

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_company(form.record, by=self.request.user, **form.changes)
            messages.success(self.request, _("Saved."))
        return reverse("people:company")

    def context(self, form: Any) -> dict[str, Any]:
        return {**self.page(), "hours": lines_of(None)}


class Profile(VerbForm):
    """Language and theme of whoever is signed in."""

    form_class = SettingsForm
    template_name = "people/profile.html"
    title = gettext_lazy("My settings")
    button = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        return {"language": self.request.user.language, "theme": self.request.user.theme}

    def act(self, form: Any) -> str:
        preferences.set_language(self.request.user, language=form.cleaned_data["language"])
        preferences.set_theme(self.request.user, theme=form.cleaned_data["theme"])
        with translation.override(form.cleaned_data["language"]):
            messages.success(self.request, _("Saved."))
        return reverse("people:profile")


class OwnPassword(VerbForm):
    """Another password for oneself; other open sessions of the user end, this one goes on."""

    form_class = OwnPasswordForm
    title = gettext_lazy("New password")
    button = gettext_lazy("Change the password")
    back = reverse_lazy("people:profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def act(self, form: Any) -> str:
        actions.change_own_password(self.request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(self.request, self.request.user)
        messages.success(self.request, _("The password has been changed."))
        return reverse("people:profile")
