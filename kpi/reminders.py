"""The letter an hour before the cut-off to whoever's day still lacks something: once a day and person (K10).

Every minute it is looked whether a team's hour has come, by the calendar alone; the measuring is a job. In the
interface the same is said by the clock of the top bar (`kpi.clock`).
"""

import datetime as dt

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core import periods, show
from core.outbox import Job, enqueue
from kpi.clock import left_of
from kpi.days import running_day
from kpi.measuring import DayOf, figures_of
from kpi.my import Today
from kpi.seats import Seat
from people import calendar
from people.models import Absence, Team, User

REMINDING, LETTER = "kpi.remind", "core.mail"


def every_minute(_way: str) -> None:
    """For `core.outbox.every_minute`: of each team whose last hour has begun the job, which is made once a day."""
    moment = periods.now()
    with calendar.kept():
        for team in Team.objects.order_by("pk"):
            left = left_of(team, moment)
            if left.is_near:
                day = left.day.isoformat()
                enqueue(REMINDING, {"team": team.pk, "day": day}, key=f"{REMINDING}:{team.pk}:{day}")


def remind(job: Job) -> None:
    """Letters to those of the team who lack something by now. Late, after the cut-off, nobody is reminded any more."""
    team = Team.objects.filter(pk=job.payload["team"]).first()
    if team is None:
        return
    moment = periods.now()
    with calendar.kept():
        of = running_day(team, moment)
        if of.day.isoformat() != job.payload["day"]:
            return
        lacking = [Today(of, day) for day in figures_of([of]) if _is_there(day, moment)]
        lacking = [today for today in lacking if today.lacking]
        people = User.objects.active().in_bulk([today.day.seat.person_id for today in lacking])
        for today in lacking:
            person = people.get(today.day.seat.person_id)
            if person is not None:
                _write(today, person)


def _is_there(day: DayOf, moment: dt.datetime) -> bool:
    """Not away the whole day, nor at this very moment."""
    seat: Seat = day.seat
    if not seat.is_scored:
        return False
    if seat.share == 1:
        return True
    wall = periods.wall_clock(moment, calendar.zone_of(seat.of.team)).time()
    for row in Absence.objects.filter(user=seat.person_id, since__lte=seat.of.day, until__gte=seat.of.day):
        if (row.from_time is None or row.from_time <= wall) and (
            row.until_time is None or wall < row.until_time
        ):
            return False
    return True


def _write(today: Today, person: User) -> None:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        left = show.duration(today.of.cutoff - today.of.moment)
        told = {"time": today.cutoff_words, "left": left, "points": show.number(today.worth, signed=True)}
        subject = _("Until %(time)s %(left)s are left: not all of the day is done") % told
        lines = [_("Still lacking today:"), *(f"— {row.lacking}" for row in today.lacking), ""]
        if today.worth > 0:
            lines.append(_("Done by %(time)s it adds to your points: %(points)s.") % told)
        lines.append(
            _("What is entered later does not count for today. Each line has its remedy on “My day”.")
        )
    key = f"kpi.reminder:{person.pk}:{today.of.day.isoformat()}"
    enqueue(LETTER, {"to": [person.email], "subject": subject, "body": "\n".join(lines)}, key=key)
