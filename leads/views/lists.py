"""The admin's page of the short lists: add, rename, put in order, retire, bring back."""

from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.forms import RecordForm, say_nothing_chosen
from core.once import OnceForm
from leads import list_actions, named_lists
from leads.models import NamedList
from leads.named_lists import ListKind
from people.forms import DayInput
from people.pages import for_ability
from people.views.verbs import Configures, EditPage, Push, VerbForm


@for_ability("configure")
def first_list(request: HttpRequest) -> HttpResponse:
    """On to one of the lists; each page leads to all others."""
    return redirect("leads:named_list", named_lists.kinds()[0].key)


def _form_of(kind: ListKind, base: type[forms.ModelForm]) -> Any:
    days = [name for name in kind.fields if isinstance(kind.model._meta.get_field(name), models.DateField)]
    widgets: Any = dict.fromkeys(days, DayInput)
    return forms.modelform_factory(kind.model, form=base, fields=kind.fields, widgets=widgets)


class OneList:
    """A page below `/settings/lists/<key>/`."""

    kwargs: dict[str, Any]

    @cached_property
    def kind(self) -> ListKind:
        kind = named_lists.kind(self.kwargs["key"])
        if kind is None:
            raise Http404
        return kind

    @property
    def list_url(self) -> str:
        return reverse("leads:named_list", args=[self.kind.key])

    @cached_property
    def entry(self) -> NamedList:
        entry: NamedList = get_object_or_404(self.kind.model, pk=self.kwargs["pk"])
        return entry


class Entries(Configures, OneList, VerbForm):
    """The list with a form for a new entry below it."""

    template_name = "leads/named_list.html"

    def get_form_class(self) -> Any:
        class NewEntryForm(OnceForm, forms.ModelForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                say_nothing_chosen(self)

        return _form_of(self.kind, NewEntryForm)

    def act(self, form: Any) -> str:
        values = {name: form.cleaned_data[name] for name in self.kind.fields}
        list_actions.add_entry(self.kind.model, by=self.request.user, **values)
        return self.list_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = list(self.kind.entries)
        return {
            **super().get_context_data(**kwargs),
            "kind": self.kind,
            "kinds": named_lists.kinds(),
            "entries": [entry for entry in entries if entry.retired_at is None],
            "retired": [entry for entry in entries if entry.retired_at is not None],
            "new_fields": [kwargs["form"][name] for name in self.kind.fields] if "form" in kwargs else None,
        }


class EditEntry(Configures, OneList, EditPage):
    template_name = "people/form.html"
    title = _("Rename")
    button = _("Save")

    def record(self) -> NamedList:
        entry: NamedList = get_object_or_404(self.kind.model, pk=self.kwargs["pk"])
        return entry

    def make_form(self, data: Any = None) -> RecordForm:
        made: RecordForm = _form_of(self.kind, RecordForm)(data, instance=self.record())
        return made

    def save(self, form: Any) -> str:
        list_actions.update_entry(form.record, by=self.request.user, **form.changes)
        return self.list_url

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "title": form.record.name, "back": self.list_url}


class EntryButton(Configures, OneList, Push):
    """One of the buttons of a row."""

    def refused_url(self) -> str:
        return self.list_url


class MoveEntry(EntryButton):
    def act(self) -> str:
        list_actions.move_entry(self.entry, up=self.kwargs["way"] == "up", by=self.request.user)
        return self.list_url


class RetireEntry(EntryButton):
    def act(self) -> str:
        list_actions.retire_entry(self.entry, by=self.request.user)
        return self.list_url


class BringBackEntry(EntryButton):
    def act(self) -> str:
        list_actions.bring_back_entry(self.entry, by=self.request.user)
        return self.list_url
