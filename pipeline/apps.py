from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Funnels, stages, deals, stage moves."""

    name = "pipeline"
