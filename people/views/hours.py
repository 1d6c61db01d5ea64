"""Pages on which the hours of the working day are changed from a date on."""

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from people import actions, calendar, dated
from people.forms import HoursForm
from people.models import Team, WorkingHours
from people.views.days import OfTeam
from people.views.verbs import Configures, Push, VerbForm


def page_of(team: Team | None) -> str:
    """Where the hours of the team, or of the company, are shown."""
    return reverse("people:team", args=[team.pk]) if team else reverse("people:company")


class NewHours(Configures, OfTeam, VerbForm):
    """Other hours from a day on; by default what holds now, from the next working day."""

    form_class = HoursForm
    button = gettext_lazy("Set the hours")

    def get_title(self) -> str:
        return _("Working hours: %(name)s") % {"name": self.team or _("Company")}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "team": self.team}

    def get_initial(self) -> dict[str, Any]:
        since = calendar.next_working_day(dated.today_of(self.team), self.team)
        return {"since": since, **calendar.hours(since, self.team)._asdict()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back": page_of(self.team)}

    def act(self, form: Any) -> str:
        hours = actions.set_working_hours(by=self.request.user, team=self.team, **form.cleaned_data)
        said = {"day": show.day(hours.since), "time": show.clock_time(hours.cutoff)}
        messages.success(self.request, _("From %(day)s the day lasts until %(time)s.") % said)
        return page_of(self.team)


class RemoveHours(Configures, Push):
    """Hours that were to come will not."""

    def act(self) -> str:
        actions.remove_working_hours(self._hours(), by=self.request.user)
        messages.success(self.request, _("These hours will not come into force."))
        return self.refused_url()

    def refused_url(self) -> str:
        return page_of(self._hours(WorkingHours.all_objects).team)

    def _hours(self, rows: Any = WorkingHours.objects) -> WorkingHours:
        hours: WorkingHours = get_object_or_404(rows.select_related("team"), pk=self.kwargs["pk"])
        return hours
