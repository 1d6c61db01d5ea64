"""What readers keep of reports: a question under a name."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from people.models import User


class SavedViewQuerySet(TrackedQuerySet["SavedView"]):
    def open_to(self, user: User) -> Self:
        """One's own, and what colleagues have shared of reports the user may open."""
        from reports.report import Report

        codes = [code for code, report in Report.registry.items() if report.is_for(user)]
        return self.filter(Q(user=user) | Q(is_shared=True), report__in=codes)


class SavedView(Tracked):
    """A report as somebody asked it, under a name. It keeps the question, never the answer: whoever opens it sees what
    they may see, of the days it means then."""

    user = models.ForeignKey(User, models.PROTECT, related_name="saved_views", verbose_name=_("whose"))
    report = models.SlugField(_("report"), max_length=40, db_index=False)
    name = models.CharField(_("name"), max_length=80)
    # As it stands in the address, without the question mark.
    query = models.CharField(max_length=1000, blank=True)
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

    def get_absolute_url(self) -> str:
        address: Any = reverse("reports:report", args=[self.report])
        return f"{address}?{self.query}" if self.query else str(address)
