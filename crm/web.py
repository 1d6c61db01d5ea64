"""What gunicorn is told besides its command line (`--config python:crm.web`)."""

from typing import Any


def post_worker_init(worker: Any) -> None:
    """A web process has started: days that fell due while nobody was there are closed at once, without a request."""
    from kpi import sweep
    from kpi.models import Closing

    sweep.in_background(Closing.Way.START)
