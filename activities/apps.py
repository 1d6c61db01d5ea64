from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """What was done and what is planned."""

    name = "activities"
