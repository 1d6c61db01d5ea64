"""Forms of clients and contact persons. They clean and show; the verbs of actions.py write."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import RecordForm
from core.inn import clean_inn
from core.names import name_key
from core.once import OnceForm
from leads.drafts import ContactDraft
from leads.duplicates import Duplicate
from leads.fields import EmailsField, PhonesField
from leads.lookalikes import Lookalikes, lookalikes, shown_to
from leads.models import Campaign, Client, Contact, ContactPoint, Segment, Source
from people import access
from people.models import User

_SEVERAL = gettext_lazy("Several: separated by commas.")
_FIELD_OF = {"phone": "phones", "email": "emails", "inn": "inn"}


class Points(forms.Form):
    """Phones and e-mails of a client or of a person, and the reason why a known one is right."""

    phones = PhonesField(label=gettext_lazy("Phones"), required=False, help_text=_SEVERAL)
    emails = EmailsField(label=gettext_lazy("E-mails"), required=False, help_text=_SEVERAL)
    duplicate_reason = forms.CharField(
        label=gettext_lazy("Why it is no duplicate"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example: a branch with the same switchboard. Then it can be saved."),
    )
    user: User
    looks_like = Lookalikes()

    def take_duplicates(self, found: Sequence[Duplicate]) -> None:
        """Refuses with the cards that have a value of this form already."""
        self.looks_like = shown_to(self.user, found)
        self._say_where(found)

    def _say_where(self, found: Sequence[Duplicate]) -> None:
        for name in dict.fromkeys(_FIELD_OF[one.why] for one in found):
            words = ", ".join(dict.fromkeys(one.words for one in found if _FIELD_OF[one.why] == name))
            sentence = _("Another client has this already: %(what)s.") % {"what": words}
            self.add_error(name if name in self.fields else None, sentence)

    @property
    def asks_reason(self) -> bool:
        """The field for the reason is shown only where there is something to explain."""
        return bool(
            self.looks_like.exact or self["duplicate_reason"].value() or self.errors.get("duplicate_reason")
        )


class ClientFields:
    """What the forms for a new and for an existing client have in common."""

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    user: User

    def _prepare(self, user: User, client: Client | None = None) -> None:
        self.user = user
        for name, model in (("source", Source), ("campaign", Campaign), ("segment", Segment)):
            offered = model.objects.filter(retired_at__isnull=True)
            current = getattr(client, name, None)
            if current is not None:  # a retired one stays where it stands
                offered = offered | model.objects.filter(pk=current.pk)
            self.fields[name].queryset = offered
            self.fields[name].empty_label = _("not said")
        if not self.fields[
            "campaign"
        ].queryset.exists():  # a company without campaigns is not asked about them
            del self.fields["campaign"]
        managers = access.sellers_visible_to(user)
        if client is not None:
            managers = managers | User.objects.filter(pk=client.manager_id)
        self.fields["manager"].queryset = managers.distinct()
        if client is None and managers.filter(pk=user.pk).exists():
            self.fields["manager"].initial = user.pk
        if not access.may(user, "assign"):
            del self.fields["manager"]

    def clean_inn(self) -> str:
        return clean_inn(self.cleaned_data["inn"])


_CLIENT_FIELDS = [
    "name",
    "kind",
    "inn",
    "city",
    "region",
    "source",
    "campaign",
    "segment",
    "site",
    "note",
    "old_number",
    "manager",
]
_WIDGETS = {
    "name": forms.TextInput(attrs={"autocomplete": "off"}),
    "inn": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    "kind": forms.RadioSelect,
    "note": forms.Textarea(attrs={"rows": 3}),
}


class NewClientForm(OnceForm, ClientFields, Points, forms.ModelForm):
    """A new client with one contact person; further persons are added on the card."""

    contact_name = forms.CharField(label=gettext_lazy("Contact person"), max_length=150, required=False)
    contact_position = forms.CharField(label=gettext_lazy("Position"), max_length=150, required=False)
    contact_phones = PhonesField(label=gettext_lazy("Their phone"), required=False)
    contact_emails = EmailsField(label=gettext_lazy("Their e-mail"), required=False)
    contact_decides = forms.BooleanField(label=gettext_lazy("Makes the decision"), required=False)
    # The name whose near namesakes the user has been shown.
    near_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Client
        fields = _CLIENT_FIELDS
        widgets: ClassVar[dict[str, Any]] = _WIDGETS

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare(user)

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        person = [name for name in ("contact_position", "contact_phones", "contact_emails") if data.get(name)]
        if person and not data.get("contact_name"):
            self.add_error("contact_name", _("Say whose these are."))
        self._look_around(data)
        return data

    def _look_around(self, data: dict[str, Any]) -> None:
        """Looks for the same client before saving; whoever has been shown near names may go on."""
        found = lookalikes(
            self.user,
            name=data.get("name", ""),
            phones=[*data.get("phones", []), *data.get("contact_phones", [])],
            emails=[*data.get("emails", []), *data.get("contact_emails", [])],
            inn=data.get("inn", ""),
        )
        seen = data.get("near_seen") == name_key(data.get("name", ""))
        if found.exact and not data.get("duplicate_reason"):
            self.looks_like = found
            self.add_error(
                None, _("Such a client exists already. Open its card, or say why this is another one.")
            )
        elif found.near and not seen:
            self.looks_like = found
            self.add_error(
                None, _("There are clients with nearly this name. If yours is not among them, save again.")
            )

    @property
    def shows_more(self) -> bool:
        """The fields behind «More» are shown where something stands in them or is wrong."""
        rare = ("region", "segment", "site", "old_number", "note")
        return any(self[name].value() or self[name].errors for name in rare)

    @property
    def near_key(self) -> str:
        """What `near_seen` holds once the namesakes stand on the page."""
        return name_key(str(self["name"].value() or ""))

    def draft(self) -> dict[str, Any]:
        """Keywords for `create_client`."""
        data = self.cleaned_data
        person = ContactDraft(
            name=data["contact_name"],
            position=data["contact_position"],
            is_decision_maker=data["contact_decides"],
            phones=data["contact_phones"],
            emails=data["contact_emails"],
        )
        own = {
            name: data[name]
            for name in (*_CLIENT_FIELDS, "phones", "emails", "duplicate_reason")
            if name in data
        }
        return {"manager": self.user, **own, "contacts": [person] if person.name else []}


class ClientForm(ClientFields, Points, RecordForm):
    """An existing client's own fields, its phones and e-mails."""

    record: Client

    class Meta:
        model = Client
        fields = _CLIENT_FIELDS
        widgets: ClassVar[dict[str, Any]] = _WIDGETS

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare(user, self.record)
        _merge_points(self)

    def current_values(self) -> dict[str, Any]:
        return _points_of(self.record, None)


class ContactFields(forms.ModelForm):
    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = ["name", "position", "is_decision_maker", "note"]


class NewContactForm(OnceForm, Points, ContactFields):
    """A further contact person of a client."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def draft(self) -> ContactDraft:
        data = self.cleaned_data
        return ContactDraft(**{name: data[name] for name in (*self.Meta.fields, "phones", "emails")})


class ContactForm(Points, RecordForm):
    """An existing contact person with phones and e-mails."""

    record: Contact

    class Meta(ContactFields.Meta):
        pass

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        _merge_points(self)

    def current_values(self) -> dict[str, Any]:
        return _points_of(self.record.client, self.record)


def _merge_points(form: forms.BaseForm) -> None:
    """Phones and e-mails are rows of their own: the form says what it was opened with, so that they can be merged."""
    for name in ("phones", "emails"):
        form.fields[name].show_hidden_initial = True


def _points_of(client: Client, contact: Contact | None) -> dict[str, Any]:
    rows = list(ContactPoint.objects.filter(client=client, contact=contact).values_list("kind", "value"))
    return {
        "phones": [value for kind, value in rows if kind == ContactPoint.Kind.PHONE],
        "emails": [value for kind, value in rows if kind == ContactPoint.Kind.EMAIL],
    }


class LookAroundForm(forms.Form):
    """What the new client's form holds so far, for a look at namesakes while it is filled; nothing is required."""

    name = forms.CharField(required=False)
    phones = PhonesField(required=False)
    contact_phones = PhonesField(required=False)
    emails = EmailsField(required=False)
    contact_emails = EmailsField(required=False)
    inn = forms.CharField(required=False)

    def clean_inn(self) -> str:
        return clean_inn(self.cleaned_data["inn"])

    def look(self, user: User) -> Lookalikes:
        """Candidates for what can be read so far."""
        self.full_clean()
        data = self.cleaned_data
        return lookalikes(
            user,
            name=data.get("name", ""),
            phones=[*data.get("phones", []), *data.get("contact_phones", [])],
            emails=[*data.get("emails", []), *data.get("contact_emails", [])],
            inn=data.get("inn", ""),
        )
