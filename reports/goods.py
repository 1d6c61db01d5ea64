"""Products with their stock, as reports ask for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from orders.models import Product
from orders.stock import with_stock
from orders.tree import Tree
from reports.asking import Asked
from reports.facts.base import narrowed

# Of so many days the pace of sales is taken.
PACE_DAYS = 90


def counted(asked: Asked, day: dt.date, tree: Tree) -> list[Any]:
    """The products of the asked groups, each with its `stock` of the day, that somebody has counted or promised;
    retired ones too, while something is left of them."""
    products = narrowed(Product.objects.order_by("name", "pk"), {"group": "group"}, asked.narrow)
    found: list[Any] = with_stock(products.defer("note", "name_key", "search"), day, tree)
    return [each for each in found if each.stock.balance is not None or each.stock.reserved]
