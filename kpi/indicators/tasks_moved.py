"""Tasks moved: a sign that promises are put off (K12). Shown, not expected."""

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from kpi.indicators.base import Definition, Rows, Span


class TasksMoved(Definition):
    """Each day counts its own moves, so a task moved on two days counts for both."""

    code = "tasks_moved"
    name = _("Tasks moved")
    formula = _("Tasks that were put off or brought forward in the day's window.")
    model = Activity

    def records(self, span: Span) -> Rows:
        before = Activity.versions.at(span.window.start).filter(record_id=OuterRef("record_id"))
        return (
            Activity.versions.at(span.window.end)
            .filter(
                deleted_at__isnull=True,
                # Says nothing new, but lets an index answer.
                times_moved__gt=0,
                manager__among=span.people,
                # A move writes a version.
                valid_from__gt=span.window.start,
            )
            .filter(times_moved__gt=Coalesce(Subquery(before.values("times_moved")[:1]), Value(0)))
            .annotate(person=F("manager_id"))
        )
