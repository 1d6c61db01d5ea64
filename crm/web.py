"""What a web process does besides answering; part of it is told to gunicorn (`--config python:crm.web`)."""

import gc
from typing import Any

from django.urls import reverse


def post_worker_init(worker: Any) -> None:
    """A web process has started: days that fell due while nobody was there are closed at once, without a request."""
    from kpi import sweep
    from kpi.models import Closing

    sweep.in_background(Closing.Way.START)


def settle() -> None:
    """What is loaded by now stays as long as the process: the collector went through all of it every dozen pages, a
    tenth of a second each time. Loads first what the first request would."""
    reverse("home")
    gc.collect()
    gc.freeze()
