"""What was planned for a day: tasks, done or not."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind
from reports.facts.base import Fact, Measure

_TALKS = (ActivityKind.Group.CONVERSATION, ActivityKind.Group.MEETING)

# Conversations and meetings that were planned, by the day they were due; cancelled ones are none.
PLANNED_TALKS = Fact(
    "planned_talks",
    _("Planned calls and meetings"),
    lambda user: (
        Activity.objects.visible_to(user)
        .filter(kind__group__in=_TALKS, due_on__isnull=False)
        .exclude(status=Activity.Status.CANCELLED)
    ),
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
