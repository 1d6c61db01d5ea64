"""Meetings held (K1)."""

from django.utils.translation import gettext_lazy as _

from activities.models import ActivityKind
from kpi.indicators.activities import OfGroup


class MeetingsHeld(OfGroup):
    code = "meetings_held"
    name = _("Meetings")
    formula = _(
        "Contacts that count as meetings, that took place in the day's window and were entered by its end. One that was"
        " cancelled, postponed or at which nobody was there is none."
    )
    group = ActivityKind.Group.MEETING
