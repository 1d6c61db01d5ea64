"""Lists of the people room."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history.operations import Operation
from core.tables import Action, Column, Empty, Flag, List
from core.text import normal
from people import journal
from people.access import absences_visible_to
from people.filters import AbsenceFilter, OperationFilter, UserFilter
from people.models import Absence, Appointment, User
from people.pages import ForAbility


class UserList(ForAbility, List):
    """Everybody who signs in, with the place they hold today."""

    ability = "configure"
    name, title = "users", _("Users")
    filterset, default_sort, primary = UserFilter, "name", "name"
    search_hint = _("Name or e-mail")

    def rows(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = User.objects.all()
        return rows

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("name", pgettext_lazy("of a person", "Name"), sort="name"),
            Column("role", _("Role"), value="get_role_display"),
            Column("place", _("Team or department"), value=_place, on_phone="end"),
            Column("email", _("E-mail"), "email", sort="email"),
            Column("phone", _("Phone"), "phone"),
            Column("sign_in", _("Sign-in"), "flags", value=_sign_in, sort="is_active"),
            Column("last_login", _("Last sign-in"), "moment", sort="last_login", on_phone="hide"),
        ]

    def find(self, rows: QuerySet[User], query: str) -> QuerySet[User]:
        """In Python: the users of one company are few, and SQLite folds no Cyrillic letters."""
        words = normal(query).split()
        people = rows.values_list("pk", "name", "email")
        return rows.filter(
            pk__in=[
                pk for pk, name, email in people if all(word in normal(f"{name} {email}") for word in words)
            ]
        )

    def prepare(self, records: list[User]) -> None:
        appointments = Appointment.objects.in_force().select_related("team", "department")
        today = {row.user_id: row for row in appointments.filter(user__in=records)}
        for user in records:
            user.__dict__["appointment"] = today.get(user.pk)

    def row_link(self, record: User) -> str:
        return reverse("people:user", args=[record.pk])

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        return [Action(_("Add a user"), reverse("people:user_new"))]


def _place(user: User) -> str:
    appointment = user.appointment
    return str((appointment and (appointment.team or appointment.department)) or "")


def _sign_in(user: User) -> list[Flag]:
    """Said only of those who may not: most may."""
    return [] if user.is_active else [Flag(str(pgettext_lazy("sign-in", "closed")), "missed")]


class AbsenceList(ForAbility, List):
    """Who is away when."""

    ability = "assign"
    name, title = "absences", _("Absences")
    filterset, default_sort, primary = AbsenceFilter, "-since", "user"

    def rows(self, request: HttpRequest) -> QuerySet[Absence]:
        user: Any = request.user
        return absences_visible_to(user).select_related("user", "substitute")

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("user", _("Person"), "person", value="user.name", sort="user__name"),
            Column("kind", _("Kind"), value="get_kind_display", on_phone="end"),
            Column("since", _("From"), "date", sort="since"),
            Column("until", _("Until"), "date", sort="until"),
            Column("times", _("Part of the day"), value="times"),
            Column("substitute", _("Substitute"), "person", value="substitute.name"),
            Column("note", _("Note")),
        ]

    def row_link(self, record: Absence) -> str:
        return reverse("people:absence", args=[record.pk])

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        return [Action(_("Add an absence"), reverse("people:absence_new"))]

    def empty_state(self, request: HttpRequest) -> Empty:
        words = _("On days of absence a person is not scored. Add a vacation or a sick leave.")
        return Empty(_("No absences yet"), words, self.actions(request)[0])


class Journal(ForAbility, List):
    """The operations: who did what and when, newest first."""

    ability = "sell"
    name, title = "journal", _("Journal")
    filterset, default_sort, primary = OperationFilter, "-pk", "at"
    empty = Empty(_("Nothing has been done yet"), _("Every change is written down here with its author."))

    def rows(self, request: HttpRequest) -> QuerySet[Operation]:
        user: Any = request.user
        return journal.operations_visible_to(user).select_related("by")

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("at", _("Moment"), "moment"),
            Column("by", _("Author"), "person", value=lambda operation: operation.by and operation.by.name),
            Column("kind", _("Kind"), value="get_kind_display", on_phone="end"),
            Column("what", _("What was changed"), value=journal.in_words),
            Column("note", _("Note"), value="words"),
        ]

    def row_link(self, record: Operation) -> str:
        return reverse("people:operation", args=[record.pk])
