"""Filters of the lists of tasks and of contacts."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from activities.queries import ActivityQuerySet
from core import periods
from core.tables import DayRangeFilter
from people.access import owners_visible_to, sellers_visible_to
from people.models import User

OVERDUE, TODAY, LATER = "overdue", "today", "later"
WHEN = [(OVERDUE, _("Overdue")), (TODAY, _("Today")), (LATER, _("Later"))]


def of_state(rows: ActivityQuerySet, state: str) -> ActivityQuerySet:
    """Tasks in one of the states of `WHEN`, as of now."""
    moment = periods.now()
    day = periods.day_of(moment)
    match state:
        case "overdue":
            return rows.overdue(day, moment)
        case "today":
            return rows.due_today(day, moment)
        case "later":
            return rows.due_later(day)
    return rows


def _sellers(request: HttpRequest | None) -> QuerySet[User]:
    return sellers_visible_to(request.user) if request else User.objects.none()


class _ByPerson(django_filters.FilterSet):
    """Without the filter by manager for who sees only their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = owners_visible_to(self.request.user) if self.request else None
        if owners is not None and len(owners) < 2:
            self.filters.pop("manager", None)


def _kinds(request: HttpRequest | None) -> QuerySet[ActivityKind]:
    return ActivityKind.objects.all()


class TaskFilter(_ByPerson):
    when = django_filters.ChoiceFilter(label=_("When"), choices=WHEN, method="by_state")
    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=_sellers)
    kind = django_filters.ModelMultipleChoiceFilter(label=_("Kinds"), queryset=_kinds)
    due = DayRangeFilter(label=_("Due"), field_name="due_on")

    class Meta:
        model = Activity
        fields: ClassVar[list[str]] = []

    def by_state(self, rows: ActivityQuerySet, _name: str, value: str) -> ActivityQuerySet:
        return of_state(rows, value)


class ActivityFilter(_ByPerson):
    """Of what was done."""

    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=list(periods.PERIOD_NAMES.items()), method="in_period"
    )
    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=_sellers)
    kind = django_filters.ModelMultipleChoiceFilter(label=_("Kinds"), queryset=_kinds)
    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Activity.Outcome.choices)
    days = DayRangeFilter(label=_("Happened"), field_name="happened_at")

    class Meta:
        model = Activity
        fields: ClassVar[list[str]] = []

    def in_period(self, rows: ActivityQuerySet, _name: str, value: str) -> ActivityQuerySet:
        return rows.happened_in(periods.period_named(value))
