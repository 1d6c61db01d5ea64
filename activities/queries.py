"""Words for asking about activities."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import F, Q

from core.periods import Period, Window
from people.access import VisibleQuerySet

if TYPE_CHECKING:
    from activities.models import Activity  # noqa: F401


class ActivityQuerySet(VisibleQuerySet["Activity"]):
    """Activities; visible by their manager. A client's whole story is asked by the client, which is visible itself."""

    def planned(self) -> Self:
        return self.filter(status="planned")

    def done(self) -> Self:
        return self.filter(status="done")

    def held(self) -> Self:
        """Done, and the client was spoken to."""
        return self.done().filter(outcome__in=self.model.HELD)

    def contacts(self) -> Self:
        """Done, and somebody answered: what "last contact" means."""
        return self.done().exclude(outcome="no_answer")

    def happened_in(self, span: Period | Window) -> Self:
        return self.filter(**span.lookup("happened_at"))

    def overdue(self, day: dt.date, moment: dt.datetime) -> Self:
        """Planned for before the day, or for a time of it that has passed."""
        # A time lies on its day, so the first condition says nothing new: it lets an index answer.
        return self.planned().filter(Q(due_on__lt=day) | Q(due_at__lt=moment), due_on__lte=day)

    def due_today(self, day: dt.date, moment: dt.datetime) -> Self:
        """Planned for the day, its time (if it has one) still to come."""
        return self.planned().filter(Q(due_at__isnull=True) | Q(due_at__gte=moment), due_on=day)

    def due_later(self, day: dt.date) -> Self:
        return self.planned().filter(due_on__gt=day)

    def in_order_of_due(self) -> Self:
        """What comes first: by day, within it timed ones by their time, then those for any time of the day."""
        return self.order_by("due_on", F("due_at").asc(nulls_last=True), "pk")
