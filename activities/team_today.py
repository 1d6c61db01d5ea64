"""Today at a glance, person by person: for the home pages of heads and directors. Four queries for any number."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, Sum

from activities.models import Activity
from activities.moments import window_of
from activities.my_day import Done
from core import periods
from core.periods import Window
from people.access import sellers_visible_to
from people.models import Appointment, Team, User
from pipeline.marks import NOTHING, step_condition
from pipeline.models import Deal


@dataclass
class Line:
    """One person's day, or the sum of several."""

    name: str
    user: User | None = None
    team: Team | None = None
    done: Done = field(default_factory=Done)
    overdue: int = 0
    without_step: int = 0
    open_deals: int = 0
    open_sum: Decimal = Decimal(0)

    @classmethod
    def total(cls, name: str, lines: Iterable["Line"], team: Team | None = None) -> "Line":
        lines = list(lines)
        return cls(
            name,
            team=team,
            done=Done(
                talks=sum(line.done.talks for line in lines),
                meetings=sum(line.done.meetings for line in lines),
                no_answer=sum(line.done.no_answer for line in lines),
                others=sum(line.done.others for line in lines),
            ),
            overdue=sum(line.overdue for line in lines),
            without_step=sum(line.without_step for line in lines),
            open_deals=sum(line.open_deals for line in lines),
            open_sum=sum((line.open_sum for line in lines), Decimal(0)),
        )


def lines_of(viewer: User, moment: dt.datetime) -> list[Line]:
    """A line for everybody who sells today and whose records the viewer sees, by name.

    Each person's day is their own team's window; what others see of them is the same.
    """
    people = list(sellers_visible_to(viewer).order_by("name"))
    ids = [person.pk for person in people]
    appointments = (
        Appointment.objects.in_force(periods.day_of(moment)).filter(user__in=ids).select_related("team")
    )
    teams = {row.user_id: row.team for row in appointments}
    done = _done_by(ids, teams, moment)
    overdue = dict(
        Activity.objects.filter(manager__in=ids)
        .overdue(periods.day_of(moment), moment)
        .order_by()
        .values_list("manager")
        .annotate(count=Count("*"))
    )
    deals = {
        row["manager"]: row
        for row in Deal.objects.filter(manager__in=ids)
        .open()
        .order_by()
        .values("manager")
        .annotate(
            count=Count("*"),
            total=Sum("amount"),
            without=Count("state", filter=step_condition(NOTHING, moment)),
        )
    }
    return [
        Line(
            person.name,
            user=person,
            team=teams.get(person.pk),
            done=Done.counted(done[person.pk]),
            overdue=overdue.get(person.pk, 0),
            without_step=deals.get(person.pk, {}).get("without", 0),
            open_deals=deals.get(person.pk, {}).get("count", 0),
            open_sum=deals.get(person.pk, {}).get("total") or Decimal(0),
        )
        for person in people
    ]


def _done_by(
    ids: list[int], teams: dict[int, Team | None], moment: dt.datetime
) -> dict[int, list[tuple[str, str, int]]]:
    """Per person (group of the kind, outcome, count) of their window; teams with one window are asked together."""
    windows: dict[Window, list[int]] = defaultdict(list)
    window_by_team: dict[int | None, Window] = {}
    for pk in ids:
        team = teams.get(pk)
        key = team.pk if team else None
        if key not in window_by_team:
            window_by_team[key] = window_of(moment, team)
        windows[window_by_team[key]].append(pk)
    condition = Q(pk__in=[])
    for window, people in windows.items():
        condition |= Q(manager__in=people, **window.lookup("happened_at"))
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    rows = Activity.objects.done().filter(condition).order_by()
    for manager, *counted in rows.values_list("manager", "kind__group", "outcome").annotate(count=Count("*")):
        found[manager].append(tuple(counted))
    return found


def by_team(lines: list[Line]) -> list[Line]:
    """The lines added up by team, by the teams' names."""
    members: dict[Team, list[Line]] = defaultdict(list)
    for line in lines:
        if line.team is not None:
            members[line.team].append(line)
    return [
        Line.total(team.name, members[team], team) for team in sorted(members, key=lambda team: team.name)
    ]
