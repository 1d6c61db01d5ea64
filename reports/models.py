"""What readers keep of reports: a question under a name, and one that is answered by mail."""

from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from core.outbox import Job
from people import access
from people.models import User
from reports.schedule import Every, Schedule


class Question(Tracked):
    """A report as somebody asked it: what of it is kept is the question, never the answer."""

    report = models.SlugField(_("report"), max_length=40, db_index=False)
    # As it stands in the address, without the question mark.
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        address: Any = reverse("reports:report", args=[self.report])
        return f"{address}?{self.query}" if self.query else str(address)


class SavedViewQuerySet(TrackedQuerySet["SavedView"]):
    def open_to(self, user: User) -> Self:
        """One's own, and what colleagues have shared of reports the user may open."""
        from reports.report import Report

        codes = [code for code, report in Report.registry.items() if report.is_for(user)]
        return self.filter(Q(user=user) | Q(is_shared=True), report__in=codes)


class SavedView(Question):
    """A report as somebody asked it, under a name. It keeps the question, never the answer: whoever opens it sees what
    they may see, of the days it means then."""

    user = models.ForeignKey(User, models.PROTECT, related_name="saved_views", verbose_name=_("whose"))
    name = models.CharField(_("name"), max_length=80)
    is_shared = models.BooleanField(_("shown to colleagues"), default=False)

    objects = alive_manager(SavedViewQuerySet)
    all_objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "report", "name"],
                condition=Q(deleted_at__isnull=True),
                name="reports_view_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MailingQuerySet(access.VisibleQuerySet["Mailing"]):
    owner_path = "user"

    def running(self) -> Self:
        """Those that send, each with `last_due`: the last moment for which letters were written."""
        written = Letter.objects.filter(mailing=OuterRef("pk"), is_trial=False).order_by("-due_at")
        return self.filter(is_stopped=False).annotate(last_due=Subquery(written.values("due_at")[:1]))


class Mailing(Question):
    """A report that is sent by mail by itself. What is kept is the question: each of its recipients gets the answer
    they may see, of the days it means then."""

    user = models.ForeignKey(User, models.PROTECT, related_name="mailings", verbose_name=_("whose"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    every = models.CharField(_("how often"), max_length=12, choices=Every, default=Every.WORKING_DAY)
    weekday = models.PositiveSmallIntegerField(_("day of the week"), default=0)
    day = models.PositiveSmallIntegerField(_("day of the month"), default=1)
    hour = models.PositiveSmallIntegerField(_("at"), default=9)
    with_file = models.BooleanField(_("with the Excel file"), default=False)
    if_anything = models.BooleanField(_("only when there is something to say"), default=False)
    is_stopped = models.BooleanField(_("stopped"), default=False)
    # Moments before it are none of its own: it was not there, stopped, or meant for others.
    runs_since = models.DateTimeField(editable=False)

    objects = alive_manager(MailingQuerySet)
    all_objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, day__gte=1, day__lte=31, hour__lte=23),
                name="reports_mailing_has_a_moment",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        from reports.report import Report

        known = Report.registry.get(self.report)
        return self.name or str(known.title if known else self.report)

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.every, self.weekday, self.day, self.hour)


class RecipientQuerySet(access.VisibleQuerySet["Recipient"]):
    owner_path = "mailing__user"


class Recipient(Tracked):
    """Somebody whom a mailing is meant for."""

    part_of = "mailing"
    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="recipients", verbose_name=_("mailing"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("to whom"))

    objects = alive_manager(RecipientQuerySet)
    all_objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["user__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "user"],
                condition=Q(deleted_at__isnull=True),
                name="reports_recipient_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing}: {self.user}"


class Letter(models.Model):
    """One letter of a mailing: to whom, of which moment, what became of it. Its job sends it; a moment that was slept
    through has none."""

    class Outcome(models.TextChoices):
        WAITING = "", ""
        SENT = "sent", _("sent")
        NOTHING = "nothing", _("there was nothing to say")
        NO_RIGHT = "no-right", _("may not open the report")
        LEFT = "left", _("may not sign in any more")
        CANCELLED = "cancelled", _("stopped before it was sent")
        MISSED = "missed", _("not sent: the background worker was not running that day")

    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="letters")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    is_trial = models.BooleanField(default=False)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.WAITING)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "user", "due_at"], name="reports_letter_once")
        ]
        indexes = [models.Index(fields=["mailing", "is_trial", "due_at"], name="reports_letter_last")]

    def __str__(self) -> str:
        return f"{self.mailing_id} → {self.user_id}, {self.due_at:%d.%m.%Y %H:%M}"

    @property
    def trouble(self) -> str:
        """What went wrong with it so far; empty where nothing did."""
        if self.outcome == self.Outcome.WAITING and self.job is not None:
            return self.job.error
        return ""

    @property
    def is_given_up(self) -> bool:
        return self.job is not None and self.job.state == Job.State.FAILED
