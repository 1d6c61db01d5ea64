"""The rows of the page of mailings: what is sent when to whom, and what became of it last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from core import periods, show
from core.outbox import Job
from people.models import Appointment, User
from reports.models import Letter, Mailing, Recipient
from reports.report import Report

_WELL = {Letter.Outcome.SENT, Letter.Outcome.NOTHING}


@dataclass(frozen=True)
class Receiver:
    """`why_not` says why nothing is sent to them as things stand."""

    user: User
    why_not: str


@dataclass(frozen=True)
class Word:
    """What became of letters, in words; `tone`: near or missed where it wants to be looked at."""

    says: str
    tone: str = ""
    more: str = ""


@dataclass
class Row:
    mailing: Mailing
    report: type[Report] | None
    next_at: dt.datetime | None
    receivers: list[Receiver]
    is_mine: bool
    may_change: bool
    words: list[Word] = field(default_factory=list)


def rows_of(mailings: Sequence[Mailing], user: User, *, may_change: bool = True) -> list[Row]:
    """By as many queries whatever their number."""
    now, receivers, letters = periods.now(), _receivers(mailings), _last_letters(mailings)
    found = []
    for mailing in mailings:
        report = Report.registry.get(mailing.report)
        row = Row(
            mailing,
            report,
            None if mailing.is_stopped else mailing.schedule.next(now),
            [Receiver(who, _why_not(who, role, report)) for who, role in receivers[mailing.pk]],
            mailing.user_id == user.pk,
            may_change,
        )
        row.words = _words(letters[mailing.pk])
        found.append(row)
    return found


def _receivers(mailings: Sequence[Mailing]) -> dict[int, list[tuple[User, str]]]:
    rows = list(Recipient.objects.filter(mailing__in=[m.pk for m in mailings]).select_related("user"))
    users = {row.user_id for row in rows}
    roles = dict(Appointment.objects.in_force().filter(user__in=users).values_list("user", "role"))
    found: dict[int, list[tuple[User, str]]] = defaultdict(list)
    for row in rows:
        found[row.mailing_id].append((row.user, roles.get(row.user_id, "")))
    return found


def _why_not(user: User, role: str, report: type[Report] | None) -> str:
    if not user.is_active or user.deleted_at is not None:
        return _("may not sign in any more")
    return "" if report and role in report.roles else _("may not open the report")


def _last_letters(mailings: Sequence[Mailing]) -> dict[int, list[Letter]]:
    """Of each the letters of its last moment, and the last trial where that is later."""
    of_it = Letter.objects.filter(mailing=OuterRef("mailing"), is_trial=OuterRef("is_trial"))
    last = Subquery(of_it.order_by("-due_at").values("due_at")[:1])
    rows = Letter.objects.filter(mailing__in=[m.pk for m in mailings], due_at=last)
    found: dict[int, list[Letter]] = defaultdict(list)
    for letter in rows.select_related("user", "job").order_by("-due_at", "user__name"):
        found[letter.mailing_id].append(letter)
    return found


def _words(letters: Sequence[Letter]) -> list[Word]:
    """A line for each outcome of the last moment; a trial while nothing later has been sent."""
    regular = [letter for letter in letters if not letter.is_trial]
    trial = next((letter for letter in letters if letter.is_trial), None)
    words = []
    if trial is not None and not any(letter.due_at > trial.due_at for letter in regular):
        words.append(_word(trial, _("a trial")))
    alike: dict[tuple[str, bool, bool], list[Letter]] = defaultdict(list)
    for letter in regular:
        alike[letter.outcome, bool(letter.trouble), letter.is_given_up].append(letter)
    for some in alike.values():
        # Whose they are is said where others came to something else.
        names = ", ".join(each.user.short_name for each in some) if len(some) < len(regular) else ""
        words.append(_word(some[0], names))
    return words


def _word(letter: Letter, about: str) -> Word:
    """What became of a letter."""
    tone, more, when = "", letter.trouble, letter.due_at
    if letter.outcome:
        says = letter.get_outcome_display()
        tone = "" if letter.outcome in _WELL else "near"
        if letter.outcome == Letter.Outcome.SENT and letter.done_at:
            when = letter.done_at
    elif letter.is_given_up:
        says, tone = _("could not be sent"), "missed"
    elif letter.trouble:
        says, tone = _("not sent yet, it is tried again"), "near"
    elif letter.job is not None and letter.job.state == Job.State.RUNNING:
        says = _("is being sent")
    else:
        says = _("waits to be sent")
    said = f"{show.moment(when)}: {says}"
    return Word(f"{said} ({about})" if about else said, tone, more)
