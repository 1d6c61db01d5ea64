"""The room's jobs."""

from core.outbox import Job, handler
from reports import mailings
from reports.actions import LETTER


@handler(
    LETTER, resumable=True
)  # no transaction is held open while a report is made and a mail server thinks
def send_letter(job: Job) -> None:
    """A letter of a mailing."""
    mailings.send(job)
