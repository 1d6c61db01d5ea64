"""What may still come: open deals weighted by their stage's probability, orders that are to be shipped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from orders.lines import rounded
from orders.models import Order, OrderLine
from pipeline.models import Deal, Stage
from reports.asking import Asked
from reports.facts.base import expression, narrowed

# Deals more probable than this are called probable in sentences.
PROBABLE = 70

DEAL_COLUMNS: dict[str, Any] = {
    "manager": "manager",
    "team": "manager",
    "group": "product_group",
    "region": "client__region",
    "source": "client__source",
    "segment": "client__segment",
    "day": "expected_on",
    "month": TruncMonth("expected_on"),
}
_LINE_COLUMNS: dict[str, Any] = {
    "manager": "order__manager",
    "team": "order__manager",
    "group": "product__group",
    "product": "product",
    "region": "order__client__region",
    "source": "order__client__source",
    "segment": "order__client__segment",
    "month": TruncMonth("order__ship_on"),
}


def open_deals(asked: Asked) -> QuerySet[Any]:
    """Open deals without an order that are expected to close in the period."""
    rows = Deal.objects.visible_to(asked.user).open()
    rows = rows.filter(expected_on__gte=asked.first, expected_on__lte=asked.last, amount__isnull=False)
    # One list of deals: where few orders come of any, SQLite reads all orders for each deal it is asked about.
    rows = rows.exclude(pk__in=Order.objects.in_force().filter(deal__isnull=False).order_by().values("deal"))
    return narrowed(rows, DEAL_COLUMNS, asked.narrow)


def weighted(asked: Asked, by: str) -> dict[Any, Decimal]:
    """{value of the dimension: sum of amount × probability}; two queries."""
    probability = dict(Stage.all_objects.values_list("pk", "probability"))
    # By the stage itself, in whose order the index stands: to join what it says of it costs more than the sums.
    rows = open_deals(asked).order_by().annotate(by=expression(DEAL_COLUMNS[by])).values("by", "stage")
    found: dict[Any, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for key, stage, amount in rows.annotate(sum=Sum("amount")).values_list("by", "stage", "sum"):
        found[key] += amount * probability[stage] / 100
    return {key: rounded(value) for key, value in found.items()}


def probable(asked: Asked) -> Decimal:
    """What stands in deals more probable than `PROBABLE` %."""
    rows = open_deals(asked).filter(stage__probability__gt=PROBABLE)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal("0.00")


@dataclass(frozen=True)
class Deciding:
    """A deal that decides the period, and what it weighs in it."""

    deal: Deal
    weight: Decimal


def deciding(asked: Asked, count: int = 10) -> list[Deciding]:
    """The deals that weigh most, by amount × probability, greatest first."""
    weight = F("amount") * F("stage__probability")
    # Their keys come from an index alone; whole rows are read of those few only.
    keys = list(open_deals(asked).order_by(weight.desc(), "pk").values_list("pk", flat=True)[:count])
    deals = Deal.objects.select_related("client", "stage", "manager").in_bulk(keys)
    return [
        Deciding(deal, rounded((deal.amount or Decimal(0)) * deal.stage.probability / 100))
        for deal in map(deals.__getitem__, keys)
    ]


def to_ship(asked: Asked, by: str) -> dict[Any, dict[str, Decimal]]:
    """{value of the dimension: {"net", "gross", "quantity", "margin"}} of what is still to be shipped in the period."""
    lines = (
        OrderLine.objects.visible_to(asked.user)
        .filter(order__in=Order.objects.unshipped().filter(ship_on__gte=asked.first, ship_on__lte=asked.last))
        .filter(shipped__lt=F("quantity"))
    )
    lines = narrowed(lines, _LINE_COLUMNS, asked.narrow).order_by().annotate(by=expression(_LINE_COLUMNS[by]))
    found: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for key, quantity, shipped, net, gross, cost in lines.values_list(
        "by", "quantity", "shipped", "net", "amount", "cost"
    ):
        left = (quantity - shipped) / quantity
        parts = found[key]
        parts["quantity"] += quantity - shipped
        for name, sum_ in (("net", net), ("gross", gross), ("margin", net - cost)):
            parts[name] += rounded(sum_ * left)
    return found
