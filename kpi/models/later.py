"""What is decided about a closed day when it is closed: objections, corrections, the word on a day without system.

What was frozen stays as it was, visible beside them."""

import json
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.history.tracked import Tracked, alive_manager
from kpi.models.closed import Closing, Figure, PersonDay
from kpi.models.fields import NumberField
from people.access import VisibleQuerySet
from people.models import User


class Correction(models.Model):
    """A head's word on a frozen figure or on a whole day, with a reason; author and moment are its operation's.

    Written once, like what it corrects; the latest one of a figure (of a day, where `figure` is empty) counts. `points`
    and `verdict` follow from the rule frozen with the figure. `follows` names the correction that this one results
    from: of a ratio whose part was corrected, of a week that the day belongs to.
    """

    person_day = models.ForeignKey(PersonDay, models.PROTECT, related_name="corrections")
    figure = models.ForeignKey(Figure, models.PROTECT, null=True, related_name="corrections")
    # Of a figure.
    value = NumberField(_("value"), null=True)
    base = NumberField(null=True)
    verdict = models.CharField(max_length=6, choices=Figure.Verdict, blank=True)
    points = models.SmallIntegerField(default=0)
    # Of a whole day: scored or not.
    scored = models.BooleanField(_("scored"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    # The day's month had been approved: the difference is a line of the next one.
    is_recalculation = models.BooleanField(default=False)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(figure__isnull=False, scored__isnull=True)
                | Q(figure__isnull=True, scored__isnull=False),
                name="kpi_correction_of_figure_or_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_day}: {self.reason}"


class Decision(models.Model):
    """The head's one word on a day around whose cut-off the system was unavailable: do its points count?"""

    closing = models.OneToOneField(Closing, models.PROTECT, related_name="decision")
    counts = models.BooleanField(_("the points count"))
    reason = models.CharField(_("reason"), max_length=300)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("decision on a day without system")
        verbose_name_plural = _("decisions on days without system")

    def __str__(self) -> str:
        return f"{self.closing}: {self.counts}"


class Objection(Tracked):
    """A manager asks to look again at a closed figure or day; the head accepts with a correction, or declines."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for the head")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    manager = models.ForeignKey(User, models.PROTECT, related_name="objections", verbose_name=_("manager"))
    person_day = models.ForeignKey(PersonDay, models.PROTECT, related_name="objections")
    # Empty: the whole day («I was ill»).
    figure = models.ForeignKey(Figure, models.PROTECT, null=True, blank=True, related_name="objections")
    asked = NumberField(_("what it should be"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    # Ids of the records it points to, of the figure's model.
    records = models.JSONField(default=list, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, editable=False)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    correction = models.ForeignKey(
        Correction, models.PROTECT, null=True, editable=False, related_name="objections"
    )

    objects = alive_manager(VisibleQuerySet["Objection"])
    all_objects = VisibleQuerySet["Objection"].as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["manager", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["person_day", "figure"],
                condition=Q(state="open", deleted_at__isnull=True, figure__isnull=False),
                name="kpi_objection_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_day}: {json.dumps(self.reason, ensure_ascii=False)}"
