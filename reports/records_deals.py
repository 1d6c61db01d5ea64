"""Deals and their moves behind a number."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.tables.columns import Column
from pipeline.marks import marks_of, next_step_of
from pipeline.models import Deal, StageMove
from pipeline.stays import name_as_then
from reports.records import Records


class DealsOf(Records):
    """Deals, with what becomes of them."""

    title = _("Deals")
    model = Deal
    joins = ("client", "stage", "manager", "loss_reason")
    default_sort, primary = "-created_at", "client"

    @cached_property
    def moment(self) -> Any:
        return self.report.asked.moment

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("number", _("№"), "number", sort="pk", on_phone="hide"),
            Column("client", _("Client"), value="client.name", sort="client__name"),
            Column("name", _("What is sold"), "longtext", sort="name", wide_only=True),
            Column("stage", _("Stage"), "stage", sort=("stage__funnel__position", "stage__position")),
            Column("amount", _("Sum, ₽"), "sum", sort="amount", total=Sum("amount"), on_phone="end"),
            Column(
                "next_step",
                _("Next step"),
                "next_step",
                value=lambda deal: next_step_of(deal, self.moment) if deal.state == "open" else None,
                sort=("next_step_on", "next_step_at"),
            ),
            Column("marks", _("Marks"), "flags", value=lambda deal: marks_of(deal, self.moment).flags),
            Column("reason", _("Reason of loss"), value="loss_reason", sort="loss_reason__position"),
            Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"),
            Column("created_at", _("Made"), "date", sort="created_at"),
            Column("closed_at", _("Closed"), "date", sort="closed_at", wide_only=True),
        ]


class MovesOf(Records):
    """Moves, the stages called as they were then."""

    title = _("Moves of deals")
    model = StageMove
    joins = ("deal__client", "from_stage", "to_stage", "manager", "by")
    default_sort, primary = "-at", "client"

    def row_link(self, record: Any) -> str | None:
        return str(record.deal.get_absolute_url())

    def prepare(self, records: list[Any]) -> None:
        name_as_then(records)

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("at", _("Moved"), "moment", sort="at", on_phone="end"),
            Column("client", _("Client"), value="deal.client.name", sort="deal__client__name"),
            Column("from", _("From"), "stage", value="from_stage", sort="from_stage__position"),
            Column("to", _("To"), "stage", value="to_stage", sort="to_stage__position"),
            Column("amount", _("Sum, ₽"), "sum", sort="amount", total=Sum("amount")),
            Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"),
            Column("by", _("Moved by"), "person", value="by.short_name", sort="by__name", wide_only=True),
        ]
