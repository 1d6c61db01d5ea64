"""Words for asking about deals and their moves."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from people.access import VisibleQuerySet, owners_visible_to
from people.models import User

if TYPE_CHECKING:
    from pipeline.models import Deal, StageMove  # noqa: F401


class DealQuerySet(VisibleQuerySet["Deal"]):
    """Deals; visible by their manager."""

    def open(self) -> Self:
        return self.filter(state="open")

    def won(self) -> Self:
        return self.filter(state="won")

    def lost(self) -> Self:
        return self.filter(state="lost")

    def without_next_step(self, day: dt.date) -> Self:
        """Nothing planned, and not waiting for a date that is still to come."""
        return self.filter(Q(waiting_until__isnull=True) | Q(waiting_until__lt=day), next_step_on__isnull=True)

    def overdue(self, day: dt.date, moment: dt.datetime) -> Self:
        """The next step was due before the day, or at a time of it that has passed."""
        return self.filter(Q(next_step_on__lt=day) | Q(next_step_at__lt=moment))


class StageMoveQuerySet(models.QuerySet["StageMove"]):
    def visible_to(self, user: User) -> Self:
        """Moves of the deals the user sees."""
        owners = owners_visible_to(user)
        return self if owners is None else self.filter(deal__manager__in=owners)
