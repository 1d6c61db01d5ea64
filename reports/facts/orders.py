"""Orders in force by the day they were made, and what they cost beside their goods."""

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from orders.models import ExtraCost, Order
from reports.facts.base import Fact, Measure, Path

ORDER_PATHS: dict[str, Path] = {
    "manager": "manager",
    "team": "manager",
    "client": "client",
    "region": "client__region",
    "source": "client__source",
    "segment": "client__segment",
}
COST_PATHS: dict[str, Path] = {key: f"order__{path}" for key, path in ORDER_PATHS.items()}

_ORDERS = Measure("orders", _("Orders"), "int", Count("pk"))
_AMOUNT = Measure("amount", _("Orders with VAT, ₽"), "sum", Sum("amount"))
_NET = Measure("net", _("Orders without VAT, ₽"), "sum", Sum("net"))

MADE = Fact(
    "made",
    _("Orders"),
    lambda user: Order.objects.visible_to(user).in_force(),
    "ordered_on",
    ORDER_PATHS,
    {each.key: each for each in (_ORDERS, _AMOUNT, _NET)},
)

_COST = {
    "amount": Measure("amount", _("Sum, ₽"), "sum", Sum("amount")),
    "count": Measure("count", _("Costs"), "int", Count("pk")),
}

# What was accrued in the period, and what was paid in it; of orders in force.
ACCRUED = Fact(
    "accrued",
    _("Extra costs accrued"),
    lambda user: ExtraCost.objects.visible_to(user).filter(order__cancelled_on=None),
    "accrued_on",
    COST_PATHS,
    _COST,
)
PAID_OUT = Fact(
    "paid_out",
    _("Extra costs paid"),
    lambda user: ExtraCost.objects.visible_to(user).filter(order__cancelled_on=None),
    "paid_on",
    COST_PATHS,
    _COST,
)
