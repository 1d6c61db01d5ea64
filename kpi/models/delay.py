"""Days that were not closed when they should have been."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Team


class Delay(models.Model):
    """A working day that could not be closed, or was late: why, and who has been told. One row per team and day.

    Written by the closing and the alarms alone, so it has no history. Each moment is also the claim of who does it:
    of many processes that see the same day late one writes it and is the one that speaks.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    day = models.DateField(_("day"))
    # The last attempt that failed.
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    # When the log was told, by level; when somebody began to send the letters, and when they had been sent.
    yellow_at = models.DateTimeField(null=True)
    red_at = models.DateTimeField(null=True)
    mailing_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delayed day")
        verbose_name_plural = _("delayed days")
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="kpi_delay_once")]

    def __str__(self) -> str:
        return f"{self.team}: {self.day:%d.%m.%Y}"
