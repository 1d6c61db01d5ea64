"""Open deals without a task (K1)."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpi.indicators import near
from kpi.indicators.base import Near, Rows, Span
from kpi.indicators.deals import OpenDeals


class DealsWithoutTask(OpenDeals):
    """`next_step_on` of a deal's version says whether anything was planned on it then: it is kept by whoever writes
    activities, in the same operation."""

    code = "deals_without_task"
    name = _("Without a task")
    formula = _(
        "Open deals on which nothing was planned at the cut-off. An overdue task is a task; a task on the client is"
        " none of the deal's; a deal that waits until a date has one until that date has passed."
    )

    def records(self, span: Span) -> Rows:
        waits_no_more = Q(waiting_until__isnull=True) | Q(waiting_until__lt=span.today)
        return super().records(span).filter(waits_no_more, next_step_on__isnull=True)

    def nearly(self, span: Span) -> Iterable[Near]:
        return near.deals_without_task(self, super().records(span), span)
