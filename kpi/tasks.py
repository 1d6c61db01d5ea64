"""The room's jobs."""

from core.outbox import Job, handler
from kpi import heartbeat, reminders


@handler("kpi.clean", daily=True)
def clean(job: Job) -> None:
    """Signs of life nobody asks about any more."""
    heartbeat.forget_old()


@handler(reminders.REMINDING)
def remind(job: Job) -> None:
    """An hour before the cut-off of a team: letters to those who lack something."""
    reminders.remind(job)
