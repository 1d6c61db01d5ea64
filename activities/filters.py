"""Filters of the lists of tasks and of contacts."""

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from activities.moments import window_of
from activities.queries import ActivityQuerySet
from core import periods
from core.tables import DayRangeFilter
from people.access import owners_visible_to, sellers_visible_to
from people.models import Team, User

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
    user: Any = request.user if request else None
    return sellers_visible_to(user) if user else User.objects.none()


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


WINDOW, ALL, HELD = "window", "all", "held"
LAST = dt.timedelta(days=31)


class ActivityFilter(_ByPerson):
    """Of what was done. The window is the working day as it is counted: from one cut-off to the next.

    Without a period or days the last month is meant: of a million contacts nobody leafs through all, and SQLite, which
    has no index for words and one order a query, would look at every one of them.
    """

    period = django_filters.ChoiceFilter(
        label=_("Period"),
        empty_label=None,
        choices=[
            ("", _("Last 31 days")),
            (WINDOW, _("This working day")),
            *periods.PERIOD_NAMES.items(),
            (ALL, _("All time")),
        ],
        method="in_period",
    )
    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=_sellers)
    kind = django_filters.ModelMultipleChoiceFilter(label=_("Kinds"), queryset=_kinds)
    group = django_filters.ChoiceFilter(
        label=_("Counted as"), choices=ActivityKind.Group.choices, field_name="kind__group"
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"),
        choices=[(HELD, _("talked or refused")), *Activity.Outcome.choices],
        method="by_outcome",
    )
    days = DayRangeFilter(label=_("Happened"), field_name="happened_at")

    class Meta:
        model = Activity
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        said = self.form.cleaned_data
        if said.get("period") or said.get("days"):
            return rows
        return rows.filter(happened_at__gte=periods.now() - LAST)

    def in_period(self, rows: ActivityQuerySet, _name: str, value: str) -> ActivityQuerySet:
        if value == ALL:
            return rows
        if value == WINDOW:
            return rows.happened_in(window_of(periods.now(), self._team()))
        return rows.happened_in(periods.period_named(value))

    def by_outcome(self, rows: ActivityQuerySet, _name: str, value: str) -> ActivityQuerySet:
        return rows.held() if value == HELD else rows.filter(outcome=value)

    def _team(self) -> Team | None:
        """Whose working day is meant: that of the chosen manager's team, else of the reader's."""
        manager = self.form.cleaned_data.get("manager") if "manager" in self.form.fields else None
        team: Team | None = (manager or self.request.user).team
        return team
