from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users, teams, rights, absences, the working calendar."""

    name = "people"

    def ready(self) -> None:
        from core.exports.making import around
        from core.history.rollback import objections
        from core.starting import starting_data
        from people import calendar, dated, places, starting
        from people.models import Company, WorkingHours

        starting_data(starting.make_company, Company)
        starting_data(starting.make_hours, WorkingHours)
        objections.append(dated.objection)
        around.append(calendar.kept)
        places.fill()
