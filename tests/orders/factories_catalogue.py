"""Factories of groups, products and counts of stock: each makes saved rows, written by the system."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from orders.models import Product, StockCount
from orders.twins import product_key, search_text
from pipeline.models import ProductGroup
from tests.factories import TODAY, by_system

_numbers = itertools.count(1)


def make_group(name: str = "", parent: ProductGroup | None = None, **fields: Any) -> ProductGroup:
    """A product group below its siblings."""
    number = next(_numbers)
    with by_system():
        group: ProductGroup = ProductGroup.objects.create(
            name=name or f"Группа {number}", parent=parent, **{"position": number, **fields}
        )
    return group


def make_product(name: str = "", group: ProductGroup | None = None, **fields: Any) -> Product:
    """A product that is sold for 120 ₽ with VAT of 20 % and costs 60 ₽, of a group of its own unless one is given."""
    number = next(_numbers)
    name = name or f"Товар {number}"
    values = {"price": Decimal("120.00"), "cost": Decimal("60.00"), "vat_rate": 20, **fields}
    keys = {"name_key": product_key(name), "search": search_text(name, fields.get("article", ""))}
    with by_system():
        product: Product = Product.objects.create(name=name, group=group or make_group(), **keys, **values)
    return product


def make_count(product: Product, quantity: Decimal | int | str, day: dt.date = TODAY) -> StockCount:
    """So many were counted at the end of the day."""
    with by_system():
        count: StockCount = StockCount.objects.create(
            product=product, counted_on=day, quantity=Decimal(quantity)
        )
    return count
