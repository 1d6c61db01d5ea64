"""Absences: the administrator enters everybody's, a head those of their team."""

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import actions
from people.access import absences_visible_to
from people.forms import AbsenceForm, NewAbsenceForm
from people.models import Absence, User
from people.pages import ForAbility
from people.views.verbs import EditPage, Push, VerbForm


class Assigns(ForAbility):
    """The pages of those who answer for others' days."""

    ability = "assign"


def absence_or_404(user: User, pk: int) -> Absence:
    """The absence of somebody the user answers for."""
    absence: Absence = get_object_or_404(absences_visible_to(user).select_related("user"), pk=pk)
    return absence


class NewAbsence(Assigns, VerbForm):
    form_class = NewAbsenceForm
    title = gettext_lazy("New absence")
    button = gettext_lazy("Add the absence")
    back = reverse_lazy("people:absences")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("user", "")
        return {"user": asked} if asked.isdecimal() else {}

    def act(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        actions.add_absence(values.pop("user"), by=self.request.user, **values)
        return reverse("people:absences")


class OneAbsence(Assigns, EditPage):
    form_class = AbsenceForm
    template_name = "people/place.html"
    button = gettext_lazy("Save")
    back = reverse_lazy("people:absences")

    def record(self) -> Absence:
        return absence_or_404(self.request.user, self.kwargs["pk"])

    def form_kwargs(self) -> dict[str, Any]:
        return {"by": self.request.user}

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_absence(form.record, by=self.request.user, **form.changes)
        return reverse("people:absences")

    def context(self, form: Any) -> dict[str, Any]:
        return {
            **self.page(),
            "title": _("Absence: %(name)s") % {"name": form.record.user.name},
            "remove_url": reverse("people:absence_remove", args=[form.record.pk]),
            "remove": _("Remove the absence"),
        }


class RemoveAbsence(Assigns, Push):
    def act(self) -> str:
        absence = absence_or_404(self.request.user, self.kwargs["pk"])
        actions.remove_absence(absence, by=self.request.user)
        messages.success(self.request, _("The absence has been removed."))
        return reverse("people:absences")

    def refused_url(self) -> str:
        return reverse("people:absences")
