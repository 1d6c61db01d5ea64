from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """What was done and what is planned."""

    name = "activities"

    def ready(self) -> None:
        from activities import places, starting
        from activities.importing import places as importing
        from activities.models import ActivityKind
        from core.starting import starting_data

        starting_data(starting.make_kinds, ActivityKind)
        places.fill()
        importing.fill()
