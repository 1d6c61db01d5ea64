"""How many of a product there are, how many of them are promised, and what lies too long.

The balance of a day goes on from the latest count on or before it: minus what went out since, plus what came back. A
product nobody has counted has no balance, which is not the same as zero. Reserved is what orders in force have still to
ship, as they stand now; of a day that has passed nobody asks it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum

from core import periods
from orders.models import Order, OrderLine, Product, ShipmentLine, StockCount
from orders.tree import Tree

NOTHING = Decimal("0.000")
# More ids than these are asked about as the whole catalogue.
_MANY = 500


@dataclass(frozen=True)
class Stock:
    """What is there of one product at the end of a day."""

    day: dt.date
    balance: Decimal | None = None
    counted_on: dt.date | None = None
    reserved: Decimal | None = None
    # The last day something went out; since when it lies: that day, else the first count.
    sold_on: dt.date | None = None
    lies_since: dt.date | None = None
    # After how many days without a sale the stock is illiquid; None: nobody has said.
    illiquid_days: int | None = None

    @property
    def free(self) -> Decimal | None:
        """What can be promised; below zero: promised more than is there."""
        if self.balance is None or self.reserved is None:
            return None
        return self.balance - self.reserved

    @property
    def lies_days(self) -> int | None:
        """For how many days nothing of it was sold; None where nothing is there."""
        if self.lies_since is None or not self.balance or self.balance < 0:
            return None
        return (self.day - self.lies_since).days

    @property
    def is_illiquid(self) -> bool:
        """Something is there and was not sold for longer than its group allows (S10)."""
        return (
            self.lies_days is not None
            and self.illiquid_days is not None
            and self.lies_days > self.illiquid_days
        )


class _Facts(NamedTuple):
    balance: Decimal | None
    counted_on: dt.date | None
    first_on: dt.date | None
    sold_on: dt.date | None


def with_stock(products: Iterable[Product], day: dt.date, tree: Tree | None = None) -> list[Product]:
    """The products, each with its `stock` at the end of the day; two queries for any number of them, three without
    the tree of groups."""
    found = list(products)
    stocks = stock_of(found, day, tree or Tree.read()) if found else {}
    for product in found:
        product.stock = stocks[product.pk]  # type: ignore[attr-defined]
    return found


def stock_of(products: Sequence[Product], day: dt.date, tree: Tree) -> dict[int, Stock]:
    """{id of the product: its stock at the end of the day}."""
    ids = [product.pk for product in products]
    is_few = len(ids) <= _MANY
    asked = Product.all_objects.filter(pk__in=ids) if is_few else Product.all_objects.all()
    facts = _facts(asked, day)
    reserved = _reserved({"product__in": ids} if is_few else {}) if day >= periods.today() else None
    stocks = {}
    for product in products:
        known = facts[product.pk]
        stocks[product.pk] = Stock(
            day=day,
            balance=known.balance,
            counted_on=known.counted_on,
            reserved=None if reserved is None else reserved.get(product.pk, NOTHING),
            sold_on=known.sold_on,
            lies_since=known.sold_on or known.first_on,
            illiquid_days=illiquid_days(tree, product.group_id),
        )
    return stocks


def illiquid_days(tree: Tree, group_id: int) -> int | None:
    """The threshold of the group, else of the nearest one above that has one."""
    chain = tree.chain(group_id) if group_id in tree else []
    return next((group.illiquid_days for group in reversed(chain) if group.illiquid_days is not None), None)


def _facts(products: QuerySet[Product], day: dt.date) -> dict[int, _Facts]:
    """{product: what counts and shipments up to the day say of it}."""
    counts = StockCount.objects.filter(product=OuterRef("pk"), counted_on__lte=day)
    latest, first = counts.order_by("-counted_on"), counts.order_by("counted_on")
    lines = ShipmentLine.objects.filter(product=OuterRef("pk"), day__lte=day).order_by()
    since = lines.filter(day__gt=OuterRef("counted_on")).values("product")
    # A return takes back, a correction moves money alone.
    sold = lines.filter(quantity__gt=0).values("product")
    rows = products.order_by().annotate(
        counted_on=Subquery(latest.values("counted_on")[:1]),
        counted=Subquery(latest.values("quantity")[:1]),
        first=Subquery(first.values("counted_on")[:1]),
        gone=Subquery(since.annotate(sum=Sum("quantity")).values("sum")),
        sold_on=Subquery(sold.annotate(last=Max("day")).values("last")),
    )
    found = rows.values_list("pk", "counted_on", "counted", "first", "gone", "sold_on")
    return {
        pk: _Facts(None if counted is None else counted - (gone or NOTHING), counted_on, first, sold_on)
        for pk, counted_on, counted, first, gone, sold_on in found
    }


def _reserved(some: dict[str, Any]) -> dict[int, Decimal]:
    """{product: what orders in force have still to ship}."""
    orders = Order.objects.unshipped()
    lines = OrderLine.objects.filter(order__in=orders, quantity__gt=F("shipped"), **some)
    return dict(lines.order_by().values_list("product").annotate(open=Sum(F("quantity") - F("shipped"))))
