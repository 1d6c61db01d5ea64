"""What is in force from a date on is changed for days to come only: no day that has begun changes its rules.

So the hours and the calendar as they stand now say of every day that has begun what they said when it began, however
late anybody asks.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import periods, show
from core.history.rollback import Plan
from core.history.tracked import Tracked
from people import calendar
from people.models import CalendarDay, Team, WorkingHours

_DATES: Mapping[type[Tracked], str] = {WorkingHours: "since", CalendarDay: "day"}


def today_of(team: Team | None, zone: str = "") -> dt.date:
    """The local date of the team (of the company, without one); with a zone it is to move to, the later date."""
    today = periods.today(calendar.zone_of(team))
    return max(today, periods.today(ZoneInfo(zone))) if zone else today


def require_ahead(day: dt.date, *, field: str, team: Team | None = None, zone: str = "") -> None:
    """ValidationError beside `field` unless the day is later than today of the team."""
    today = today_of(team, zone)
    if day <= today:
        earliest = show.day(calendar.next_working_day(today, team))
        sentence = _("The next working day is the earliest: %(day)s. A day that has begun keeps its rules.")
        raise ValidationError({field: sentence % {"day": earliest}})


def require_order(
    day: dt.date, team: Team | None = None, *, ahead: bool = False, field: str = "cutoff"
) -> None:
    """ValidationError unless, as the rows stand now, cut-offs follow each other and, `ahead`, the day's is yet to come.

    They might not where a team moves many hours to the east, or a day is cut very short far from the company. Without
    a team, for each of them: the company's rows hold for those that have none of their own.
    """
    now = periods.now()
    with calendar.kept():
        dates = {day, *WorkingHours.objects.filter(since__gte=day).values_list("since", flat=True)}
        for one in [team] if team else [None, *Team.objects.all()]:
            if ahead and calendar.cutoff(day, one) <= now:
                raise ValidationError(
                    {field: _("By the clocks of “%(team)s” this has passed.") % {"team": one or _("Company")}}
                )
            for date in dates:
                before, at, after = (calendar.cutoff(date + dt.timedelta(n), one) for n in (-1, 0, 1))
                if not before < at < after:
                    raise ValidationError(
                        {
                            field: _(
                                "The cut-off would come before that of the day before: choose another time."
                            )
                        }
                    )


def objection(plan: Plan) -> str:
    """For `core.history.rollback.objections`: a rollback changes no rules of a day that has begun either."""
    touched: dict[type[Tracked], list[int]] = {}
    for row in plan.rows:
        if row.model in _DATES and (row.deletes or row.restore or row.conflicting):
            touched.setdefault(row.model, []).append(row.record_id)
    for model, ids in touched.items():
        rows: Any = model.all_objects.filter(pk__in=ids)
        if any(getattr(row, _DATES[model]) <= today_of(row.team) for row in rows.select_related("team")):
            return _("It was about hours or days that have begun: they keep their rules.")
    return ""
