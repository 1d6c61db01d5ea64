"""Companies added (K1)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from kpi.indicators import near
from kpi.indicators.base import Changed, Definition, Near, Rows, Source, Span
from leads.models import Client


class CompaniesAdded(Definition):
    """Credited to who entered the card; an imported one (where imports count) to who became responsible for it. What
    the system made, a lead from a form on a site, is nobody's."""

    code = "companies_added"
    name = _("Companies")
    formula = _(
        "New cards of clients, entered in the day's window and neither deleted nor merged with an older card by its"
        " end, credited to who entered them."
    )
    source = Source.CLIENT
    model = Client

    def records(self, span: Span) -> Rows:
        first = Client.versions.filter(record_id=OuterRef("record_id")).order_by("valid_from", "pk")
        rows = (
            Client.versions.at(span.window.end)
            .filter(deleted_at__isnull=True, **span.window.lookup("created_at"))
            .exclude(Exists(self._older_merged_into(span)))
            .annotate(way=Subquery(first.values("operation__kind")[:1]))
            .annotate(
                person=Case(
                    When(way=Operation.Kind.IMPORT, then=Subquery(first.values("manager_id")[:1])),
                    default=Subquery(first.values("operation__by_id")[:1]),
                )
            )
            .filter(person__among=span.people)
        )
        return rows if self.counts_imports else rows.exclude(way=Operation.Kind.IMPORT)

    def nearly(self, span: Span) -> Iterable[Near]:
        return near.companies(self, span)

    def changed(self, then: Any, now: Any) -> Changed | None:
        return near.client_changed(self, then, now)

    def _older_merged_into(self, span: Span) -> Rows:
        """A card older than the window that has become part of this one, at first hand or at second."""
        merged = Client.versions.at(span.window.end).filter(merged_into__isnull=False)
        older = Q(created_at__lte=span.window.start)
        at_second_hand = merged.filter(older, merged_into_id=OuterRef("record_id"))
        return merged.filter(older | Exists(at_second_hand), merged_into_id=OuterRef("record_id"))
