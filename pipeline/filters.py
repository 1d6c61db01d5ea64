"""Filters of the list of deals and of the board."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import periods
from core.money import MoneyFormField
from core.tables import DayRangeFilter
from leads.models import Source
from people.access import owners_visible_to, sellers_visible_to
from people.models import Role
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


def mark_condition(mark: str, stages: Iterable[Stage] | None = None) -> Q:
    """Open deals with one of the marks of `MARK_CHOICES`, as of now; every deal for no mark. `stages`: those the deals
    may stand in, where they are read already."""
    moment, is_open = periods.now(), Q(state=Deal.State.OPEN)
    match mark:
        case "stuck":
            return is_open & marks.stuck_condition(moment, stages)
        case "forgotten":
            return is_open & marks.forgotten_condition(moment, stages)
        case "without":
            return is_open & marks.step_condition(marks.NOTHING, moment)
    return Q()


class AmountFilter(django_filters.Filter):
    field_class = MoneyFormField


class _DealFilters(django_filters.FilterSet):
    """Filters whose choices are read once, for the page and for the check alike; by manager only for who sees several.

    A ModelChoiceFilter would ask for its rows once to draw them and once more to check what was chosen.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        owners = owners_visible_to(user)
        if owners is not None and len(owners) < 2:
            self.filters.pop("manager", None)
        else:
            self._offer("manager", sellers_visible_to(user).values_list("pk", "name"))
        self._offer("source", Source.objects.values_list("pk", "name"))

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        self.filters[name].extra["choices"] = list(choices)


class DealFilter(_DealFilters):
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
    funnel = django_filters.ChoiceFilter(label=_("Funnel"), field_name="stage__funnel_id")
    stage = django_filters.MultipleChoiceFilter(label=_("Stages"), field_name="stage_id")
    manager = django_filters.ChoiceFilter(label=_("Manager"), field_name="manager_id")
    source = django_filters.ChoiceFilter(label=_("Source"), field_name="client__source_id")
    step = django_filters.ChoiceFilter(label=_("Next step"), choices=STEP_CHOICES, method="by_step")
    mark = django_filters.ChoiceFilter(label=_("Mark"), choices=MARK_CHOICES, method="by_mark")
    amount_from = AmountFilter(label=_("Amount from"), field_name="amount", lookup_expr="gte")
    amount_to = AmountFilter(label=_("Amount to"), field_name="amount", lookup_expr="lte")
    expected = DayRangeFilter(label=_("Expected to close"), field_name="expected_on")

    class Meta:
        model = Deal
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = list(
            Stage.objects.in_use_or_holding()
            .select_related("funnel")
            .order_by("funnel__position", "position")
        )
        funnels = {stage.funnel_id: _named(stage.funnel.name, stage.funnel) for stage in stages}
        self._offer("stage", [(stage.pk, _named(stage.name, stage, stage.funnel)) for stage in stages])
        self._offer("funnel", funnels.items())
        if len(funnels) < 2:
            del self.filters["funnel"]

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


def _named(name: str, *places: Stage | Funnel) -> str:
    """The name, and that the place takes no deals any more where that is so."""
    retired = any(place.retired_at for place in places)
    return gettext("%(name)s (not in use)") % {"name": name} if retired else name


class BoardFilter(_DealFilters):
    """Of the board. A period means: open deals expected to close in it, won and lost ones closed in it; without one
    all open deals stand on the board, and those closed this month."""

    manager = django_filters.ChoiceFilter(label=_("Manager"), field_name="manager_id")
    source = django_filters.ChoiceFilter(label=_("Source"), field_name="client__source_id")
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


def sees_several(user: Any) -> bool:
    """Whether rows need the manager's name: not for who sees only their own."""
    return user.role != Role.MANAGER
