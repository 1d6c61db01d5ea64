"""Orders, payments and extra costs behind a number."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.tables.columns import Column
from orders.models import ExtraCost, Order, Payment
from orders.states import flags_of
from reports.records import COLUMN, LINE, Records


class OrdersOf(Records):
    """Orders. A report that counts parts of orders says by `parts(line, column)` which part of each is in the cell."""

    title = _("Orders")
    model = Order
    joins = ("client", "manager")
    default_sort, primary = "-ordered_on", "number"

    @cached_property
    def parts(self) -> Mapping[int, Decimal]:
        parts = getattr(self.report, "parts", None)
        return parts(self.request.GET.get(LINE, ""), self.request.GET.get(COLUMN, "")) if parts else {}

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        parts, today = self.parts, self.report.asked.today
        part = Column("part", _("Of it counted, ₽"), "sum", value=lambda order: parts.get(order.pk))
        return [
            Column("number", _("№"), value=str, sort=("year", "number")),
            Column("client", _("Client"), value="client.name", sort="client__name"),
            Column("state", _("State"), "flags", value=lambda order: flags_of(order, today)),
            *([part] if parts else []),
            Column("amount", _("Sum, ₽"), "sum", sort="amount", total=Sum("amount"), on_phone="end"),
            Column("shipped", _("Shipped, ₽"), "sum", sort="shipped", total=Sum("shipped"), wide_only=True),
            Column("paid", _("Paid, ₽"), "sum", sort="paid", total=Sum("paid")),
            Column("unpaid", _("Unpaid, ₽"), "sum", sort=F("amount") - F("paid"), wide_only=True),
            Column("ordered_on", _("Date"), "date", sort=("ordered_on", "pk")),
            Column("ship_on", _("Planned shipment"), "date", sort=("ship_on", "pk")),
            Column("promised_on", _("Promised to pay on"), "date", sort="promised_on", wide_only=True),
            Column("terms_reason", _("Why against the terms"), "longtext", only_export=True),
            Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name"),
        ]


class PaymentsOf(Records):
    title = _("Payments")
    model = Payment
    joins = ("client__manager",)
    default_sort, primary = "-paid_on", "client"

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("paid_on", _("Day"), "date", sort=("paid_on", "pk")),
            Column("client", _("Client"), value=_who, sort=("client__name", "payer")),
            Column("amount", _("Sum, ₽"), "sum", sort="amount", total=Sum("amount"), on_phone="end"),
            Column("form", _("Form"), value="get_form_display", sort="form"),
            Column("number", _("Document"), sort="number"),
            Column("purpose", _("Purpose"), "longtext", wide_only=True),
            Column("manager", _("Manager"), "person", value="client.manager.short_name"),
        ]


class ExtraCostsOf(Records):
    """Transport, commissions and other costs of orders."""

    title = _("Extra costs")
    model = ExtraCost
    joins = ("order__client", "order__manager")
    default_sort, primary = "-accrued_on", "order"

    def row_link(self, record: Any) -> str | None:
        return str(record.order.get_absolute_url())

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("accrued_on", _("Accrued"), "date", sort=("accrued_on", "pk")),
            Column("kind", _("What for"), value="get_kind_display", sort="kind"),
            Column("order", _("Order")),
            Column("client", _("Client"), value="order.client.name", sort="order__client__name"),
            Column("amount", _("Sum, ₽"), "sum", sort="amount", total=Sum("amount"), on_phone="end"),
            Column("paid_on", _("Paid"), "date", sort="paid_on"),
            Column("note", _("Note"), "longtext", wide_only=True),
            Column(
                "manager",
                _("Manager"),
                "person",
                value="order.manager.short_name",
                sort="order__manager__name",
            ),
        ]


def _who(payment: Payment) -> str:
    return payment.client.name if payment.client else payment.payer
