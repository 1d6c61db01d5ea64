"""Filters of the list of deals and of the board."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import periods
from core.money import MoneyFormField
from core.tables import DayRangeFilter
from leads.models import Source
from people.access import owners_visible_to, sellers_visible_to
from people.models import Role, User
from pipeline import marks
from pipeline.models import Deal, Funnel, Stage
from pipeline.queries import DealQuerySet

STEP_CHOICES = [
    (marks.OVERDUE, _("overdue")),
    (marks.TODAY, _("today")),
    (marks.LATER, _("later")),
    (marks.NOTHING, _("nothing planned")),
]
MARK_CHOICES = [("stuck", _("stuck")), ("forgotten", _("forgotten")), ("without", _("without a task"))]


def mark_condition(mark: str) -> Q:
    """Open deals with one of the marks of `MARK_CHOICES`, as of now; every deal for no mark."""
    moment, is_open = periods.now(), Q(state=Deal.State.OPEN)
    match mark:
        case "stuck":
            return is_open & marks.stuck_condition(moment)
        case "forgotten":
            return is_open & marks.forgotten_condition(moment)
        case "without":
            return is_open & marks.step_condition(marks.NOTHING, moment)
    return Q()


def _sellers(request: HttpRequest | None) -> QuerySet[User]:
    return sellers_visible_to(request.user) if request else User.objects.none()


class AmountFilter(django_filters.Filter):
    field_class = MoneyFormField


class _ByPerson(django_filters.FilterSet):
    """Without the filter by manager for who sees only their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = owners_visible_to(self.request.user) if self.request else None
        if owners is not None and len(owners) < 2:
            self.filters.pop("manager", None)


class DealFilter(_ByPerson):
    """Of the list. Open deals unless a state is asked for."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=None,
        choices=[
            ("", _("Open deals")),
            ("won", _("Won deals")),
            ("lost", _("Lost deals")),
            ("all", _("All deals")),
        ],
        method="in_state",
    )
    funnel = django_filters.ModelChoiceFilter(
        label=_("Funnel"), queryset=lambda request: Funnel.objects.in_use(), field_name="stage__funnel"
    )
    stage = django_filters.ModelMultipleChoiceFilter(
        label=_("Stages"),
        queryset=lambda request: Stage.objects.in_use().order_by("funnel__position", "position"),
    )
    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=_sellers)
    source = django_filters.ModelChoiceFilter(
        label=_("Source"), queryset=lambda request: Source.objects.all(), field_name="client__source"
    )
    step = django_filters.ChoiceFilter(label=_("Next step"), choices=STEP_CHOICES, method="by_step")
    mark = django_filters.ChoiceFilter(label=_("Mark"), choices=MARK_CHOICES, method="by_mark")
    amount_from = AmountFilter(label=_("Amount from"), field_name="amount", lookup_expr="gte")
    amount_to = AmountFilter(label=_("Amount to"), field_name="amount", lookup_expr="lte")
    expected = DayRangeFilter(label=_("Expected to close"), field_name="expected_on")

    class Meta:
        model = Deal
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        stages = self.form.cleaned_data.get("stage")
        # A stage that is named says which state is meant.
        return rows if self.form.cleaned_data.get("state") or stages else rows.open()

    def in_state(self, rows: DealQuerySet, _name: str, value: str) -> DealQuerySet:
        return rows if value == "all" else rows.filter(state=value)

    def by_step(self, rows: DealQuerySet, _name: str, value: str) -> DealQuerySet:
        return rows.whose_next_step_is(value, periods.now())

    def by_mark(self, rows: DealQuerySet, _name: str, value: str) -> DealQuerySet:
        return rows.filter(mark_condition(value))


class BoardFilter(_ByPerson):
    """Of the board. A period means: open deals expected to close in it, won and lost ones closed in it; without one
    all open deals stand on the board, and those closed this month."""

    manager = django_filters.ModelChoiceFilter(label=_("Manager"), queryset=_sellers)
    source = django_filters.ModelChoiceFilter(
        label=_("Source"), queryset=lambda request: Source.objects.all(), field_name="client__source"
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=list(periods.PERIOD_NAMES.items()), method="left_to_the_board"
    )
    mark = django_filters.ChoiceFilter(label=_("Mark"), choices=MARK_CHOICES, method="left_to_the_board")

    class Meta:
        model = Deal
        fields: ClassVar[list[str]] = []

    def left_to_the_board(self, rows: DealQuerySet, _name: str, _value: str) -> DealQuerySet:
        """These two mean something else for open and for closed columns."""
        return rows


def sees_several(user: User) -> bool:
    """Whether rows need the manager's name: not for who sees only their own."""
    return user.role != Role.MANAGER
