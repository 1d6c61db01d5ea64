"""Clients with whom nobody has spoken for longer than they should be left alone (A5).

The norm of a client is that of its segment, in calendar days. Where the segment has none, it is the norm of the stage
of its open deals, in working days, as for the marks of deals. A client without either has no norm. Without any contact
the days run from when the card was made.
"""

import datetime as dt

from django.db.models import Q

from core import periods
from leads.models import Segment
from pipeline.marks import norm_limit
from pipeline.models import Deal, Stage


def too_silent(moment: dt.datetime) -> Q:
    """The condition on clients. Two queries for the norms, however many segments and stages there are."""
    today = periods.day_of(moment)
    segments = Segment.objects.filter(contact_days__isnull=False).values_list("pk", "contact_days")
    found, with_norm = Q(pk__in=[]), []
    for segment, days in segments:
        with_norm.append(segment)
        found |= Q(segment=segment) & _silent_since(periods.local(today - dt.timedelta(days=days or 0)))
    stages: dict[int, list[int]] = {}
    for stage, norm in Stage.objects.open().filter(norm_days__isnull=False).values_list("pk", "norm_days"):
        stages.setdefault(norm or 0, []).append(stage)
    no_norm = Q(segment__isnull=True) | ~Q(segment__in=with_norm)
    for norm, ids in stages.items():
        stands = Q(pk__in=Deal.objects.filter(stage__in=ids).order_by().values("client"))
        found |= no_norm & _silent_since(norm_limit(norm, moment)) & stands
    return found


def _silent_since(limit: dt.datetime) -> Q:
    return Q(last_contact_at__lt=limit) | Q(last_contact_at__isnull=True, created_at__lt=limit)
