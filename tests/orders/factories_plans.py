"""Factories of sales plans and their cells, written by the system."""

import datetime as dt
from decimal import Decimal

from orders.actions.plans import adopt, create_plan, set_cells
from orders.models import SalesPlan
from orders.plans import Where, plan_of

JAN, FEB, MARCH = (dt.date(2027, month, 1) for month in (1, 2, 3))


def make_plan(year: int = 2027, cells: dict[Where, Decimal | int | str] | None = None) -> SalesPlan:
    """A plan of the year with these sums in its cells."""
    plan = create_plan(year, by=None)
    write(plan, cells or {})
    return plan


def write(plan: SalesPlan, cells: dict[Where, Decimal | int | str]) -> None:
    """The sums as the system writes them."""
    set_cells(plan, {where: Decimal(value) for where, value in cells.items()}, by=None)


def make_adopted(year: int = 2027, cells: dict[Where, Decimal | int | str] | None = None) -> SalesPlan:
    """A plan with an original; an empty one gets a cell of 1 rouble."""
    plan = make_plan(year, cells or {Where(dt.date(year, 1, 1)): 1})
    return adopt(plan, by=None)


def own_amounts(year: int = 2027) -> dict[Where, Decimal]:
    """What the cells of the year say, in money."""
    return dict(plan_of(year).amount.own)
