from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The catalogue of reports and dashboards."""

    name = "reports"
