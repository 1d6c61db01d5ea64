"""Sales: what was shipped (net of returns, in the month they came back), the documents of it, what was ordered."""

from django.db.models import Count, F, Q, Sum
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


def _paths(client: str, manager: str, day: str) -> dict[str, str]:
    return {
        "manager": manager,
        "team": manager,
        "client": client,
        "region": f"{client}__region",
        "city": f"{client}__city",
        "source": f"{client}__source",
        "campaign": f"{client}__campaign",
        "segment": f"{client}__segment",
        "day": day,
    }


# Lines of shipments, returns and corrections: what the word "sales" means unless something else is said.
SOLD = Fact(
    "sold",
    _("Shipped"),
    lambda user: ShipmentLine.objects.visible_to(user),
    "shipment__day",
    {
        **_paths("shipment__client", "shipment__manager", "shipment__day"),
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
        Rolled(
            lambda user: SalesByClient.objects.visible_to(user),
            {
                "manager": "manager",
                "team": "manager",
                "month": "month",
                "client": "client",
                "region": "client__region",
                "city": "client__city",
                "source": "client__source",
                "campaign": "client__campaign",
                "segment": "client__segment",
            },
            _ROLLED,
        ),
    ),
)

# The documents: for how many shipments there were, and what one is worth on the average.
SHIPMENTS = Fact(
    "shipments",
    _("Shipments"),
    lambda user: Shipment.objects.visible_to(user),
    "day",
    {**_paths("client", "manager", "day"), "month": "month", "funnel": "order__deal__stage__funnel"},
    {
        "net": NET,
        "gross": GROSS,
        "cost": COST,
        "margin": MARGIN,
        "shipments": Measure(
            "shipments", _("Shipments"), "int", Count("pk", filter=Q(kind=Shipment.Kind.SHIPMENT))
        ),
    },
    (
        Rolled(
            lambda user: SalesByClient.objects.visible_to(user),
            {
                "manager": "manager",
                "team": "manager",
                "month": "month",
                "client": "client",
                "region": "client__region",
                "city": "client__city",
                "source": "client__source",
                "campaign": "client__campaign",
                "segment": "client__segment",
            },
            {**_ROLLED, "shipments": Sum("shipments")},
        ),
    ),
)

# Lines of orders that are not cancelled, by the day of the order.
ORDERED = Fact(
    "ordered",
    _("Ordered"),
    lambda user: OrderLine.objects.visible_to(user).filter(order__cancelled_on=None),
    "order__ordered_on",
    {
        **_paths("order__client", "order__manager", "order__ordered_on"),
        "month": TruncMonth("order__ordered_on"),
        "product": "product",
        "group": "product__group",
        "funnel": "order__deal__stage__funnel",
    },
    {each.key: each for each in (NET, GROSS, QUANTITY, COST, MARGIN)},
)
