from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users, teams, rights, absences, the working calendar."""

    name = "people"

    def ready(self) -> None:
        from core.starting import starting_data
        from people import places, starting
        from people.models import Company

        starting_data(starting.make_company, Company)
        places.fill()
