"""Conversations held (K1)."""

from django.utils.translation import gettext_lazy as _

from activities.models import ActivityKind
from kpi.indicators.activities import OfGroup


class ConversationsHeld(OfGroup):
    code = "conversations_held"
    name = _("Conversations")
    formula = _(
        "Contacts that count as conversations, in which the client was spoken to (“talked” or “refused”), that happened"
        " in the day's window and were entered by its end. No answer and a postponed call are none."
    )
    group = ActivityKind.Group.CONVERSATION
