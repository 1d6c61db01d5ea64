"""The background worker's application. Celery carries nudges only; what is to be done stands in the outbox's table.

Every minute, and whenever a worker starts, `core.tick` asks the database what is due: a lost message costs a minute.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("takt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def catch_up(**_: Any) -> None:
    """Do at once what fell due while no worker was there."""
    app.send_task("core.tick", kwargs={"way": "start"}, expires=60)
