"""Teams and departments."""

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from people import actions
from people.forms import DepartmentForm, NewDepartmentForm, NewTeamForm, TeamForm
from people.hours import lines_of
from people.models import Appointment, Department, Role, Team, WorkingHours
from people.views.verbs import Configures, EditPage, Push, VerbForm


class Teams(Configures, TemplateView):
    """Every team with its head and its members of today."""

    template_name = "people/teams.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people: dict[int, list[Appointment]] = {}
        sellers = Appointment.objects.in_force().filter(team__isnull=False).select_related("user")
        for appointment in sellers.order_by("user__name"):
            people.setdefault(appointment.team_id or 0, []).append(appointment)
        rows = list(WorkingHours.objects.all())
        teams = [
            {
                "team": team,
                "hours": lines_of(team, rows),
                "heads": [row.user for row in people.get(team.pk, []) if row.role == Role.HEAD],
                "members": [row.user for row in people.get(team.pk, []) if row.role != Role.HEAD],
                "count": len(people.get(team.pk, [])),
            }
            for team in Team.objects.all()
        ]
        return super().get_context_data(teams=teams, **kwargs)


class NewTeam(Configures, VerbForm):
    form_class = NewTeamForm
    title = gettext_lazy("New team")
    button = gettext_lazy("Add the team")
    back = reverse_lazy("people:teams")

    def act(self, form: Any) -> str:
        actions.create_team(
            name=form.cleaned_data["name"], zone=form.cleaned_data["zone"], by=self.request.user
        )
        return reverse("people:teams")


class OneTeam(Configures, EditPage):
    form_class = TeamForm
    template_name = "people/with_hours.html"
    button = gettext_lazy("Save")
    back = reverse_lazy("people:teams")

    def record(self) -> Team:
        team: Team = get_object_or_404(Team, pk=self.kwargs["pk"])
        return team

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_team(form.record, by=self.request.user, **form.changes)
        return reverse("people:teams")

    def context(self, form: Any) -> dict[str, Any]:
        return {
            **self.page(),
            "title": form.record.name,
            "team": form.record,
            "hours": lines_of(form.record),
            "remove_url": reverse("people:team_remove", args=[form.record.pk]),
            "remove": _("Remove the team"),
        }


class RemoveTeam(Configures, Push):
    @cached_property
    def team(self) -> Team:
        team: Team = get_object_or_404(Team, pk=self.kwargs["pk"])
        return team

    def act(self) -> str:
        actions.remove_team(self.team, by=self.request.user)
        messages.success(self.request, _("The team “%(name)s” has been removed.") % {"name": self.team.name})
        return reverse("people:teams")

    def refused_url(self) -> str:
        return reverse("people:team", args=[self.team.pk])


class Departments(Configures, TemplateView):
    """Every department with its people of today."""

    template_name = "people/departments.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people: dict[int, list[Any]] = {}
        rows = Appointment.objects.in_force().filter(department__isnull=False).select_related("user")
        for appointment in rows.order_by("user__name"):
            people.setdefault(appointment.department_id or 0, []).append(appointment.user)
        departments = [
            {"department": department, "members": people.get(department.pk, [])}
            for department in Department.objects.all()
        ]
        return super().get_context_data(departments=departments, **kwargs)


class NewDepartment(Configures, VerbForm):
    form_class = NewDepartmentForm
    title = gettext_lazy("New department")
    button = gettext_lazy("Add the department")
    back = reverse_lazy("people:departments")

    def act(self, form: Any) -> str:
        actions.create_department(name=form.cleaned_data["name"], by=self.request.user)
        return reverse("people:departments")


class OneDepartment(Configures, EditPage):
    form_class = DepartmentForm
    template_name = "people/place.html"
    button = gettext_lazy("Save")
    back = reverse_lazy("people:departments")

    def record(self) -> Department:
        department: Department = get_object_or_404(Department, pk=self.kwargs["pk"])
        return department

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_department(form.record, by=self.request.user, **form.changes)
        return reverse("people:departments")

    def context(self, form: Any) -> dict[str, Any]:
        return {
            **self.page(),
            "title": form.record.name,
            "remove_url": reverse("people:department_remove", args=[form.record.pk]),
            "remove": _("Remove the department"),
        }


class RemoveDepartment(Configures, Push):
    @cached_property
    def department(self) -> Department:
        department: Department = get_object_or_404(Department, pk=self.kwargs["pk"])
        return department

    def act(self) -> str:
        actions.remove_department(self.department, by=self.request.user)
        messages.success(
            self.request, _("The department “%(name)s” has been removed.") % {"name": self.department.name}
        )
        return reverse("people:departments")

    def refused_url(self) -> str:
        return reverse("people:department", args=[self.department.pk])
