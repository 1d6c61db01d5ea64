from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KpiConfig(AppConfig):
    """Indicators, norms, the closing of the day."""

    name = "kpi"

    def ready(self) -> None:
        from core.history.rollback import objections
        from core.outbox import every_minute
        from core.starting import starting_data
        from kpi import guard, places, reminders, starting, sweep
        from kpi.actions import norms, pay
        from kpi.models import Indicator

        starting_data(starting.make_indicators, Indicator)
        objections += [norms.objection, pay.objection]
        places.fill()
        every_minute += [sweep.every_minute, reminders.every_minute]
        post_migrate.connect(guard.install, sender=self, dispatch_uid="kpi.guard")
