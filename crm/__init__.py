"""The roof: composition only. Nothing imports it."""

# `shared_task.delay` of the rooms finds its broker through this application, in every process.
from crm.celery import app as celery_app

__all__ = ["celery_app"]
