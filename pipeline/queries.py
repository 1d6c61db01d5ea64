"""Words for asking about funnels, stages, deals and their moves."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from core.history.tracked import TrackedQuerySet
from people.access import VisibleQuerySet, owners_visible_to
from people.models import User
from pipeline import marks

if TYPE_CHECKING:
    from pipeline.models import Deal, Funnel, LossReason, Stage, StageMove  # noqa: F401


_TAKES_DEALS = Q(retired_at__isnull=True, funnel__retired_at__isnull=True, funnel__deleted_at__isnull=True)


class FunnelQuerySet(TrackedQuerySet["Funnel"]):
    def in_use(self) -> Self:
        """Those that are not retired."""
        return self.filter(retired_at__isnull=True)


class StageQuerySet(TrackedQuerySet["Stage"]):
    def in_use(self) -> Self:
        """Those that take deals, of funnels that do."""
        return self.filter(_TAKES_DEALS)

    def in_use_or_holding(self) -> Self:
        """Those in use, and retired ones (of retired funnels) in which closed deals still stand."""
        from pipeline.models import Deal

        holds = Exists(Deal.objects.filter(stage=OuterRef("pk")))
        return self.filter(_TAKES_DEALS | holds)

    def open(self) -> Self:
        return self.filter(kind="open")


class LossReasonQuerySet(TrackedQuerySet["LossReason"]):
    def in_use(self) -> Self:
        return self.filter(retired_at__isnull=True)


class DealQuerySet(VisibleQuerySet["Deal"]):
    """Deals; visible by their manager.

    The marks and the state of the next step are asked of today's columns, so the moment is now or nearly so; what was
    at a moment of the past is asked of the versions.
    """

    def open(self) -> Self:
        return self.filter(state="open")

    def won(self) -> Self:
        return self.filter(state="won")

    def lost(self) -> Self:
        return self.filter(state="lost")

    def with_row_parts(self) -> Self:
        """With all that a row or a card of a deal shows beside its own columns."""
        return self.select_related("client", "stage", "manager")

    def whose_next_step_is(self, state: str, moment: dt.datetime) -> Self:
        """Deals in that state of the next step: overdue, today, later, nothing (`marks.StepState`)."""
        return self.filter(marks.step_condition(state, moment))

    def without_next_step(self, moment: dt.datetime) -> Self:
        """Nothing planned, and not waiting for a date that is still to come."""
        return self.whose_next_step_is(marks.NOTHING, moment)

    def overdue(self, moment: dt.datetime) -> Self:
        """The next step was due before the day of the moment, or at a time of it that has passed."""
        return self.whose_next_step_is(marks.OVERDUE, moment)

    def stuck_at(self, moment: dt.datetime) -> Self:
        """Longer in their stage than its norm of working days, whatever is planned (P6)."""
        return self.open().filter(marks.stuck_condition(moment))

    def forgotten_at(self, moment: dt.datetime) -> Self:
        """No contact for longer than the norm of the stage, and nothing planned (P6)."""
        return self.open().filter(marks.forgotten_condition(moment))

    def with_marks(self, moment: dt.datetime) -> Self:
        """Annotates `is_stuck`, `is_forgotten` (booleans; False for closed deals) and `step_state`."""
        stuck, forgotten = marks.stuck_condition(moment), marks.forgotten_condition(moment)
        yes, no = Value(True), Value(False)
        return self.annotate(
            is_stuck=Case(When(stuck, state="open", then=yes), default=no),
            is_forgotten=Case(When(forgotten, state="open", then=yes), default=no),
            step_state=Case(
                *(
                    When(marks.step_condition(state, moment), then=Value(state))
                    for state in marks.STEP_STATES[:-1]
                ),
                default=Value(marks.STEP_STATES[-1]),
                output_field=models.CharField(),
            ),
        )


class StageMoveQuerySet(QuerySet["StageMove"]):
    def visible_to(self, user: User) -> Self:
        """Moves of the deals the user sees."""
        from pipeline.models import Deal

        owners = owners_visible_to(user)
        # The deals are found first, not one for each move: the few that are gone, or those of the owners.
        if owners is None:
            return self.exclude(deal__in=Deal.all_objects.filter(deleted_at__isnull=False).values("pk"))
        return self.filter(deal__in=Deal.objects.filter(manager__in=owners).values("pk"))
