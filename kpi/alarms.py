"""The alarm for a day that is not closed: five minutes after its cut-off yellow, fifteen minutes after it red.

It does not depend on the worker, nor on the closing coming to an end: every sweep looks, web processes look by
themselves once a minute, `manage.py check_closing` looks from outside. Each level is CRITICAL in the log once a day and
team; red is written to the administrators and the team's head, directly, because the outbox may be what stands still.
Who speaks is decided by a row (`kpi.models.Delay`); where even that cannot be written, each process speaks for itself.
"""

import datetime as dt
import logging
import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from core import periods, show
from kpi import days
from kpi.models import Delay
from people import calendar
from people.models import Appointment, Role, Team, User

log = logging.getLogger(__name__)

YELLOW, RED = "yellow", "red"
AFTER = {YELLOW: dt.timedelta(minutes=5), RED: dt.timedelta(minutes=15)}
# Letters that could not be sent are tried again after this; a mail server gets no longer than that to answer.
_AGAIN = dt.timedelta(minutes=5)
_MAIL_SECONDS = 10
# How old what a process knows may be before a page asks anew, and before `/healthz` says that it does not know.
_FRESH = dt.timedelta(minutes=1)
_STALE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Late:
    """A day that should have been closed."""

    team: Team
    day: dt.date
    cutoff: dt.datetime

    @property
    def level(self) -> str:
        """yellow or red now; "" while it is not late enough to speak of."""
        late = periods.now() - self.cutoff
        return RED if late >= AFTER[RED] else YELLOW if late >= AFTER[YELLOW] else ""

    @property
    def minutes(self) -> int:
        return (periods.now() - self.cutoff) // dt.timedelta(minutes=1)

    def __str__(self) -> str:
        return f"{self.team}: {self.day:%d.%m.%Y}"


class _Memory:
    """What this process has seen last; and what it has said where no row could be written."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.late: tuple[Late, ...] = ()
        self.at: dt.datetime | None = None
        self.said: set[tuple[int, dt.date, str]] = set()

    def keep(self, late: list[Late]) -> None:
        self.late, self.at = tuple(late), periods.now()

    def is_older_than(self, age: dt.timedelta) -> bool:
        return self.at is None or periods.now() - self.at >= age


memory = _Memory()
_asking = threading.Lock()
# Whether this process serves pages and so asks by itself: set by `kpi.sweep.watch_pages`.
watching = False


def late() -> list[Late]:
    """The days that are late now, from the database; remembered by the process."""
    due = [Late(each.team, each.day, each.window.end) for each in days.due(periods.now())]
    memory.keep(due)
    return [each for each in due if each.level]


def look() -> list[Late]:
    """The days that are late now; whatever has to be said about them is said."""
    found = late()
    for each in found:
        _say(each)
    return found


# --- Pages and probes -----------------------------------------------------------------------------------------------


def of_reader(user: Any) -> list[Late]:
    """What the frame of a page shows: to the administrator all, to a head their team's. Mostly from memory; a web
    process asks the database once a minute, and only where the page is one of theirs."""
    role = getattr(user, "role", "")
    if role not in (Role.ADMIN, Role.HEAD):
        return []
    if watching and memory.is_older_than(_FRESH) and _asking.acquire(blocking=False):
        try:
            late()
        except DatabaseError:
            log.exception("Nobody can say whether days are late to be closed.")
        finally:
            _asking.release()
    team = user.team.pk if role == Role.HEAD and user.team else None
    return [each for each in memory.late if each.level and (role == Role.ADMIN or each.team.pk == team)]


def word() -> str:
    """For `/healthz`: yellow, red, or "unknown" where this process should know and does not."""
    levels = {each.level for each in memory.late}
    if RED in levels or YELLOW in levels:
        return RED if RED in levels else YELLOW
    return "unknown" if watching and memory.at is not None and memory.is_older_than(_STALE) else ""


# --- Log and letters ------------------------------------------------------------------------------------------------


def _say(each: Late) -> None:
    level = each.level
    try:
        with transaction.atomic():
            Delay.objects.get_or_create(team=each.team, day=each.day)
        mine = _claim(each, level)
    except DatabaseError as error:
        log.warning("That %s is late cannot be noted: %r", each, error)
        mine = (each.team.pk, each.day, level) not in memory.said
        memory.said.add((each.team.pk, each.day, level))
        if mine:
            _log(each)
            if level == RED:
                _write_to_people(each)
        return
    if mine:
        _log(each)
    if level == RED and _claim_letters(each) and _write_to_people(each):
        _row(each).update(mailed_at=periods.now())


def _log(each: Late) -> None:
    log.critical("%s has not been closed for %d minutes after its cut-off.", each, each.minutes)


def _row(each: Late) -> Any:
    return Delay.objects.filter(team=each.team, day=each.day)


def _claim(each: Late, level: str) -> bool:
    field = f"{level}_at"
    return bool(_row(each).filter(**{f"{field}__isnull": True}).update(**{field: periods.now()}))


def _claim_letters(each: Late) -> bool:
    now = periods.now()
    free = Q(mailing_at__isnull=True) | Q(mailing_at__lte=now - _AGAIN)
    return bool(_row(each).filter(free, mailed_at__isnull=True).update(mailing_at=now))


def _write_to_people(each: Late) -> bool:
    """Sends the letters; whether the mail server took them."""
    try:
        server = get_connection(timeout=_MAIL_SECONDS)
        server.send_messages([_letter(each, reader) for reader in readers(each.team)])
    except Exception:
        log.exception("The letters that %s is not closed could not be sent.", each)
        return False
    return True


def readers(team: Team) -> list[User]:
    """The administrators and the team's heads of today."""
    today = Appointment.objects.in_force().filter(Q(role=Role.ADMIN) | Q(role=Role.HEAD, team=team))
    return list(User.objects.active().filter(pk__in=today.values("user")).order_by("pk"))


def _letter(each: Late, reader: User) -> EmailMessage:
    error = _row(each).exclude(error="").values_list("error", flat=True).first()
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        zone = calendar.zone_of(each.team, each.day)
        told = {
            "team": each.team,
            "day": show.day(each.day),
            "time": show.clock_time(periods.wall_clock(each.cutoff, zone).time()),
            "minutes": each.minutes,
        }
        subject = _("The day is not closed: %(team)s, %(day)s") % told
        body = _(
            "The working day of “%(team)s”, %(day)s, was to be closed at %(time)s. %(minutes)s minutes have passed, and"
            " it is not.\n\nNothing is lost: whenever it is closed, it is counted as of its cut-off. Takt tries again"
            " every minute."
        )
        lines = [body % told]
        if error and reader.role == Role.ADMIN:
            lines += [
                _("The last attempt ended with: %(error)s") % {"error": error},
                _(
                    "On the server: manage.py close_days closes it, manage.py check_closing says what is open."
                ),
            ]
    return EmailMessage(subject, "\n\n".join(lines), None, [reader.email])


def reasons(late_days: list[Any]) -> dict[tuple[int, dt.date], Delay]:
    """{(team, day): its row} of days that have one."""
    teams = {each.team.pk for each in late_days}
    first = min((each.day for each in late_days), default=None)
    rows = Delay.objects.filter(team__in=teams, day__gte=first) if first else ()
    return {(row.team_id, row.day): row for row in rows}
