from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every room stands on and that knows no domain word."""

    name = "core"

    def ready(self) -> None:
        from core import lookups  # noqa: F401  registers them
        from core.history.rollback import restored
        from core.imports.jobs import after_rollback

        restored.connect(after_rollback, dispatch_uid="core.imports")
