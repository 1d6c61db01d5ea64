from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The catalogue of reports and dashboards."""

    name = "reports"

    def ready(self) -> None:
        from reports import places
        from reports.report import load

        load()
        places.fill()
