"""Words for asking about activities."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from people.access import VisibleQuerySet

if TYPE_CHECKING:
    from activities.models import Activity  # noqa: F401


class ActivityQuerySet(VisibleQuerySet["Activity"]):
    """Activities; visible by their manager."""

    def planned(self) -> Self:
        return self.filter(status="planned")

    def done(self) -> Self:
        return self.filter(status="done")

    def overdue(self, day: dt.date, moment: dt.datetime) -> Self:
        """Planned for before the day, or for a time of it that has passed."""
        return self.planned().filter(Q(due_on__lt=day) | Q(due_at__lt=moment))
