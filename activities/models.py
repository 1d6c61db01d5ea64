"""Activities: a planned one is the task, done it is the record."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activities.queries import ActivityQuerySet
from core.history.tracked import Tracked, TrackedQuerySet, Until, alive_manager
from core.text import SearchField, SearchIndex
from leads.models import Client, Contact, NamedList
from people.models import User
from pipeline.models import Deal, Stage

# What is still to be done: few rows among very many.
_PLANNED = Q(status="planned", deleted_at__isnull=True)


class ActivityKind(NamedList):
    """A way of contact: call, meeting, e-mail, visit, business trip, samples shipped …"""

    class Group(models.TextChoices):
        """What the kind is for those who count: conversations, meetings, the rest."""

        CONVERSATION = "conversation", _("conversation")
        MEETING = "meeting", _("meeting")
        LETTER = "letter", _("letter")
        OTHER = "other", _("other")

    group = models.CharField(_("counted as"), max_length=12, choices=Group, default=Group.OTHER)
    # What is counted on it ("pcs", "km"); empty where no quantity is asked for.
    unit = models.CharField(_("unit of the quantity"), max_length=20, blank=True)

    objects = alive_manager(TrackedQuerySet["ActivityKind"])
    all_objects = TrackedQuerySet["ActivityKind"].as_manager()

    class Meta:
        verbose_name = _("kind of activity")
        verbose_name_plural = _("kinds of activities")
        ordering = ["position", "name"]


class Activity(Tracked):
    """A contact with a client: planned it is the task, done it is the record.

    Planned: `subject` says what is to be done, `due_on` when (and `due_at` where a time was said). Done: `happened_at`,
    `outcome`, `text`, and `entered_at`, the moment since which the record holds everything that makes it count as what
    it counts as now (`activities.moments.entered`); nobody can set that one.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("talked")
        NO_ANSWER = "no_answer", _("no answer")
        POSTPONED = "postponed", _("postponed")
        REFUSED = "refused", _("refused")

    # The client was spoken to; "no answer" and a postponed call or meeting are none that was held.
    HELD = (Outcome.REACHED, Outcome.REFUSED)

    class Direction(models.TextChoices):
        OUT = "out", _("outgoing")
        IN = "in", _("incoming")

    client = models.ForeignKey(Client, models.PROTECT, related_name="activities", verbose_name=_("client"))
    deal = models.ForeignKey(
        Deal, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("deal")
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("contact person"),
    )
    manager = models.ForeignKey(User, models.PROTECT, related_name="activities", verbose_name=_("manager"))
    kind = models.ForeignKey(ActivityKind, models.PROTECT, related_name="activities", verbose_name=_("kind"))
    status = models.CharField(_("status"), max_length=10, choices=Status)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    subject = models.CharField(_("what is to be done"), max_length=300, blank=True)
    text = models.TextField(_("what was said"), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, null=True, blank=True)

    due_on = models.DateField(_("due"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    happened_at = models.DateTimeField(_("happened"), null=True, blank=True)
    entered_at = models.DateTimeField(_("entered"), null=True, editable=False)
    # The stage the deal was left in.
    stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stage")
    )
    # Who set the task, where that was somebody else; when they accepted the result.
    set_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("set by")
    )
    accepted_at = models.DateTimeField(_("result accepted"), null=True, editable=False)
    # The activity whose next step this is.
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("follows"),
        null=True,
        blank=True,
        related_name="next_steps",
        editable=False,
    )
    times_moved = models.PositiveSmallIntegerField(_("times moved"), default=0, editable=False)

    search = SearchField()
    untracked_fields = ("search",)
    version_indexes: ClassVar[tuple[tuple[str, ...] | models.Index, ...]] = (
        # What somebody did, kind by kind, with all that decides whether it counts: answered by the index alone.
        models.Index(
            fields=[
                "manager", "kind", "happened_at", "outcome", "status", "deleted_at",
                "valid_from", "valid_to", "entered_at", "record_id",
            ],
            condition=Q(status="done"),
            name="activities_done_then",
        ),
        # What somebody had planned at a moment.
        models.Index(
            "manager", Until("valid_to"), "due_on", "due_at", "status", "deleted_at",
            "valid_from", "valid_to", "record_id",
            condition=Q(status="planned"),
            name="activities_planned_until",
        ),
        models.Index(
            fields=["manager", "valid_from"], condition=Q(times_moved__gt=0), name="activities_moved_by"
        ),
    )  # fmt: skip

    objects = alive_manager(ActivityQuerySet)
    all_objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["client", "-happened_at"]),
            models.Index(fields=["deal", "-happened_at"]),
            # With the id, as lists order rows: those of one import have one moment and would have to be sorted. Of a
            # person also with all that is counted: what a team did today is answered by the index alone.
            models.Index(
                fields=["manager", "-happened_at", "-id", "kind", "outcome", "status", "deleted_at"],
                name="activities_done_by_manager",
            ),
            models.Index(fields=["-happened_at", "-id"], name="activities_latest"),
            models.Index(
                fields=["manager", "due_on", "due_at"],
                condition=_PLANNED,
                name="activities_planned_by_manager",
            ),
            models.Index(fields=["due_on", "due_at"], condition=_PLANNED, name="activities_planned_by_due"),
            models.Index(
                fields=["client", "due_on"], condition=_PLANNED, name="activities_planned_by_client"
            ),
            models.Index(fields=["deal", "due_on"], condition=_PLANNED, name="activities_planned_by_deal"),
            # What somebody was to do on the days of a period, and whether it was done then: by the index alone.
            models.Index(
                fields=[
                    "manager",
                    "due_on",
                    "kind",
                    "status",
                    "times_moved",
                    "happened_at",
                    "due_at",
                    "deleted_at",
                ],
                condition=Q(due_on__isnull=False),
                name="activities_due_by_manager",
            ),
            SearchIndex("search", name="activities_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="planned") | Q(due_on__isnull=False), name="activities_planned_has_a_date"
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(happened_at__isnull=False, entered_at__isnull=False),
                name="activities_done_has_its_moments",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.client}"

    def get_absolute_url(self) -> str:
        return reverse("activities:activity", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @property
    def is_done(self) -> bool:
        return self.status == self.Status.DONE

    @property
    def is_held(self) -> bool:
        """Done, and the client was spoken to."""
        return self.is_done and self.outcome in self.HELD

    @property
    def is_talk(self) -> bool:
        """Of a kind with an outcome worth saying: a letter or a parcel is simply done."""
        return self.kind.group in (ActivityKind.Group.CONVERSATION, ActivityKind.Group.MEETING)

    @property
    def what(self) -> str:
        """What is to be done, in words: the subject, else the kind."""
        return self.subject or str(self.kind)

    def fill_search(self) -> None:
        """Brings the searched column up to the texts; called by every verb before it saves."""
        self.search = f"{self.subject} {self.text}".strip()
