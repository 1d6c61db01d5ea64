"""Moments of an activity: whose working day it belongs to, since when it counts, whether it was entered late.

The window of a working day runs from the cut-off of the working day before it (not included) to its own (included).
"""

import datetime as dt

from activities.models import Activity
from core.periods import Window
from people import calendar
from people.models import Team


def window_of(moment: dt.datetime, team: Team | None = None) -> Window:
    """The window of a working day in which the moment lies; by its end the record must be entered to count."""
    with calendar.kept():
        return calendar.window(calendar.working_day_of(moment, team), team)


def is_late(activity: Activity, team: Team | None = None) -> bool:
    """Whether a done activity was entered when the window it happened in had closed: it counts for no day."""
    if not activity.is_done or activity.happened_at is None or activity.entered_at is None:
        return False
    # A record made soon after the fact needs no calendar: nearly all are.
    if activity.entered_at <= activity.happened_at:
        return False
    return activity.entered_at > window_of(activity.happened_at, team).end


def entered(
    before: Activity | None, after: Activity, at: dt.datetime, team: Team | None = None
) -> dt.datetime:
    """Since when the record counts as what it counts as now; `at` is the stamp of the operation that saves it.

    The first moment stays as long as an edit changes words only. It is `at` anew when the edit makes the record count
    for something it did not count for before: it becomes done; a try («no answer», «postponed») becomes a conversation;
    it becomes another kind or another person's; its time moves into the window of another working day. Otherwise a call
    that nobody answered, entered in time, could be turned into a conversation of that day when the day is over. The
    other way round (talked → no answer) it claims less, and keeps its moment.
    """
    if before is None or not before.is_done or before.entered_at is None:
        return at
    assert (
        before.happened_at is not None and after.happened_at is not None
    )  # done has its moments: a constraint
    claims_more = (
        (after.is_held and not before.is_held)
        or after.kind_id != before.kind_id
        or after.manager_id != before.manager_id
        or (
            after.happened_at != before.happened_at
            and window_of(after.happened_at, team) != window_of(before.happened_at, team)
        )
    )
    return at if claims_more else before.entered_at
