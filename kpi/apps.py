from django.apps import AppConfig


class KpiConfig(AppConfig):
    """Indicators, norms, the closing of the day."""

    name = "kpi"
