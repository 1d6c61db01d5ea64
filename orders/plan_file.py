"""The cells of a plan as a workbook: a row for each group and seller, a column for each month, as imports read it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from core import periods
from core.tables.columns import Column
from core.tables.table import Row, Table
from orders.actions.plans import MeasureName, may_write
from orders.models import SalesPlan
from orders.plan_asked import sellers_of
from orders.plans import Where, months_of, plan_of
from people.models import User


def table_of(plan: SalesPlan, user: User, measure: MeasureName) -> Table:
    """What the reader's cells say. Every group has its row, and every seller one of everything: so an empty plan can be
    filled."""
    figures = plan_of(plan.year, user=user)
    own, tree, sellers = figures.measure(measure).own, figures.tree, sellers_of(plan, user)
    places = {(where.group, where.manager) for where in own}
    groups: list[int | None] = [None, *(group.pk for group in tree.order)]
    wanted = [
        (group, manager)
        for manager in (None, *sellers)
        for group in groups
        if (group, manager) in places or ((manager is None or group is None) and may_write(user, manager))
    ]
    columns = [
        Column("group", _("Product group"), value=lambda place: tree.path(place[0]) or _("All groups")),
        Column("seller", _("Seller"), value=lambda place: sellers[place[1]].name if place[1] else ""),
    ]
    kind: Any = "money" if measure == "amount" else "quantity"
    for month in months_of(plan.year):
        columns.append(Column(f"m{month.month}", str(MONTHS[month.month]), kind, value=_value(own, month)))
    rows = [Row(place, tuple(column.value_of(place) for column in columns), columns) for place in wanted]
    # The sheet of the workbook is called so, and by that an import knows what is on it.
    title = _("Sales plan") if measure == "amount" else _("Plan in pieces")
    caption = [str(plan.year), _("Sums in roubles without VAT") if measure == "amount" else _("Pieces")]
    return Table(title, columns, rows, periods.now(), caption=caption)


def _value(own: dict[Where, Decimal] | Any, month: Any) -> Callable[[Any], Decimal | None]:
    return lambda place: own.get(Where(month, *place))
