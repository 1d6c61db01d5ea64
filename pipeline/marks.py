"""What every row of a deal shows besides its fields: the state of the next step, and the marks of P6.

Each is defined once as a condition of SQL (for filters and counts) and once in Python (for rows already read), side
by side; a test holds them equal. The day is the company's; norms count working days of the company's calendar.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import periods
from core.tables.values import Flag, NextStep
from people import calendar

if TYPE_CHECKING:
    from pipeline.models import Deal, Stage

OVERDUE, TODAY, LATER, NOTHING = "overdue", "today", "later", "nothing"
STEP_STATES = (OVERDUE, TODAY, LATER, NOTHING)


class HasNextStep(Protocol):
    next_step_on: dt.date | None
    next_step_at: dt.datetime | None
    waiting_until: dt.date | None


def next_step_state(deal: HasNextStep, moment: dt.datetime) -> str:
    """One of `STEP_STATES` for the deal at the moment.

    Overdue: due before the day, or at a time of it that has passed. A deal without a planned step that waits for a
    date is treated as if that date were planned, until it is over.
    """
    day = periods.day_of(moment)
    on, at, wait = deal.next_step_on, deal.next_step_at, deal.waiting_until
    if on is None:
        if wait is None or wait < day:
            return NOTHING
        return TODAY if wait == day else LATER
    if on < day or (at is not None and at < moment):
        return OVERDUE
    return TODAY if on == day else LATER


def step_condition(state: str, moment: dt.datetime) -> Q:
    """`next_step_state` as a condition on deals."""
    day = periods.day_of(moment)
    planned, nothing_planned = Q(next_step_on__isnull=False), Q(next_step_on__isnull=True)
    in_time = Q(next_step_at__isnull=True) | Q(next_step_at__gte=moment)
    if state == OVERDUE:
        return planned & (Q(next_step_on__lt=day) | Q(next_step_at__lt=moment))
    if state == TODAY:
        return (Q(next_step_on=day) & in_time) | (nothing_planned & Q(waiting_until=day))
    if state == LATER:
        return (Q(next_step_on__gt=day) & in_time) | (nothing_planned & Q(waiting_until__gt=day))
    if state == NOTHING:
        return nothing_planned & (Q(waiting_until__isnull=True) | Q(waiting_until__lt=day))
    raise ValueError(f"{state!r} is no state of a next step.")


def next_step_of(deal: HasNextStep, moment: dt.datetime) -> NextStep:
    """The state with its day or moment, for a cell of kind `next_step`."""
    due = deal.next_step_at or deal.next_step_on or deal.waiting_until
    state = next_step_state(deal, moment)
    return NextStep(state, None if state == NOTHING else due)  # type: ignore[arg-type]


def norm_limit(norm_days: int, moment: dt.datetime) -> dt.datetime:
    """What began before this moment has, on the day of `moment`, lasted longer than the norm of working days.

    The day it began does not count, today does: with a norm of 1, what began on Thursday is too long on Monday.
    """
    tomorrow = periods.day_of(moment) + dt.timedelta(1)
    return periods.local(calendar.add_working_days(tomorrow, -(norm_days + 1)))


def days_in_stage(deal: "Deal", moment: dt.datetime) -> int:
    """Working days since the deal entered its stage, that day not counted; for a closed deal until now as well."""
    return calendar.working_days_between(periods.day_of(deal.stage_since), periods.day_of(moment))


def is_stuck(deal: "Deal", moment: dt.datetime) -> bool:
    """Open, and longer in its stage than the stage's norm, whatever is planned."""
    norm = deal.stage.norm_days
    return deal.state == "open" and norm is not None and deal.stage_since < norm_limit(norm, moment)


def is_forgotten(deal: "Deal", moment: dt.datetime) -> bool:
    """Open, nothing planned, and no contact (since the deal began, if there was none) for longer than the norm."""
    norm = deal.stage.norm_days
    if deal.state != "open" or norm is None or next_step_state(deal, moment) != NOTHING:
        return False
    return (deal.last_contact_at or deal.created_at) < norm_limit(norm, moment)


def stuck_condition(moment: dt.datetime, stages: "Iterable[Stage] | None" = None) -> Q:
    """`is_stuck` as a condition on open deals; asks for the norms of all stages unless `stages` are given."""
    return _by_norm(moment, stages, lambda limit: Q(stage_since__lt=limit))


def forgotten_condition(moment: dt.datetime, stages: "Iterable[Stage] | None" = None) -> Q:
    """`is_forgotten` as a condition on open deals; `stages` as of `stuck_condition`."""
    too_long = _by_norm(
        moment,
        stages,
        lambda limit: Q(last_contact_at__lt=limit) | Q(last_contact_at__isnull=True, created_at__lt=limit),
    )
    return step_condition(NOTHING, moment) & too_long


def _by_norm(
    moment: dt.datetime, stages: "Iterable[Stage] | None", condition: Callable[[dt.datetime], Q]
) -> Q:
    """The condition with each stage's own limit. There are few stages and fewer norms, so this stays one plain OR."""
    if stages is None:
        stages = apps.get_model("pipeline", "Stage").objects.open()
    by_norm: dict[int, list[int]] = {}
    for stage in stages:
        if stage.norm_days is not None and stage.kind == "open":
            by_norm.setdefault(stage.norm_days, []).append(stage.pk)
    found = Q(pk__in=[])
    for norm, ids in by_norm.items():
        found |= Q(stage__in=ids) & condition(norm_limit(norm, moment))
    return found


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one open deal; a closed one has none."""

    stuck_days: int | None = None
    forgotten: bool = False
    without_step: bool = False

    @property
    def flags(self) -> list[Flag]:
        """In words and colour: «застряла 9 дн.», «забыта». That nothing is planned the next step beside them says."""
        flags = []
        if self.stuck_days is not None:
            words = ngettext("stuck %(count)s day", "stuck %(count)s days", self.stuck_days)
            flags.append(Flag(words % {"count": self.stuck_days}, "bad"))
        if self.forgotten:
            flags.append(Flag(_("forgotten"), "bad"))
        return flags

    def __bool__(self) -> bool:
        return self.stuck_days is not None or self.forgotten or self.without_step


def marks_of(deal: "Deal", moment: dt.datetime) -> Marks:
    """The marks of a deal already read (with its stage)."""
    if deal.state != "open":
        return Marks()
    return Marks(
        stuck_days=days_in_stage(deal, moment) if is_stuck(deal, moment) else None,
        forgotten=is_forgotten(deal, moment),
        without_step=next_step_state(deal, moment) == NOTHING,
    )
