"""Users: the form of a person, their appointments, their sign-in."""

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from people import actions
from people.forms import AppointmentForm, LastDayForm, NewUserForm, UserForm
from people.models import Absence, Appointment, User
from people.views.verbs import Configures, EditPage, Push, VerbForm


class NewUser(Configures, VerbForm):
    form_class = NewUserForm
    title = gettext_lazy("New user")
    button = gettext_lazy("Add the user")
    back = reverse_lazy("people:users")

    def act(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        user = actions.create_user(by=self.request.user, **values)
        messages.success(self.request, _("The user has been added. Give them a password to sign in with."))
        return user_url(user)


class OneUser(Configures, EditPage):
    """The person's form beside the history of their appointments."""

    form_class = UserForm
    template_name = "people/user.html"
    button = gettext_lazy("Save")
    back = reverse_lazy("people:users")

    def record(self) -> User:
        user: User = get_object_or_404(User, pk=self.kwargs["pk"])
        return user

    def save(self, form: Any) -> str:
        if form.changes:
            actions.update_user(form.record, by=self.request.user, **form.changes)
            messages.success(self.request, _("Saved."))
        return user_url(form.record)

    def context(self, form: Any) -> dict[str, Any]:
        user, today = form.record, periods.today()
        appointments = list(
            Appointment.objects.filter(user=user).select_related("team", "department").order_by("-since")
        )
        return {
            **self.page(),
            "title": user.name,
            "appointments": [(row, _state(row, today)) for row in appointments],
            "absences": Absence.objects.filter(user=user, until__gte=today).order_by("since"),
            "is_self": user.pk == self.request.user.pk,
        }


def _state(appointment: Appointment, today: Any) -> str:
    """past, now or future."""
    if appointment.since > today:
        return "future"
    return "past" if appointment.until is not None and appointment.until < today else "now"


class OfUser(Configures):
    """A page or button of one user."""

    kwargs: dict[str, Any]

    @cached_property
    def user(self) -> User:
        user: User = get_object_or_404(User, pk=self.kwargs["pk"])
        return user

    def refused_url(self) -> str:
        return user_url(self.user)


class Appoint(OfUser, VerbForm):
    """Another role, team or department from a day on."""

    form_class = AppointmentForm
    button = gettext_lazy("Appoint")

    def get_title(self) -> str:
        return _("New appointment: %(name)s") % {"name": self.user.name}

    def get_initial(self) -> dict[str, Any]:
        now = self.user.appointment
        return {"role": now.role, "team": now.team, "department": now.department} if now else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back": user_url(self.user)}

    def act(self, form: Any) -> str:
        actions.appoint(self.user, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The appointment has been written down."))
        return user_url(self.user)


class EndAppointment(Configures, VerbForm):
    form_class = LastDayForm
    button = gettext_lazy("End the appointment")

    @cached_property
    def appointment(self) -> Appointment:
        rows = Appointment.objects.select_related("user").filter(user__deleted_at=None)
        appointment: Appointment = get_object_or_404(rows, pk=self.kwargs["pk"])
        return appointment

    def get_title(self) -> str:
        return _("End of the appointment: %(name)s") % {"name": self.appointment.user.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back": user_url(self.appointment.user)}

    def act(self, form: Any) -> str:
        actions.end_appointment(self.appointment, by=self.request.user, until=form.cleaned_data["until"])
        return user_url(self.appointment.user)


class Deactivate(OfUser, Push):
    def act(self) -> str:
        actions.deactivate_user(self.user, by=self.request.user)
        messages.success(self.request, _("The sign-in is closed; today is the last day of the appointment."))
        return user_url(self.user)


class Activate(OfUser, Push):
    def act(self) -> str:
        actions.activate_user(self.user, by=self.request.user)
        messages.success(self.request, _("The sign-in is open again. Give the person a role."))
        return user_url(self.user)


class GivePassword(OfUser, Push):
    """Answers with the page that shows the password: it is nowhere else, so the answer is kept by nobody."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        password = actions.give_password(self.user, by=request.user)
        response = render(request, "people/password_given.html", {"person": self.user, "password": password})
        response["Cache-Control"] = "no-store"
        return response


def user_url(user: User) -> str:
    return reverse("people:user", kwargs={"pk": user.pk})
