"""The outbox: background work is a row written with what caused it, done at least once, its effect once.

enqueue("imports.check", {"import": 7}, key="imports.check:7")       # in a verb, inside its transaction

@handler("imports.check")                                            # in the room's tasks.py
def check(job: Job) -> None: …
"""

from core.outbox.models import Job, LeaseLost
from core.outbox.queue import GiveUp, enqueue, enqueue_mail, handler
from core.outbox.runner import every_minute, run_due_jobs, tick

__all__ = [
    "GiveUp",
    "Job",
    "LeaseLost",
    "enqueue",
    "enqueue_mail",
    "every_minute",
    "handler",
    "run_due_jobs",
    "tick",
]
