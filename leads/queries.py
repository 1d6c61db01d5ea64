"""Words for asking about clients and their contact persons."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q

from core.text import has_term, search_terms
from people.access import VisibleQuerySet

if TYPE_CHECKING:
    from leads.models import Client, Contact, ContactPoint  # noqa: F401

# A longer row of digits is a phone or an INN: no company has so many clients.
_LONGEST_NUMBER = 9


class ClientQuerySet(VisibleQuerySet["Client"]):
    """Clients; visible by their manager."""

    def found_by(self, query: str) -> Self:
        """Those with every word of the query in name, INN, phone, e-mail, contact person, or as their number."""
        rows = self
        for term in search_terms(query):
            condition = has_term("search", term)
            if term.isascii() and term.isdigit() and len(term) <= _LONGEST_NUMBER:
                condition |= Q(pk=int(term))
            rows = rows.filter(condition)
        return rows

    def with_merges(self) -> Self:
        """Annotates `has_merges`: whether other cards have been merged into this one."""
        return self.annotate(has_merges=Exists(self.model.all_objects.filter(merged_into=OuterRef("pk"))))

    def step_overdue(self, day: dt.date, moment: dt.datetime) -> Self:
        """The next step was due before the day, or at a time of it that has passed."""
        return self.filter(Q(next_step_on__lt=day) | Q(next_step_on=day, next_step_at__lt=moment))

    def step_today(self, day: dt.date, moment: dt.datetime) -> Self:
        """The next step is due on the day and its time has not passed."""
        return self.filter(Q(next_step_at__isnull=True) | Q(next_step_at__gte=moment), next_step_on=day)

    def step_later(self, day: dt.date) -> Self:
        return self.filter(next_step_on__gt=day)

    def without_step(self) -> Self:
        """Nothing is planned with them."""
        return self.filter(next_step_on__isnull=True)

    def no_contact_since(self, moment: dt.datetime) -> Self:
        """The last contact was before the moment; without any, the card itself is older."""
        return self.filter(
            Q(last_contact_at__lt=moment) | Q(last_contact_at__isnull=True, created_at__lt=moment)
        )


class ContactQuerySet(VisibleQuerySet["Contact"]):
    """Contact persons; visible with their client."""

    owner_path = "client__manager"


class ContactPointQuerySet(VisibleQuerySet["ContactPoint"]):
    """Phones and e-mails; visible with their client."""

    owner_path = "client__manager"

    def phones(self) -> Self:
        return self.filter(kind="phone")

    def emails(self) -> Self:
        return self.filter(kind="email")
