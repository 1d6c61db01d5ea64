"""What a contact that has just been written down has counted for today: «Разговоры 14 из 15»."""

from typing import Any

from django.utils.translation import gettext as _

from activities.models import Activity
from core import periods
from kpi import indicators
from kpi.days import running_day
from kpi.indicators.base import Source
from kpi.measuring import Measuring
from kpi.models import Indicator
from kpi.my import Row, Today
from people import calendar


def words_of(activity: Activity) -> str:
    """A sentence for the note after saving; empty where the contact counts for nothing today."""
    said = [_said(row) for row in rows_of(activity)]
    return f"{', '.join(said)}." if said else ""


def rows_of(activity: Activity) -> list[Row]:
    """The rows of the running day of who did it that count the activity. Only indicators of activities are measured."""
    user = activity.manager
    if not activity.is_done or activity.entered_at is None or user.team is None:
        return []
    # By the clock of the operation, where the database's is ahead of ours.
    moment = max(periods.now(), activity.entered_at)
    with calendar.kept():
        measuring = Measuring([running_day(user.team, moment)], [user.pk])
        measuring.indicators = [row for row in measuring.indicators if _counts_activities(row)]
        days = [Today(day.seat.of, day) for day in measuring.judged()]
    return [row for day in days for row in day.all_rows if activity.pk in row.figure.measured.ids]


def _counts_activities(row: Any) -> bool:
    return row.kind != Indicator.Kind.RATIO and indicators.definition_of(row).source == Source.ACTIVITY


def _said(row: Row) -> str:
    norm = row.figure.expected
    if norm is not None and norm.low is not None:
        said = {"name": row.name, "value": row.words, "norm": row.norm_low}
        return _("%(name)s %(value)s of %(norm)s") % said
    return f"{row.name} {row.words}"
