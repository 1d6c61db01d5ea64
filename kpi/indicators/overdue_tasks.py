"""Overdue tasks (K1)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from kpi.indicators import near
from kpi.indicators.base import Definition, Near, Rows, Span


class OverdueTasks(Definition):
    """Planned at the end of the window, and due before it. A task without a time is due by the cut-off of its day."""

    code = "overdue_tasks"
    name = _("Overdue")
    formula = _(
        "Tasks that were due and not done at the cut-off; one without a time is due by the cut-off of its day. What"
        " fell due while the person was away, or came to them overdue from somebody else, counts from the second"
        " working day."
    )
    is_flow = False
    model = Activity

    def records(self, span: Span) -> Rows:
        end = span.window.end
        return (
            Activity.versions.still_at(end)
            .filter(
                Q(due_at__lt=end) | Q(due_at__isnull=True, due_on__lte=span.due_through),
                # Says nothing new, but lets an index answer: a time lies on its day.
                due_on__lte=span.today,
                deleted_at__isnull=True,
                status=Activity.Status.PLANNED,
                manager__among=span.people,
            )
            .exclude(self._fell_due_while_away(span))
            .annotate(person=F("manager_id"), was_due=self._was_due(span))
            # Only what was changed in the window can have come in it: the rest is not looked up.
            .exclude(Q(valid_from__gt=span.window.start), Exists(self._came_overdue(span)))
        )

    def nearly(self, span: Span) -> Iterable[Near]:
        return near.overdue_tasks(self, span)

    def _fell_due_while_away(self, span: Span) -> Q:
        """On the first day back it is not held against its person yet."""
        condition = Q(pk__in=[])
        for excuse in span.excuses:
            condition |= Q(manager_id=excuse.person_id, due_on__gte=excuse.since, due_on__lte=excuse.until)
        return condition

    def _was_due(self, span: Span) -> Coalesce:
        """The last moment before the task is overdue: its time; of one without, the last before the cut-off of its day
        (before the window's start, where that is later)."""
        last = dt.timedelta.resolution
        by_date = [When(due_on__lte=day, then=Value(moment - last)) for day, moment in span.fell_due]
        return Coalesce(F("due_at"), Case(*by_date, output_field=DateTimeField()))

    def _came_overdue(self, span: Span) -> Rows:
        """It was somebody else's until a moment within the window at which it was due already."""
        then = Activity.versions.filter(record_id=OuterRef("record_id"), **span.window.lookup("valid_to"))
        return then.filter(valid_to__gt=OuterRef("was_due")).exclude(manager_id=OuterRef("manager_id"))
