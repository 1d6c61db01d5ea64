"""Forms that edit a `Tracked` record: of two people saving one card neither loses a word.

`RecordForm` carries the version its reader saw. If somebody saved in between, it merges field by field: what only they
changed is taken over, what only this reader changed is saved, and where both changed one field the form comes back with
both values and a choice. `EditRecord` is the view around it; it also wins the race of two saves at one moment.

    class ClientForm(RecordForm):
        class Meta:
            model, fields = Client, ["name", "city"]

    class EditClient(EditRecord):
        form_class, template_name = ClientForm, "leads/edit.html"

        def record(self):
            return get_visible_or_404(Client, self.request.user, pk=self.kwargs["pk"])

        def save(self, form):
            update_client(form.record, by=self.request.user, **form.changes)
            return form.record.get_absolute_url()

The template renders `form.version` (hidden) and includes "parts/conflicts.html".
"""

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.widgets import MultiWidget
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from core.history.changes import text_of
from core.history.tracked import StaleRecord, Tracked, VersionBase
from core.show import DASH

VERSION = "version"
MINE, THEIRS = "mine", "theirs"
HYPHENS = BLANK_CHOICE_DASH[0][1]


@dataclass(frozen=True)
class Conflict:
    """A field that the reader and somebody else changed to different values since the reader opened the form."""

    name: str
    label: str
    mine: str
    theirs: str
    by: str  # who set the value that stands now; empty where that cannot be said
    at: dt.datetime | None
    choice_name: str  # the radio buttons' name: "mine" or "theirs"


def say_nothing_chosen(form: forms.BaseForm) -> None:
    """An empty choice reads «—» in every list of choices, instead of Django's row of hyphens."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.empty_label == HYPHENS:
            field.empty_label = DASH
        elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            choices: Any = field.choices
            field.choices = [(key, DASH if label == HYPHENS else label) for key, label in choices]


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ModelForm of one existing `Tracked` record that saves nothing itself: a verb does, with `changes`.

    `record` is the record as the database holds it (the form works on a copy). Fields of the form that are no fields
    of the model are left to the subclass: `current_values` gives what stands now, and a hidden initial value
    (`show_hidden_initial`) what stood when the form was opened.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.record: Tracked = kwargs["instance"]
        kwargs["instance"] = copy.copy(self.record)
        kwargs["initial"] = {
            **self.current_values(),
            **(kwargs.get("initial") or {}),
            VERSION: self.record.version,
        }
        super().__init__(*args, **kwargs)
        say_nothing_chosen(self)
        self.conflicts: list[Conflict] = []
        self.taken_over: list[str] = []  # labels of fields in which somebody else's change was kept

    # --- What a subclass may say ---

    def current_values(self) -> dict[str, Any]:
        """{field: value that stands now} of fields that are not the model's; called before the fields exist."""
        return {}

    # --- What a view asks ---

    @property
    def changes(self) -> dict[str, Any]:
        """{field: new value} of the model's fields that differ from the record: keywords for a verb."""
        return {
            name: self.cleaned_data[name]
            for name in self._model_fields()
            if name in self.cleaned_data and self.cleaned_data[name] != getattr(self.record, name)
        }

    def hidden_initials(self) -> SafeString:
        """What the fields of the form alone were opened with; "parts/conflicts.html" renders it."""
        fields = (self[name] for name, field in self.fields.items() if field.show_hidden_initial)
        return format_html_join("", "{}", ((field.as_hidden(only_initial=True),) for field in fields))

    # --- The merge ---

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.record.pk:
            self._merge(cleaned.get(VERSION))
        return cleaned

    def _model_fields(self) -> list[str]:
        named = self._meta.fields
        known = (
            self.fields.keys() if named in (None, forms.ALL_FIELDS) else self.fields.keys() & set(named or ())
        )
        return [
            one.name
            for one in self.instance._meta.concrete_fields
            if one.name in known and one.name != VERSION
        ]

    def _merge(self, seen: int | None) -> None:
        """Brings `cleaned_data`, and the data that a form with errors shows again, to the record's present version."""
        base = self.record if seen == self.record.version else self._version(seen)
        data = _mutable(self.data)
        known = self.current_values()
        for name in [*self._model_fields(), *(name for name in known if name in self.fields)]:
            in_model = name not in known
            theirs = getattr(self.record, name) if in_model else known[name]
            was = self._was_in_model(name, base) if in_model else self._was_in_form(name)
            chose_theirs = data.get(self._choice_name(name)) == THEIRS
            if name in self.errors and not chose_theirs:
                continue  # what cannot be read is shown as typed, and merged at the next sending
            mine = self.cleaned_data.get(name)
            if chose_theirs or (mine != theirs and mine == was):
                self.errors.pop(name, None)
                self.cleaned_data[name] = theirs
                self._show(data, name, theirs)
                self.taken_over.append(str(self.fields[name].label))
            elif mine != theirs and theirs != was:
                self.conflicts.append(self._conflict(name, mine, theirs, base))
            if not in_model:
                self._show(data, name, theirs, initial=True)
        for conflict in self.conflicts:
            who = f" ({conflict.by})" if conflict.by else ""
            sentence = _("Changed by somebody else meanwhile%(who)s: choose which value stays.")
            self.add_error(conflict.name, ValidationError(sentence % {"who": who}, code="conflict"))
        # From now on the reader has seen what stands: the next sending is judged against it.
        data[self.add_prefix(VERSION)] = str(self.record.version)
        self.data = data

    def _version(self, seen: int | None) -> VersionBase | None:
        """The state the reader saw; None where the form does not say."""
        if seen is None:
            return None
        state: VersionBase | None = (
            type(self.record).versions.filter(record_id=self.record.pk, version=seen).first()
        )
        return state

    def _was_in_model(self, name: str, base: Tracked | VersionBase | None) -> Any:
        """The value the reader saw; where that is not known, one that equals nothing."""
        if base is None:
            return object()
        return _value_of(self.record, base, name) if isinstance(base, VersionBase) else getattr(base, name)

    def _was_in_form(self, name: str) -> Any:
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        if raw is None:
            return object()
        try:
            return field.clean(raw)
        except ValidationError:
            return object()

    def _show(self, data: QueryDict, name: str, value: Any, *, initial: bool = False) -> None:
        """The value as if it had been typed, or as if the form had been opened with it."""
        field = self.fields[name]
        key = self.add_initial_prefix(name) if initial else self.add_prefix(name)
        if isinstance(field.widget, MultiWidget):
            parts = field.widget.decompress(value) or []
            for suffix, part in zip(field.widget.widgets_names, parts, strict=False):  # type: ignore[attr-defined]
                data[key + suffix] = "" if part is None else part
        else:
            prepared = field.prepare_value(value)
            if isinstance(prepared, list):
                data.setlist(key, prepared)
            else:
                data[key] = "" if prepared is None else prepared

    def _choice_name(self, name: str) -> str:
        return self.add_prefix(f"choose-{name}")

    def _conflict(self, name: str, mine: Any, theirs: Any, base: Tracked | VersionBase | None) -> Conflict:
        last = self._last_change(name, base)
        return Conflict(
            name=name,
            label=str(self.fields[name].label),
            mine=self._words(name, mine),
            theirs=self._words(name, theirs),
            by=str(last.operation.by or "") if last else "",
            at=last.valid_from if last else None,
            choice_name=self._choice_name(name),
        )

    def _words(self, name: str, value: Any) -> str:
        if name not in self._model_fields():
            return str(self.fields[name].prepare_value(value) or "") or "—"
        field = self.record._meta.get_field(name)
        if isinstance(value, models.Model):
            return str(value)
        return text_of(field, value)  # type: ignore[arg-type]

    def _last_change(self, name: str, base: Tracked | VersionBase | None) -> VersionBase | None:
        """The version that set the field to what it is now, among those after the reader's."""
        if name not in self._model_fields() or base is self.record:
            return None
        attname = self.record._meta.get_field(name).attname  # type: ignore[union-attr]
        versions = type(self.record).versions.of(self.record).select_related("operation__by")
        later = list(versions.filter(pk__gt=base.pk) if base else versions)
        before = getattr(base, attname) if base else object()
        found = None
        for version in later:
            if getattr(version, attname) != before:
                found, before = version, getattr(version, attname)
        return found


def _mutable(data: Any) -> QueryDict:
    if isinstance(data, QueryDict):
        return data.copy()
    made = QueryDict(mutable=True)
    made.update(data)
    return made


def _value_of(record: Tracked, version: VersionBase, name: str) -> Any:
    """What stood in a field of an earlier version; for a key the record it pointed to, None if that is gone."""
    field = record._meta.get_field(name)
    value = getattr(version, field.attname)  # type: ignore[union-attr]
    if isinstance(field, models.ForeignKey) and value is not None:
        return field.related_model._base_manager.filter(pk=value).first()
    return value


class EditRecord(View):
    """Shows a `RecordForm` and saves it by a verb. The form comes back with status 422 when it cannot be saved."""

    form_class: ClassVar[type[RecordForm]]
    template_name: ClassVar[str]
    _TRIES = 3

    def record(self) -> Any:
        """The record, read anew each time; Http404 where the user does not see it."""
        raise NotImplementedError

    def save(self, form: Any) -> str:
        """Calls the verbs with `form.record` and `form.changes`; the address to go on to.

        A ValidationError it raises is shown beside its fields.
        """
        raise NotImplementedError

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def context(self, form: Any) -> dict[str, Any]:
        return {}

    def refused(self, form: Any, error: Exception) -> bool:
        """Puts an error of the room's own (a duplicate) into the form; False lets it go up."""
        return False

    def make_form(self, data: Mapping[str, Any] | None = None) -> RecordForm:
        files = self.request.FILES if data is not None else None
        return self.form_class(data, files, instance=self.record(), **self.form_kwargs())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.make_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for _try in range(self._TRIES):
            form = self.make_form(request.POST)
            if not form.is_valid():
                break
            try:
                url = self.save(form)
            except StaleRecord:
                continue  # saved by somebody else between reading and writing: merge with that
            except ValidationError as error:
                add_errors(form, error)
                break
            except Exception as error:
                if not self.refused(form, error):
                    raise
                break
            return redirect_to(request, url)
        return self.show(form, status=422)

    def show(self, form: RecordForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "record": form.record, **self.context(form)}
        return render(self.request, self.template_name, context, status=status)


def add_errors(form: Any, error: ValidationError) -> None:
    """A verb's errors beside the fields they name; of fields the form has not, above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def redirect_to(request: HttpRequest, url: str) -> HttpResponse:
    """On to the address, also where htmx sent the form."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)
