from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Clients, contact persons, sources, duplicates."""

    name = "leads"

    def ready(self) -> None:
        from core.history.rollback import objections, restored
        from core.starting import starting_data
        from leads import merging, places, search, starting
        from leads.models import Segment, Source

        starting_data(starting.make_lists, Source, Segment)
        restored.connect(search.after_rollback, dispatch_uid="leads.search")
        objections.append(merging.objection)
        places.fill()
