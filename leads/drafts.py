"""What is known of a client or a contact person before the record exists; everything typed is cleaned here.

A form, an import and the demo hand the verbs the same drafts. Phones may stand in any notation, an INN with any
separators. What cannot be right is a ValidationError with the field's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import CharField
from django.utils.translation import gettext as _

from core.inn import clean_inn
from core.phones import read_phones
from leads.models import Campaign, Client, Contact, Segment, Source
from people.models import User


@dataclass(frozen=True, kw_only=True)
class ContactDraft:
    """A contact person with the phones and e-mails of their own."""

    name: str
    position: str = ""
    is_decision_maker: bool = False
    note: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ClientDraft:
    """A new client. `duplicate_reason` says why it is none where a phone, an e-mail or the INN is known already."""

    manager: User
    name: str
    kind: str = Client.Kind.COMPANY
    inn: str = ""
    region: str = ""
    city: str = ""
    source: Source | None = None
    campaign: Campaign | None = None
    segment: Segment | None = None
    site: str = ""
    note: str = ""
    old_number: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    contacts: Sequence[ContactDraft] = field(default=())
    duplicate_reason: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of the client."""
        below = ("phones", "emails", "contacts")
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in below}


# What `update_client` changes; manager and contact points have verbs of their own.
CLIENT_FIELDS = frozenset(ClientDraft.__dataclass_fields__) - {
    "manager",
    "phones",
    "emails",
    "contacts",
    "duplicate_reason",
}
CONTACT_FIELDS = frozenset({"name", "position", "is_decision_maker", "note"})


def clean_fields(model: type[Client] | type[Contact], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with texts trimmed and the INN as digits. ValidationError by field: missing name, too long, no INN.

    The database alone would not do: SQLite knows no lengths.
    """
    cleaned = dict(values)
    errors: dict[str, Any] = {}
    for name, value in cleaned.items():
        one: Any = model._meta.get_field(name)
        if not isinstance(value, str):
            continue
        text = value.replace("\x00", "").strip()
        if isinstance(one, CharField) and one.max_length:
            text = " ".join(text.split())
            if len(text) > one.max_length:
                errors[name] = _("Too long: at most %(max)s characters.") % {"max": one.max_length}
        if one.choices and text not in dict(one.flatchoices):
            errors[name] = _("Choose one of the values offered.")
        cleaned[name] = text
    if "name" in cleaned and not cleaned["name"]:
        errors["name"] = _("Enter the name.")
    if cleaned.get("inn"):
        try:
            cleaned["inn"] = clean_inn(cleaned["inn"])
        except ValidationError as error:
            errors["inn"] = error
    if errors:
        raise ValidationError(errors)
    return cleaned


def with_source(values: dict[str, Any], *, has_one: bool = False) -> dict[str, Any]:
    """The values with the campaign's source, where a campaign is said and the client has no source otherwise."""
    campaign = values.get("campaign")
    if campaign is not None and campaign.source_id and not values.get("source", has_one):
        return {**values, "source": campaign.source}
    return values


def clean_phones(texts: Iterable[str], field_name: str = "phones") -> list[str]:
    """E.164 digits of all numbers in the texts, in order, each once. ValidationError names what is no phone."""
    digits: dict[str, None] = {}
    invalid: list[str] = []
    for text in texts:
        read = read_phones(text)
        digits.update(dict.fromkeys(phone.digits for phone in read.phones))
        invalid += read.invalid
    if invalid:
        sentence = _("This is no phone number: %(texts)s. Write it with the city code.")
        raise ValidationError({field_name: sentence % {"texts": "; ".join(invalid)}})
    return list(digits)


def clean_emails(texts: Iterable[str], field_name: str = "emails") -> list[str]:
    """E-mails in lower case, in order, each once; a text may hold several, separated by comma, semicolon or blank."""
    emails: dict[str, None] = {}
    for text in texts:
        for piece in text.replace(",", " ").replace(";", " ").lower().split():
            try:
                validate_email(piece)
            except ValidationError as error:
                sentence = _("This is no e-mail address: %(text)s.")
                raise ValidationError({field_name: sentence % {"text": piece}}) from error
            emails[piece] = None
    return list(emails)
