"""Where people belong: the company with its own settings, its teams and adjacent departments."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager


class Company(Tracked):
    """The company's own settings: one row, made by the first migration."""

    name = models.CharField(_("company name"), max_length=100, default="Такт")
    deal_for_new_client = models.BooleanField(_("a new client gets a deal in the first stage"), default=True)

    objects = alive_manager(TrackedQuerySet["Company"])
    all_objects = TrackedQuerySet["Company"].as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get(cls) -> "Company":
        """The one row."""
        company: Company = cls.objects.get(pk=1)
        return company


class Team(Tracked):
    """A sales team. Its head is who is appointed so; hours and zone are the company's or its own (`WorkingHours`)."""

    name = models.CharField(_("name"), max_length=100)

    objects = alive_manager(TrackedQuerySet["Team"])
    all_objects = TrackedQuerySet["Team"].as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(deleted_at__isnull=True),
                name="people_team_name_once",
                violation_error_code="unique",  # beside the field
                violation_error_message=_("Another team is called so."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Department(Tracked):
    """An adjacent department (logistics, estimates, accounting, stock) that answers requests."""

    name = models.CharField(_("name"), max_length=100)

    objects = alive_manager(TrackedQuerySet["Department"])
    all_objects = TrackedQuerySet["Department"].as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(deleted_at__isnull=True),
                name="people_department_name_once",
                violation_error_code="unique",
                violation_error_message=_("Another department is called so."),
            )
        ]

    def __str__(self) -> str:
        return self.name
