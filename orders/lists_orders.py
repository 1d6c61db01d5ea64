"""The list of orders."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import periods
from core.money import MoneyField
from core.tables import Action, Column, Empty, List
from leads.models import Client
from orders.filters_orders import OrderFilter
from orders.models import Order
from orders.states import flags_of
from people.pages import ForAbility
from pipeline.filters import sees_several

DEBT = Sum(F("shipped") - F("paid"), output_field=MoneyField())


class OrderList(ForAbility, List):
    """Orders the user sees; all but cancelled ones unless the filter says otherwise."""

    ability = "sell"
    name, title = "orders", _("Orders")
    filterset = OrderFilter
    search_hint = _("Client, phone, order number")
    default_sort, primary = "-ordered_on", "number"

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = Order.objects.visible_to(request.user).select_related("client", "manager")
        return rows

    def find(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Orders of the clients that are found, or those with this number («17» or «17/2026»)."""
        number, _slash, year = query.removeprefix("№").strip().partition("/")
        if _is_number(number) and (not year or _is_number(year)):
            numbered = rows.filter(number=int(number), **({"year": int(year)} if year else {}))
            if numbered.exists():
                return numbered
        return rows.filter(client__in=Client.objects.visible_to(self.request.user).found_by(query).order_by())

    @cached_property
    def today(self) -> Any:
        return periods.today()

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        manager = Column("manager", _("Manager"), "person", value="manager.short_name", sort="manager__name")
        return [
            Column("number", _("№"), "text", value=str, sort=("year", "number")),
            Column("ordered_on", _("Date"), "date", sort=("ordered_on", "pk"), on_phone="hide"),
            Column("client", _("Client"), "text", value="client.name", sort="client__name"),
            Column("state", _("State"), "flags", value=lambda order: flags_of(order, self.today)),
            Column("amount", _("Amount"), "money", sort="amount", total=Sum("amount"), on_phone="end"),
            Column(
                "shipped",
                _("Shipped"),
                "money",
                sort="shipped",
                total=Sum("shipped"),
                on_phone="hide",
                wide_only=True,
            ),
            Column("paid", _("Paid"), "money", sort="paid", total=Sum("paid"), on_phone="hide"),
            Column(
                "debt",
                _("Debt"),
                "money",
                value=lambda order: None if order.cancelled_on else order.debt,
                sort=F("shipped") - F("paid"),
                total=DEBT,
                on_phone="hide",
            ),
            Column("ship_on", _("Shipment"), "date", sort=("ship_on", "pk"), on_phone="hide", wide_only=True),
            *([manager] if sees_several(request.user) else []),
            Column("promised_on", _("Promised to pay on"), "date", only_export=True),
            Column("originals_on", _("Originals came back on"), "date", only_export=True),
        ]

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        return [Action(_("New order"), reverse("orders:new_order"))]

    def empty_state(self, request: HttpRequest) -> Empty:
        return Empty(
            _("No orders yet"),
            _("An order comes of a won deal, or is made for a client right away."),
            Action(_("New order"), reverse("orders:new_order")),
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
