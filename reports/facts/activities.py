"""What was planned for a day: tasks, done or not."""

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from people import access
from people.models import User
from reports.facts.base import Fact, Measure

_TALKS = (ActivityKind.Group.CONVERSATION, ActivityKind.Group.MEETING)


def _planned_talks(user: User) -> QuerySet[Any]:
    """By the kinds and people there are, so that an index on both of them finds the days of a period."""
    kinds = list(ActivityKind.all_objects.filter(group__in=_TALKS).values_list("pk", flat=True))
    rows = Activity.objects.visible_to(user)
    if access.owners_visible_to(user) is None:
        rows = rows.filter(manager__among=list(User.all_objects.values_list("pk", flat=True)))
    rows = rows.filter(kind__among=kinds, due_on__isnull=False)
    return rows.exclude(status=Activity.Status.CANCELLED)


# Conversations and meetings that were planned, by the day they were due; cancelled ones are none.
PLANNED_TALKS = Fact(
    "planned_talks",
    _("Planned calls and meetings"),
    _planned_talks,
    "due_on",
    {
        "manager": "manager",
        "team": "manager",
        "client": "client",
        "region": "client__region",
        "source": "client__source",
        "campaign": "client__campaign",
        "segment": "client__segment",
    },
    {"planned": Measure("planned", _("Planned"), "int", Count("pk"))},
)
