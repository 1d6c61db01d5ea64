"""Mailings at work: what is due is found every minute, written down with a job for each recipient, and sent by it.

A letter is a row, one for each mailing, moment and recipient, whatever the number of those who look: of a moment that
was slept through the letters are sent late on the same day; later they are written down as missed, so that the page
says so.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import translation

from core import periods
from core.outbox import Job, enqueue
from people import calendar
from reports import letters
from reports.actions import LETTER
from reports.models import Letter, Mailing, Recipient
from reports.report import Report
from reports.schedule import is_too_late

Outcome = Letter.Outcome
# Of what was missed before that nobody has to be told.
_REACH = dt.timedelta(days=14)


def every_minute(_way: str) -> None:
    """For `core.outbox.every_minute`: the letters of what has come due since they were written last."""
    now = periods.now()
    with calendar.kept():
        for mailing in Mailing.objects.running():
            known = mailing.last_due or mailing.runs_since
            for due in mailing.schedule.moments(max(known, mailing.runs_since, now - _REACH), now):
                _write_down(mailing, due, now)


def _write_down(mailing: Mailing, due: dt.datetime, now: dt.datetime) -> None:
    missed = is_too_late(due, now)
    with transaction.atomic():
        for user in Recipient.objects.filter(mailing=mailing).values_list("user", flat=True):
            found: dict[str, object] = {"outcome": Outcome.MISSED, "done_at": now}
            if not missed:
                key = f"{LETTER}:{mailing.pk}:{due.isoformat()}:{user}"
                found = {"job": enqueue(LETTER, {"mailing": mailing.pk, "user": user}, key=key)}
            Letter.objects.get_or_create(mailing=mailing, user_id=user, due_at=due, defaults=found)


def send(job: Job) -> None:
    """Makes the letter of the job as its recipient would see the report now, and sends it.

    At least once: a worker that dies between sending and marking sends again, under the same name.
    """
    letter = Letter.objects.select_related("mailing", "user").filter(job=job).first()
    if letter is None or letter.outcome:
        return
    outcome = _why_not(letter, job)
    if not outcome:
        with translation.override(letter.user.language or settings.LANGUAGE_CODE), calendar.kept():
            message = letters.compose(letter, periods.now())
        job.progress(1, 2)  # whoever has lost the job meanwhile leaves off before anything is sent
        if message is not None:
            message.send()
        outcome = Outcome.SENT if message is not None else Outcome.NOTHING
    with transaction.atomic():
        job.finish()
        Letter.objects.filter(pk=letter.pk).update(outcome=outcome, done_at=periods.now())


def _why_not(letter: Letter, job: Job) -> str:
    """What the letter comes to without being sent; empty where it is to be sent."""
    mailing, user = letter.mailing, letter.user
    if not user.is_active or user.deleted_at is not None:
        return Outcome.LEFT
    report = Report.registry.get(mailing.report)
    if report is None or not report.is_for(user):
        return Outcome.NO_RIGHT
    if mailing.deleted_at is not None:
        return Outcome.CANCELLED
    if letter.is_trial:
        return Outcome.WAITING
    if mailing.is_stopped or not Recipient.objects.filter(mailing=mailing, user=user).exists():
        return Outcome.CANCELLED
    # One that failed at its time is tried again as long as the outbox does.
    if job.attempts <= 1 and is_too_late(letter.due_at, periods.now()):
        return Outcome.MISSED
    return Outcome.WAITING
