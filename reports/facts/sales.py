"""Sales: what was shipped (net of returns, in the month they came back), the documents of it, what was ordered."""

from collections.abc import Mapping

from django.db.models import Aggregate, Count, Expression, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from orders.models import OrderLine, SalesByClient, SalesByProduct, Shipment, ShipmentLine
from reports.facts.base import Fact, Measure, Rolled

NET = Measure("net", _("Sales without VAT, ₽"), "sum", Sum("net"))
GROSS = Measure("gross", _("Sales with VAT, ₽"), "sum", Sum("amount"))
QUANTITY = Measure("quantity", _("Quantity"), "quantity", Sum("quantity"))
COST = Measure("cost", _("Cost, ₽"), "sum", Sum("cost"))
# Sales without VAT less what the goods cost us.
MARGIN = Measure("margin", _("Margin, ₽"), "sum", Sum(F("net") - F("cost")))

_ROLLED = {
    "net": Sum("net"),
    "gross": Sum("amount"),
    "cost": Sum("cost"),
    "margin": Sum(F("net") - F("cost")),
}


def _whose(client: str, manager: str) -> dict[str, str]:
    return {
        "manager": manager,
        "team": manager,
        "client": client,
        "region": f"{client}__region",
        "city": f"{client}__city",
        "source": f"{client}__source",
        "campaign": f"{client}__campaign",
        "segment": f"{client}__segment",
    }


def _by_client(values: Mapping[str, Aggregate | Expression]) -> Rolled:
    """What each seller shipped to each client in a month."""
    rows = {**_whose("client", "manager"), "month": "month"}
    return Rolled(lambda user: SalesByClient.objects.visible_to(user), rows, values)


# Lines of shipments, returns and corrections: what the word "sales" means unless something else is said.
SOLD = Fact(
    "sold",
    _("Shipped"),
    lambda user: ShipmentLine.objects.visible_to(user),
    "shipment__day",
    {
        **_whose("shipment__client", "shipment__manager"),
        "day": "shipment__day",
        "month": "shipment__month",
        "product": "product",
        "group": "product__group",
        "funnel": "shipment__order__deal__stage__funnel",
    },
    {each.key: each for each in (NET, GROSS, QUANTITY, COST, MARGIN)},
    (
        Rolled(
            lambda user: SalesByProduct.objects.visible_to(user),
            {
                "manager": "manager",
                "team": "manager",
                "month": "month",
                "product": "product",
                "group": "product__group",
            },
            {**_ROLLED, "quantity": Sum("quantity")},
        ),
        _by_client(_ROLLED),
    ),
)

# The documents: for how many shipments there were, and what one is worth on the average.
SHIPMENTS = Fact(
    "shipments",
    _("Shipments"),
    lambda user: Shipment.objects.visible_to(user),
    "day",
    {**_whose("client", "manager"), "day": "day", "month": "month", "funnel": "order__deal__stage__funnel"},
    {
        "net": NET,
        "gross": GROSS,
        "cost": COST,
        "margin": MARGIN,
        "shipments": Measure(
            "shipments", _("Shipments"), "int", Count("pk", filter=Q(kind=Shipment.Kind.SHIPMENT))
        ),
    },
    (_by_client({**_ROLLED, "shipments": Sum("shipments")}),),
)

# Lines of orders that are not cancelled, by the day of the order.
ORDERED = Fact(
    "ordered",
    _("Ordered"),
    lambda user: OrderLine.objects.visible_to(user).filter(order__cancelled_on=None),
    "order__ordered_on",
    {
        **_whose("order__client", "order__manager"),
        "day": "order__ordered_on",
        "month": TruncMonth("order__ordered_on"),
        "product": "product",
        "group": "product__group",
        "funnel": "order__deal__stage__funnel",
    },
    {each.key: each for each in (NET, GROSS, QUANTITY, COST, MARGIN)},
)
