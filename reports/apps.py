from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The catalogue of reports and dashboards."""

    name = "reports"

    def ready(self) -> None:
        from core.outbox import every_minute
        from reports import mailings, places
        from reports.report import load

        load()
        places.fill()
        every_minute.append(mailings.every_minute)
