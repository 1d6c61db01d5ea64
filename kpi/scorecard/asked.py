"""What the address of the scorecard asks for: teams, a day, and whether its day, week or month is shown."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from core import show
from core.periods import first_of
from kpi.models import Closing
from people import access, calendar
from people.models import Team, User

DAY, WEEK, MONTH = VIEWS = ("day", "week", "month")


@dataclass(frozen=True)
class Asked:
    """`team` is empty where all of `choices`, the teams the reader may look at, are shown."""

    choices: tuple[Team, ...]
    team: Team | None
    view: str
    day: dt.date
    # The working day that is running, for the teams shown: nothing later can be asked for.
    running: dt.date
    moment: dt.datetime

    @classmethod
    def of(cls, user: User, params: Mapping[str, str], moment: dt.datetime) -> "Asked":
        """What the parameters ask; whatever they say wrong, or of somebody else's team, is what stands there first."""
        choices = teams_of(user)
        wished = params.get("team", "")
        team = next((each for each in choices if str(each.pk) == wished), None)
        if len(choices) == 1:
            team = choices[0]
        shown = [team] if team else list(choices)
        running = max(
            (calendar.working_day_of(moment, each) for each in shown), default=calendar.working_day_of(moment)
        )
        view = params.get("view", "")
        return cls(
            choices,
            team,
            view if view in VIEWS else DAY,
            _day(params.get("day", ""), shown, running, moment),
            running,
            moment,
        )

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """The teams that are shown."""
        return (self.team,) if self.team else self.choices

    @property
    def first(self) -> dt.date:
        """The first date of what is shown."""
        return self.day if self.view == DAY else span_of(self.view, self.day)[0]

    @property
    def last(self) -> dt.date:
        """The last date of what is shown."""
        return self.day if self.view == DAY else span_of(self.view, self.day)[1]

    def url(self, **changes: object) -> str:
        """The address of what is shown, or of something beside it: `url(view="week")`, `url(day=…)`."""
        return reverse("kpi:scorecard") + self.query(**changes)

    def query(self, **changes: object) -> str:
        values = {"team": self.team.pk if self.team else "", "day": self.day.isoformat(), "view": self.view}
        values |= {key: str(value) for key, value in changes.items()}
        if values["view"] == DAY:
            del values["view"]
        return "?" + urlencode({key: value for key, value in values.items() if value})

    @property
    def title(self) -> str:
        """«Табель, чт 5 ноября», «Табель, 2–8 ноября», «Табель, ноябрь 2026»."""
        if self.view == DAY:
            return _("Scorecard, %(when)s") % {"when": show.day(self.day)}
        if self.view == MONTH:
            return _("Scorecard, %(when)s") % {"when": self.month_name.lower()}
        first, last = show.day(self.first, weekday=False), show.day(self.last, weekday=False)
        if self.first.month == self.last.month:
            return _("Scorecard, %(when)s") % {"when": f"{self.first.day}–{last}"}
        return _("Scorecard, %(when)s") % {"when": f"{first} – {last}"}

    @property
    def month_name(self) -> str:
        """«Ноябрь», with the year where it is not this one."""
        name = str(MONTHS[self.day.month])
        name = name[:1].upper() + name[1:]
        return name if self.day.year == self.running.year else f"{name} {self.day.year}"

    @property
    def view_links(self) -> list[tuple[str, str, bool]]:
        labels = {DAY: _("Day"), WEEK: _("Week"), MONTH: _("Month")}
        return [(self.url(view=view), labels[view], view == self.view) for view in VIEWS]

    @property
    def team_links(self) -> list[tuple[str, Team | None]]:
        return [(self.url(team=team.pk if team else ""), team) for team in (None, *self.choices)]

    @property
    def earlier(self) -> str:
        """The address of the day, week or month before."""
        if self.view == DAY:
            return self.url(day=calendar.add_working_days(self.day, -1, self.team))
        return self.url(day=self.first - dt.timedelta(1))

    @property
    def later(self) -> str:
        """The address of the one after; empty on what is running."""
        if self.view == DAY:
            day = calendar.next_working_day(self.day, self.team)
            return self.url(day=day) if day <= self.running else ""
        first = self.last + dt.timedelta(1)
        if first > self.running:
            return ""
        return self.url(day=min(self.running, span_of(self.view, first)[1]))

    @property
    def is_latest(self) -> bool:
        """Whether it is what is read now: the running day or the one before it, alone or in its week or month."""
        return self.last >= calendar.add_working_days(self.running, -1, self.team)

    @property
    def is_running(self) -> bool:
        """Whether the day that is running is a part of it."""
        return self.first <= self.running <= self.last


def span_of(view: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last date of the week or month the day lies in."""
    if view == WEEK:
        monday = first_of("week", day)
        return monday, monday + dt.timedelta(6)
    first = first_of("month", day)
    return first, first_of("month", first + dt.timedelta(31)) - dt.timedelta(1)


def teams_of(user: User) -> tuple[Team, ...]:
    """The teams whose scorecard the user may look at: the head's own, everybody's for who sees all."""
    if not access.may(user, "assign"):
        return ()
    if access.owners_visible_to(user) is None:
        return tuple(Team.objects.order_by("name"))
    return (user.team,) if user.team else ()


def _day(wished: str, teams: list[Team], running: dt.date, moment: dt.datetime) -> dt.date:
    """The working day that is asked for. Without a wish the running one; in the evening, until the working time of the
    next one begins, the one that has just been closed: that is when it is read."""
    team = teams[0] if len(teams) == 1 else None
    try:
        day = dt.date.fromisoformat(wished)
        if day <= running and day.year > 2000:
            return day if calendar.is_working(day, team) else calendar.add_working_days(day, -1, team)
    except ValueError:
        pass
    before = calendar.add_working_days(running, -1, team)
    if (
        moment < calendar.starts(running, team)
        and Closing.objects.filter(team__in=teams, day=before).exists()
    ):
        return before
    return running
