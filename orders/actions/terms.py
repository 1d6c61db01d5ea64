"""The verb of terms of trade."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history.operations import operation
from leads.models import Client
from orders.models import Terms
from people import access
from people.models import User

TERMS_FIELDS = frozenset({"discount", "deferral_days", "credit_limit", "potential"})


def set_terms(client: Client, *, by: User, terms: Terms | None = None, **fields: Any) -> Terms:
    """On which terms the client buys; `fields`: some of `TERMS_FIELDS`, what is not named stays.

    `terms`: those that were read for a form, so that `StaleRecord` says if somebody saved them since. For who has the
    ability "terms". ValidationError by field.
    """
    access.require(by, "terms")
    access.require_change(by, client)
    if unknown := set(fields) - TERMS_FIELDS:
        raise TypeError(f"no fields of terms: {', '.join(sorted(unknown))}")
    with operation(by=by):
        # Of two who set the first terms at one moment the second finds those of the first.
        list(Client.objects.select_for_update().filter(pk=client.pk).values_list("pk"))
        if terms is None or terms.pk is None:
            terms = Terms.objects.filter(client=client).first() or Terms(client=client)
        for name, value in fields.items():
            setattr(terms, name, value)
        terms.clean_fields(exclude=["client"])
        for name in ("credit_limit", "potential"):
            value = getattr(terms, name)
            if value is not None and value < 0:
                raise ValidationError({name: _("The sum cannot be negative.")})
        terms.save()
    return terms
