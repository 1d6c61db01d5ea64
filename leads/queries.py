"""Words for asking about clients."""

from typing import TYPE_CHECKING, Self

from core.text import search_terms
from people.access import VisibleQuerySet

if TYPE_CHECKING:
    from leads.models import Client  # noqa: F401


class ClientQuerySet(VisibleQuerySet["Client"]):
    """Clients; visible by their manager."""

    def found_by(self, query: str) -> Self:
        """Those with every word of the query in number, name, INN, phone, e-mail or contact person."""
        rows = self
        for term in search_terms(query):
            rows = rows.filter(search__has=term)
        return rows
