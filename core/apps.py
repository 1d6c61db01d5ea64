from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """What every room stands on and that knows no domain word."""

    name = "core"

    def ready(self) -> None:
        from core import lookups  # noqa: F401  registers them
        from core.history.rollback import restored
        from core.imports.jobs import after_rollback
        from core.indexes import refresh_statistics

        restored.connect(after_rollback, dispatch_uid="core.imports")
        post_migrate.connect(refresh_statistics, sender=self, dispatch_uid="core.statistics")
