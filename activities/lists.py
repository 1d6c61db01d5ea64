"""Lists of the room: tasks, and what was done."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from activities.filters import LATER, OVERDUE, TODAY, ActivityFilter, TaskFilter, of_state
from activities.models import Activity
from activities.moments import is_late
from core import periods, show
from core.tables import Action, Column, Empty, Flag, List, NextStep
from people.models import Appointment, Role, Team
from people.pages import ForAbility
from pipeline.models import Deal


class _Activities(ForAbility, List):
    """What both lists have in common."""

    ability = "sell"
    primary: ClassVar[str] = "client"
    search: ClassVar[str] = "search"
    search_hint = _("Words of what was said or is to be done")

    def row_link(self, record: Any) -> str | None:
        return str(record.get_absolute_url())

    def _manager(self, request: HttpRequest) -> list[Column]:
        if request.user.role == Role.MANAGER:  # type: ignore[union-attr]
            return []
        return [Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name")]


# As the indexes of what is planned stand.
_BY_DUE = (F("due_on").asc(), F("due_at").asc(nulls_last=True))


class TaskList(_Activities):
    """What is planned, the earliest first."""

    name, title = "tasks", _("Tasks")
    filterset = TaskFilter
    default_sort = "due"
    template_name = "activities/tasks.html"
    empty = Empty(
        _("No tasks yet"),
        _("Log a call with its next step: the task appears here."),
        Action(_("Log a call"), reverse_lazy("activities:log")),  # type: ignore[arg-type]
    )

    @cached_property
    def moment(self) -> Any:
        return periods.now()

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Activity.objects.visible_to(request.user).planned()
        found: QuerySet[Any] = rows.select_related("client", "deal__stage", "kind", "manager").defer(
            "search", "text"
        )
        return found

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("due", _("When"), "next_step", value=self._due, sort=_BY_DUE),
            Column("client", _("Client"), value="client.name", link=_log_url, in_dialog=True, sort="client__name"),
            Column("what", _("What is to be done"), value="what"),
            Column("kind", _("Kind"), value="kind.name", sort="kind__position", on_phone="hide", wide_only=True),
            Column("stage", _("Stage"), "stage", value="deal.stage"),
            Column("amount", _("Amount"), "money", value="deal.amount", on_phone="end"),
            Column("moved", _("Put off, times"), "flags", value=_moved),
            *self._manager(request),
            Column("move", "", value=lambda row: _("Put off"), link=_move_url, in_dialog=True, export=False),
        ]  # fmt: skip

    def _due(self, task: Activity) -> NextStep:
        due = task.due_at or task.due_on
        assert task.due_on is not None
        today = periods.day_of(self.moment)
        if task.due_on < today or (task.due_at and task.due_at < self.moment):
            return NextStep("overdue", due)
        return NextStep("today" if task.due_on == today else "later", due)

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """The tabs with their counts; «nothing planned» leads to the deals that lack a task."""
        mine = Activity.objects.visible_to(request.user)
        deals = Deal.objects.visible_to(request.user).open()
        page, chosen = reverse("activities:tasks"), request.GET.get("when", "")
        tabs = [
            (_("All"), page, "", None),
            (_("Overdue"), f"{page}?when={OVERDUE}", OVERDUE, of_state(mine, OVERDUE).count()),
            (_("Today"), f"{page}?when={TODAY}", TODAY, of_state(mine, TODAY).count()),
            (_("Later"), f"{page}?when={LATER}", LATER, None),
        ]
        return {
            "tabs": [(label, url, key == chosen, count) for label, url, key, count in tabs],
            "without": deals.without_next_step(self.moment).count(),
        }


def _log_url(task: Activity) -> str:
    return f"{reverse('activities:log')}?client={task.client_id}&task={task.pk}"


def _move_url(task: Activity) -> str:
    return reverse("activities:task-move", args=[task.pk])


def _moved(task: Activity) -> list[Flag]:
    if task.times_moved < 2:
        return []
    return [Flag(str(_("put off %(count)s×") % {"count": task.times_moved}), "near")]


class ActivityList(_Activities):
    """What was done, the latest first; words are looked for in what was said."""

    name, title = "activities", _("Contacts")
    filterset = ActivityFilter
    default_sort = "-happened"
    empty = Empty(
        _("No contacts in the last 31 days"),
        _("Log a call: it takes ten seconds."),
        Action(_("Log a call"), reverse_lazy("activities:log")),  # type: ignore[arg-type]
    )

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Activity.objects.visible_to(request.user).done().filter(happened_at__isnull=False)
        found: QuerySet[Any] = rows.select_related("client", "stage", "kind", "manager", "contact").defer(
            "search"
        )
        return found

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("happened", _("Happened"), "moment", value="happened_at", sort=F("happened_at").asc()),
            Column("client", _("Client"), value="client.name"),
            Column("kind", _("Kind"), value="kind.name"),
            Column(
                "outcome", _("Outcome"), value=lambda row: row.get_outcome_display() if row.is_talk else ""
            ),
            Column("text", _("What was said"), "longtext"),
            Column("stage", _("Stage"), "stage", on_phone="hide"),
            Column("quantity", _("Quantity"), value=_quantity, on_phone="hide", wide_only=True),
            Column("contact", _("Contact person"), value="contact", only_export=True),
            *self._manager(request),
            Column("late", _("Entered"), "flags", value=self._late),
            Column("entered", _("Entered at"), "moment", value="entered_at", only_export=True),
        ]

    @cached_property
    def _teams(self) -> dict[int, Team]:
        """Each seller's team of today: its zone and cut-off decide what is late. One query."""
        rows = Appointment.objects.in_force().filter(team__isnull=False).select_related("team")
        return {row.user_id: row.team for row in rows if row.team}

    def _late(self, row: Activity) -> list[Flag]:
        return [Flag(str(_("entered late")), "late")] if is_late(row, self._teams.get(row.manager_id)) else []


def _quantity(row: Activity) -> str:
    if row.quantity is None:
        return ""
    return f"{show.number(row.quantity)}{show.NBSP}{row.kind.unit}".strip()
