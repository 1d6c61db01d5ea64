"""How many clients were new, active, sleeping or lost (R11), as `leads.base` says what that is.

Today's cards count, each from the day it was made; of a day that has passed the shipments and contacts up to its end
say what it was. The ends of months are read from the changes that are kept, any other day from shipments and contacts.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from activities.models import Activity
from core import periods
from leads.base import (
    ACTIVE,
    ACTIVE_DAYS,
    LOST,
    NEW,
    NEW_DAYS,
    SLEEPING,
    SLEEPING_DAYS,
    STATES,
)
from leads.models import BaseChange, Client
from orders.models import Shipment
from people import access
from reports.asking import Asked
from reports.facts.clients import CLIENTS


def numbers(asked: Asked, days: Sequence[dt.date]) -> dict[dt.date, dict[str, int]]:
    """{day: {state: clients}} of the asked clients, of days in their order."""
    ends = [day for day in days if (day + dt.timedelta(1)).day == 1]
    found = _of_months(asked, ends) if ends else {}
    for day in days:
        if day not in found:
            rows = on_day(CLIENTS.records(asked), day, today=asked.today).order_by()
            counted = rows.values_list("state").annotate(number=Count("*"))
            found[day] = {**dict.fromkeys(STATES, 0), **dict(counted)}
    return found


def _of_months(asked: Asked, ends: Sequence[dt.date]) -> dict[dt.date, dict[str, int]]:
    """The changes up to each of these last days of months, added up."""
    rows = BaseChange.objects.filter(month__lte=ends[-1])
    if asked.narrow or access.owners_visible_to(asked.user) is not None:
        rows = rows.filter(client__in=CLIENTS.records(asked).order_by().values("pk"))
    else:  # who is gone is sooner told than who is there
        gone = Client.all_objects.filter(deleted_at__isnull=False).order_by()
        rows = rows.exclude(client__in=gone.values("pk"))
    changes = rows.values_list("month", "was", "became").annotate(number=Count("*")).order_by("month")
    now, found, waiting = dict.fromkeys(STATES, 0), {}, list(ends)
    for month, was, became, number in changes:
        while waiting and waiting[0] < month:
            found[waiting.pop(0)] = dict(now)
        if was:
            now[was] -= number
        now[became] += number
    return found | {day: dict(now) for day in waiting}


def on_day(clients: QuerySet[Any], day: dt.date, *, today: dt.date) -> QuerySet[Any]:
    """The clients there were at the end of the day, each with its `state`."""
    touched = _touched_lately if day >= today else _touched
    end = periods.local(day + dt.timedelta(1))
    is_new = Q(created_at__gte=_start(day, NEW_DAYS))
    sleeps = touched(day, SLEEPING_DAYS) | Q(created_at__gte=_start(day, SLEEPING_DAYS))
    state = Case(
        When(is_new, then=Value(NEW)),
        When(touched(day, ACTIVE_DAYS), then=Value(ACTIVE)),
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
    return Q(Exists(spoken)) | Q(Exists(_shipped(day, days).filter(client=OuterRef("pk"))))


def _touched_lately(day: dt.date, days: int) -> Q:
    """The same of a day that is not over: nothing has happened after it, so the last contact of a card says all."""
    shipped = _shipped(day, days).order_by().values("client")
    return Q(last_contact_at__gte=_start(day, days)) | Q(pk__in=shipped)


def _shipped(day: dt.date, days: int) -> QuerySet[Shipment]:
    return Shipment.objects.filter(
        kind=Shipment.Kind.SHIPMENT, day__gt=day - dt.timedelta(days), day__lte=day
    )
