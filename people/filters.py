"""Filters of the people room's lists."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.tables import DayRangeFilter
from people.access import owners_visible_to
from people.models import Absence, Appointment, Role, Team, User


def _people(request: Any) -> QuerySet[User]:
    """Whose records the reader may see, and so may choose."""
    owners = owners_visible_to(request.user) if request is not None else []
    return User.objects.all() if owners is None else User.objects.filter(pk__in=owners)


class UserFilter(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=Role, method="of_role", empty_label=_("Every role")
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=Team.objects.all(), method="of_team", empty_label=_("Every team")
    )
    is_active = django_filters.ChoiceFilter(
        label=_("Sign-in"),
        choices=[("True", _("sign-in open")), ("False", _("sign-in closed"))],
        empty_label=_("Every sign-in"),
    )

    class Meta:
        model = User
        fields = ("role", "team", "is_active")

    def of_role(self, rows: QuerySet[User], _name: str, role: str) -> QuerySet[User]:
        return rows.filter(pk__in=Appointment.objects.in_force().filter(role=role).values("user"))

    def of_team(self, rows: QuerySet[User], _name: str, team: Team) -> QuerySet[User]:
        return rows.filter(pk__in=Appointment.objects.in_force().filter(team=team).values("user"))


class AbsenceFilter(django_filters.FilterSet):
    user = django_filters.ModelChoiceFilter(label=_("Person"), queryset=_people, empty_label=_("Everybody"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Absence.Kind, empty_label=_("Every kind"))
    since = DayRangeFilter(label=_("Begins"))

    class Meta:
        model = Absence
        fields = ("user", "kind", "since")


class OperationFilter(django_filters.FilterSet):
    by = django_filters.ModelChoiceFilter(label=_("Author"), queryset=_people, empty_label=_("Everybody"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Operation.Kind, empty_label=_("Every kind"))
    at = DayRangeFilter(label=_("Day"))

    class Meta:
        model = Operation
        fields = ("by", "kind", "at")
