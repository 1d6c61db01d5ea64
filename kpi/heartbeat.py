"""Signs of life: whoever looks for days to close leaves one, a row a minute. Without one around a cut-off nobody could
have entered anything then, and the points of that day wait for the head's word (`kpi.models.Decision`)."""

import datetime as dt

from core import periods
from kpi.models import Heartbeat

NEAR = dt.timedelta(minutes=5)
# How long they are kept: for who asks why a day waits.
KEPT = dt.timedelta(days=60)


def beat() -> None:
    """The program is here in this minute."""
    minute = periods.now().replace(second=0, microsecond=0)
    Heartbeat.objects.bulk_create([Heartbeat(minute=minute)], ignore_conflicts=True)


def was_down(cutoff: dt.datetime, closed_at: dt.datetime) -> bool:
    """Whether the day was closed late and nothing showed life within five minutes of its cut-off."""
    if closed_at - cutoff <= NEAR:
        return False
    # A sign stands for its whole minute.
    earliest = (cutoff - NEAR).replace(second=0, microsecond=0)
    return not Heartbeat.objects.filter(minute__gte=earliest, minute__lte=cutoff + NEAR).exists()


def forget_old() -> None:
    Heartbeat.objects.filter(minute__lt=periods.now() - KEPT).delete()
