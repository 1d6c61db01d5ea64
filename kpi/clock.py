"""The clock of the top bar: how long until the cut-off of the reader's team, and what the day still lacks.

The frame of every page shows the time by the calendar alone; what is lacking is measured, so a fragment brings it
after the page and every minute (kpi:clock).
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import periods, show
from core.places import Banner, Clock
from kpi.my import Today
from people import calendar
from people.models import Role, Team

# Before the cut-off: when the reminder comes, and when it presses.
REMIND = dt.timedelta(minutes=60)
PRESS = dt.timedelta(minutes=15)

_WATCHED = {Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN}
IDLE = "idle"
# So many of the indicators that lack something are named on the line below the bar.
_NAMED = 3


@dataclass(frozen=True)
class Left:
    """The clock of a team's day at a moment: `left` is None once the cut-off has passed and on a day off."""

    team: Team | None
    day: dt.date
    works: bool
    cutoff: dt.datetime
    zone: ZoneInfo
    left: dt.timedelta | None

    @property
    def time(self) -> str:
        """«18:00» by the clocks of the team."""
        return f"{self.cutoff.astimezone(self.zone):%H:%M}"

    @property
    def words(self) -> str:
        """«до 18:00 — 1 ч 42 мин», «день закрыт», «выходной»."""
        if not self.works:
            return _("day off")
        if self.left is None:
            return _("the day is closed")
        return _("until %(time)s — %(left)s") % {
            "time": self.time,
            "left": show.duration(self.left),
        }

    @property
    def is_near(self) -> bool:
        """Within the last hour."""
        return self.left is not None and self.left <= REMIND


@dataclass(frozen=True)
class _Known:
    """What the calendar says of a team's date."""

    day: dt.date
    zone: ZoneInfo
    works: bool
    cutoff: dt.datetime
    read_at: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        """On the same date, and read not long ago."""
        age = moment - self.read_at
        return dt.timedelta() <= age < _FRESH and periods.day_of(moment, self.zone) == self.day


# Every page shows the clock, so it asks the calendar once in a while and not each time: what the calendar says of a day
# that has begun stays (`people.dated`). Held for minutes all the same, in case somebody writes to the tables by hand.
_FRESH = dt.timedelta(minutes=5)
_known: dict[int | None, _Known] = {}


def forget() -> None:
    """The calendar is asked anew; for tests, each of which has one of its own."""
    _known.clear()


def left_of(team: Team | None, moment: dt.datetime) -> Left:
    """By the calendar of the team, of the company without one: at most one query, on most pages none."""
    key = team.pk if team else None
    known = _known.get(key)
    if known is None or not known.holds(moment):
        with calendar.kept():
            zone = calendar.zone_of(team, periods.day_of(moment))
            day = periods.day_of(moment, zone)
            known = _Known(day, zone, calendar.is_working(day, team), calendar.cutoff(day, team), moment)
        _known[key] = known
    left = known.cutoff - moment
    still = left if known.works and left > dt.timedelta() else None
    return Left(team, known.day, known.works, known.cutoff, known.zone, still)


def clock_of(request: HttpRequest) -> Clock | None:
    """For the frame: the time alone. Who has a day of their own is told the rest by the fragment."""
    user = request.user
    role = getattr(user, "role", None)
    if role not in _WATCHED:
        return None
    team = user.team  # type: ignore[union-attr]  # signed in: the frame asks for nobody else
    left = left_of(team, periods.now())
    return Clock(left.words, state=IDLE, url=reverse("kpi:clock"), loads=role == Role.MANAGER)


def clock_with(today: Today | None, left: Left) -> Clock:
    """The same with what the day still lacks."""
    url = reverse("kpi:clock")
    if today is None or not today.rows or left.left is None:
        return Clock(left.words, state=IDLE, url=url)
    count = len(today.lacking)
    if not count:
        return Clock(f"{left.words} · {_('all is done')}", left.words, "met", url)
    lacks = ngettext("%(count)s norm is not met", "%(count)s norms are not met", count) % {"count": count}
    short = f"{show.duration(left.left)} · {lacks}"
    return Clock(f"{left.words} · {lacks}", short, "missed" if left.left <= PRESS else "near", url)


def banner_of(today: Today | None, left: Left) -> Banner | None:
    """Within the last hour, as long as something is lacking."""
    if today is None or not today.lacking or not left.is_near:
        return None
    assert left.left is not None
    lacking = [row.lacking for row in today.lacking[:_NAMED]]
    if more := len(today.lacking) - len(lacking):
        lacking.append(_("%(count)s more") % {"count": more})
    text = _("%(left)s until %(time)s. Not done yet: %(lacking)s.") % {
        "left": show.duration(left.left),
        "time": left.time,
        "lacking": ", ".join(lacking),
    }
    state = "missed" if left.left <= PRESS else "near"
    return Banner(text, state, reverse("activities:my-day"), _("My day"))
