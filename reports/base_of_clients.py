"""What a client is to us on a day: new, active, sleeping or lost (R11). The limits stand here and nowhere else.

New: the card was made within the last `NEW_DAYS` days. Else active: goods were shipped to it, or somebody spoke with
it, within the last `ACTIVE_DAYS` days. Else sleeping: within the last `SLEEPING_DAYS` days (a card that was made within
them sleeps too). Else lost. The day itself is one of the days. Today's cards count, each from the day it was made; of a
day that has passed the shipments and contacts up to its end say what it was.
"""

import datetime as dt
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from activities.models import Activity
from core import periods
from orders.models import Shipment

NEW_DAYS, ACTIVE_DAYS, SLEEPING_DAYS = 30, 90, 365
NEW, ACTIVE, SLEEPING, LOST = STATES = ("new", "active", "sleeping", "lost")


def on_day(clients: QuerySet[Any], day: dt.date) -> QuerySet[Any]:
    """The clients there were at the end of the day, each with its `state`."""
    end = periods.local(day + dt.timedelta(1))
    is_new = Q(created_at__gte=_start(day, NEW_DAYS))
    sleeps = Q(_touched(day, SLEEPING_DAYS)) | Q(created_at__gte=_start(day, SLEEPING_DAYS))
    state = Case(
        When(is_new, then=Value(NEW)),
        When(_touched(day, ACTIVE_DAYS), then=Value(ACTIVE)),
        When(sleeps, then=Value(SLEEPING)),
        default=Value(LOST),
        output_field=CharField(),
    )
    return clients.filter(created_at__lt=end).annotate(state=state)


def _start(day: dt.date, days: int) -> dt.datetime:
    """The beginning of the last so many days, of which `day` is the last one."""
    return periods.local(day - dt.timedelta(days - 1))


def _touched(day: dt.date, days: int) -> Q:
    """Shipped to, or spoken with, within the last days."""
    end = periods.local(day + dt.timedelta(1))
    spoken = Activity.objects.contacts().filter(
        client=OuterRef("pk"), happened_at__gte=_start(day, days), happened_at__lt=end
    )
    shipped = Shipment.objects.filter(
        client=OuterRef("pk"),
        kind=Shipment.Kind.SHIPMENT,
        day__gt=day - dt.timedelta(days),
        day__lte=day,
    )
    return Q(Exists(spoken)) | Q(Exists(shipped))
