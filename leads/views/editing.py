"""Adding and changing clients and their contact persons."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history.operations import Operation, operation
from core.names import name_key
from core.toasts import undoable
from leads import actions
from leads.duplicates import DuplicateClient
from leads.forms import ClientForm, ContactForm, LookAroundForm, NewClientForm, NewContactForm
from leads.models import Client, Contact
from people.access import get_visible_or_404
from people.pages import ForAbility, for_ability
from people.views.verbs import EditPage, Push, VerbForm

_CLIENT_FROM_ADDRESS = ("name", "phones", "emails", "inn", "city")


class Sells(ForAbility):
    """Pages of those who have clients."""

    ability = "sell"


class RefusesDuplicates:
    """A form whose verb may refuse a duplicate: it comes back with the cards and a field for the reason."""

    request: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except DuplicateClient as error:
            form.take_duplicates(error.found)
            response = self.form_invalid(form)  # type: ignore[attr-defined]
        return response


class NewClient(Sells, RefusesDuplicates, VerbForm):
    """A new client. The address may bring what is known already: `?name=…&phones=…`."""

    form_class = NewClientForm
    template_name = "leads/new.html"
    title = gettext_lazy("New client")

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in _CLIENT_FROM_ADDRESS if name in self.request.GET}

    def act(self, form: Any) -> str:
        client = actions.create_client(by=self.request.user, **form.draft())
        messages.success(
            self.request, _("The client has been added: № %(number)s.") % {"number": client.number}
        )
        return client.get_absolute_url()


@for_ability("sell")
def look_around(request: HttpRequest) -> HttpResponse:
    """Who may be the same client as the one being typed: a fragment for the form."""
    form = LookAroundForm(request.GET)
    looks_like = form.look(request.user)  # type: ignore[arg-type]
    context = {"looks_like": looks_like, "near_key": name_key(request.GET.get("name", ""))}
    return render(request, "leads/_lookalikes.html", context)


class EditClient(Sells, EditPage):
    form_class = ClientForm
    template_name = "leads/edit.html"

    def record(self) -> Client:
        return get_visible_or_404(
            Client.objects.select_related("manager"), self.request.user, pk=self.kwargs["pk"]
        )

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def save(self, form: Any) -> str:
        user, client, changes = self.request.user, form.record, form.changes
        reason = form.cleaned_data["duplicate_reason"]
        manager = changes.pop("manager", None)
        phones, emails = form.cleaned_data["phones"], form.cleaned_data["emails"]
        with operation(by=user):
            actions.update_client(client, by=user, duplicate_reason=reason, **changes)
            actions.set_contact_points(client, by=user, phones=phones, emails=emails, duplicate_reason=reason)
            if manager is not None:
                actions.assign_clients([client.pk], manager, by=user)
        _say_taken_over(self.request, form)
        return client.get_absolute_url()

    def refused(self, form: Any, error: Exception) -> bool:
        return _take_duplicates(form, error)


class DeleteClient(Sells, Push):
    """Deletes at once and offers undo."""

    @cached_property
    def client(self) -> Client:
        return get_visible_or_404(Client, self.request.user, pk=self.kwargs["pk"])

    def act(self) -> str:
        op = actions.delete_client(self.client, by=self.request.user)
        say_undoable(
            self.request, _("The client “%(name)s” has been deleted.") % {"name": self.client.name}, op
        )
        return reverse("leads:list")

    def refused_url(self) -> str:
        return self.client.get_absolute_url()


class NewContact(Sells, RefusesDuplicates, VerbForm):
    """A further contact person of a client."""

    form_class = NewContactForm
    template_name = "leads/contact.html"
    title = gettext_lazy("New contact person")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.client = get_visible_or_404(Client, self.request.user, pk=kwargs["pk"])

    def act(self, form: Any) -> str:
        actions.add_contact(
            self.client,
            form.draft(),
            by=self.request.user,
            duplicate_reason=form.cleaned_data["duplicate_reason"],
        )
        return self.client.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "client": self.client}


class EditContact(Sells, EditPage):
    form_class = ContactForm
    template_name = "leads/contact.html"

    def record(self) -> Contact:
        rows = Contact.objects.select_related("client").filter(client__deleted_at__isnull=True)
        return get_visible_or_404(rows, self.request.user, pk=self.kwargs["pk"])

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def context(self, form: Any) -> dict[str, Any]:
        return {"title": form.record.name, "client": form.record.client, "contact": form.record}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        actions.update_contact(
            form.record,
            by=self.request.user,
            phones=data["phones"],
            emails=data["emails"],
            duplicate_reason=data["duplicate_reason"],
            **form.changes,
        )
        _say_taken_over(self.request, form)
        return form.record.client.get_absolute_url()

    def refused(self, form: Any, error: Exception) -> bool:
        return _take_duplicates(form, error)


class RemoveContact(Sells, Push):
    """Takes the person off the card at once and offers undo."""

    @cached_property
    def contact(self) -> Contact:
        rows = Contact.objects.select_related("client").filter(client__deleted_at__isnull=True)
        return get_visible_or_404(rows, self.request.user, pk=self.kwargs["pk"])

    def act(self) -> str:
        op = actions.remove_contact(self.contact, by=self.request.user)
        say_undoable(self.request, _("“%(name)s” has been removed.") % {"name": self.contact.name}, op)
        return self.refused_url()

    def refused_url(self) -> str:
        return self.contact.client.get_absolute_url()


def say_undoable(request: HttpRequest, text: str, op: Operation) -> None:
    """Says what was done, with a button that leads to its rollback."""
    undoable(request, text, reverse("people:rollback", args=[op.pk]))


def _take_duplicates(form: Any, error: Exception) -> bool:
    if not isinstance(error, DuplicateClient):
        return False
    form.take_duplicates(error.found)
    return True


def _say_taken_over(request: HttpRequest, form: Any) -> None:
    """Whoever saved over another one's changes learns which fields those were."""
    if form.taken_over:
        fields = ", ".join(form.taken_over).lower()
        messages.info(request, _("Kept what others changed meanwhile: %(fields)s.") % {"fields": fields})
