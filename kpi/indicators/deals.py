"""What is counted of deals."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import F, OuterRef, Subquery

from core.history.operations import Operation
from kpi.indicators import near
from kpi.indicators.base import Changed, Definition, Near, Rows, Span
from pipeline.models import Deal, StageMove


class DealsClosed(Definition):
    """Deals that entered `state` in the window and stood in it at its end, credited to who was responsible at that
    move: handed over afterwards, a won deal stays its winner's. Won, reopened and won again counts by the last time."""

    state: ClassVar[str]
    model = Deal

    def records(self, span: Span) -> Rows:
        move = StageMove.objects.filter(deal_id=OuterRef("record_id"), at=OuterRef("closed_at")).order_by(
            "-pk"
        )
        rows = (
            Deal.versions.at(span.window.end)
            .filter(deleted_at__isnull=True, state=self.state, **span.window.lookup("closed_at"))
            .annotate(person=Subquery(move.values("manager_id")[:1]))
            .filter(person__among=span.people)
        )
        if not self.counts_imports:
            rows = rows.annotate(way=Subquery(move.values("operation__kind")[:1])).exclude(
                way=Operation.Kind.IMPORT
            )
        return rows

    def nearly(self, span: Span) -> Iterable[Near]:
        return near.deals_closed(self, span)

    def changed(self, then: Any, now: Any) -> Changed | None:
        return near.deal_changed(self, then, now)


class OpenDeals(Definition):
    """Deals that were open at the end of the window, with who was responsible then."""

    is_flow = False
    model = Deal

    def records(self, span: Span) -> Rows:
        return (
            Deal.versions.still_at(span.window.end)
            .filter(deleted_at__isnull=True, state=Deal.State.OPEN, manager__among=span.people)
            .annotate(person=F("manager_id"))
        )
