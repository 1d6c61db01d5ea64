"""Filters of the list of orders."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables import DayRangeFilter
from leads.models import Client
from orders.models import Order, OrderLine
from orders.queries import OrderQuerySet
from orders.tree import Tree
from people.access import owners_visible_to, sellers_visible_to


class OrderFilter(django_filters.FilterSet):
    """All orders but cancelled ones unless a state is asked for."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=None,
        choices=[
            ("", _("All but cancelled")),
            ("open", _("To be shipped")),
            ("late", _("Shipment is late")),
            ("owing", _("Shipped and not paid")),
            ("unpaid", _("Not paid")),
            ("cancelled", _("Cancelled")),
            ("all", _("All orders")),
        ],
        method="in_state",
    )
    manager = django_filters.ChoiceFilter(label=_("Manager"), field_name="manager_id")
    group = django_filters.ChoiceFilter(label=_("Product group"), method="of_group")
    region = django_filters.ChoiceFilter(label=_("Region"), field_name="client__region")
    ordered = DayRangeFilter(label=_("Ordered"), field_name="ordered_on")
    planned = DayRangeFilter(label=_("Planned shipment"), field_name="ship_on")

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        owners = owners_visible_to(user)
        if owners is not None and len(owners) < 2:
            del self.filters["manager"]
        else:
            self._offer("manager", list(sellers_visible_to(user).values_list("pk", "name")))
        self.tree = Tree.read()
        self._offer("group", [(group.pk, self.tree.path(group.pk)) for group in self.tree.order])
        clients = Client.objects.visible_to(user).exclude(region="").order_by("region")
        regions = [(region, region) for region in clients.values_list("region", flat=True).distinct()]
        if regions:
            self._offer("region", regions)
        else:
            del self.filters["region"]

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.filters[name].extra["choices"] = choices

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.in_force()

    def in_state(self, rows: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        match value:
            case "open":
                return rows.unshipped()
            case "late":
                return rows.late_to_ship(periods.today())
            case "owing":
                return rows.owing()
            case "unpaid":
                return rows.unpaid()
            case "cancelled":
                return rows.filter(cancelled_on__isnull=False)
        return rows

    def of_group(self, rows: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        """Orders with a product of the group or of one below it."""
        lines = OrderLine.objects.filter(
            order=OuterRef("pk"), product__group__in=self.tree.within(int(value))
        )
        return rows.filter(Exists(lines))
