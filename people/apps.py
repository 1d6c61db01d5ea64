from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users, teams, rights, absences, the working calendar."""

    name = "people"
