"""Who signs in, and who held which role in which place when."""

import datetime as dt
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import periods
from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from people.models.places import Department, Team


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    HEAD = "head", _("head of sales")
    DIRECTOR = "director", _("director")
    ADMIN = "admin", _("administrator")
    COLLEAGUE = "colleague", _("department colleague")


class UserQuerySet(TrackedQuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def sellers(self, day: dt.date | None = None) -> "UserQuerySet":
        """Those who have clients of their own on the day: managers and heads."""
        return self.active().filter(
            pk__in=Appointment.objects.in_force(day).filter(role__in=[Role.MANAGER, Role.HEAD]).values("user")
        )


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):
    """Users by e-mail. Making one is the verb `people.actions.create_user`."""

    def get_queryset(self) -> UserQuerySet:
        rows: UserQuerySet = super().get_queryset().filter(deleted_at__isnull=True)
        return rows

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=(username or "").strip().lower())
        return user


class User(AbstractBaseUser, Tracked):
    """Somebody who signs in, by e-mail. What they may do follows from today's appointment."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    language = models.CharField(
        _("language"), max_length=5, default="ru", choices=[("ru", "Русский"), ("en", "English")]
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # How one looks at the program is nobody else's concern: no journal of it.
    untracked_fields = ("password", "last_login", "language", "theme")

    objects = UserManager()
    all_objects = UserQuerySet.as_manager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """«Белова М.» where a table is narrow: the last word is the family name in «Мария Белова»."""
        first, _space, last = self.name.rpartition(" ")
        return f"{last} {first[0]}." if first else self.name

    @cached_property
    def appointment(self) -> "Appointment | None":
        """The one in force today; asked once per object, that is once per request."""
        return Appointment.objects.in_force().select_related("team", "department").filter(user=self).first()

    @property
    def role(self) -> str:
        """Today's role; empty where there is none (then nothing is visible)."""
        return self.appointment.role if self.appointment else ""

    @property
    def team(self) -> Team | None:
        return self.appointment.team if self.appointment else None

    def get_role_display(self) -> str:
        return str(Role(self.role).label) if self.role else ""


class AppointmentQuerySet(TrackedQuerySet["Appointment"]):
    def in_force(self, day: dt.date | None = None) -> "AppointmentQuerySet":
        """Those that hold on the day (today by default)."""
        day = day or periods.today()
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)


class Appointment(Tracked):
    """Role and place of a person between two days (both included). One at a time (see `people.actions.appoint`)."""

    part_of = "user"
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name=_("team")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("department"),
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = alive_manager(AppointmentQuerySet)
    all_objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["since"]
        indexes = [models.Index(fields=["user", "since"]), models.Index(fields=["team", "since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="people_appointment_since_before_until",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def clean(self) -> None:
        if self.role in (Role.MANAGER, Role.HEAD) and not self.team_id:
            raise ValidationError({"team": _("A manager and a head belong to a team: choose it.")})
        if self.role == Role.COLLEAGUE and not self.department_id:
            raise ValidationError({"department": _("Choose the department this person works in.")})
