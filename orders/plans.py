"""Sales plans rolled up: what a plan comes to for a group, a seller, a month, whatever level its cells were written at.

A cell may stand at any level of the tree, with a seller or without. What a level comes to is

- for a seller: the greater of their own cell and of what the groups right below come to for them;
- for whomever: the greatest of the cell without a seller, of what all sellers come to in this group, and of what the
  groups right below come to.

So nothing is counted twice, and a level never says less than any way of cutting it into parts. What it says more than
its parts is "not distributed": among the groups below, or among sellers. Money and pieces, and each month, are rolled
up alone; a year is the sum of its months. See docs/decisions/sales-plans.md.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.db.models import Q

from orders.models import PlanCell, SalesPlan
from orders.tree import Tree
from people.access import owners_visible_to
from people.models import User

ORIGINAL: Literal["original"] = "original"
ZERO = Decimal(0)


class Where(NamedTuple):
    """The place of a cell: the first of a month, a group (None: everything), a seller (None: whoever)."""

    month: dt.date
    group: int | None = None
    manager: int | None = None


class Said(NamedTuple):
    """What a cell says, in either measure; None: nothing."""

    amount: Decimal | None = None
    quantity: Decimal | None = None


def months_of(year: int) -> list[dt.date]:
    """The firsts of its months."""
    return [dt.date(year, month, 1) for month in range(1, 13)]


class Measure:
    """The cells of one measure rolled up. Every question takes a group (None: everything), the seller (None: whoever)
    and the months (all of them by default), and answers None where nothing was planned, neither there nor below."""

    def __init__(self, own: Mapping[Where, Decimal], tree: Tree, months: Sequence[dt.date]) -> None:
        self.own = own
        self.months = months
        self._tree = tree
        # Deleted groups keep their plan: they count at the top.
        self.strays = sorted({where.group for where in own if where.group is not None} - _known(own, tree))
        self._rolled: dict[dt.date, dict[tuple[int | None, int | None], Decimal]] = {}
        self._of_month: dict[dt.date, dict[tuple[int | None, int | None], Decimal]] = {}
        for where, value in own.items():
            self._of_month.setdefault(where.month, {})[where.group, where.manager] = value

    def of(
        self,
        group: int | None = None,
        manager: int | None = None,
        months: Iterable[dt.date] | None = None,
    ) -> Decimal | None:
        """What is planned."""
        return total(self._month(month).get((group, manager)) for month in self._asked(months))

    def of_sellers(
        self,
        managers: Iterable[int],
        group: int | None = None,
        months: Iterable[dt.date] | None = None,
    ) -> Decimal | None:
        """What these sellers have to sell together, a team's plan for one."""
        asked = self._asked(months)
        return total(self.of(group, manager, asked) for manager in set(managers))

    def of_groups_below(
        self,
        group: int | None = None,
        manager: int | None = None,
        months: Iterable[dt.date] | None = None,
    ) -> Decimal | None:
        """What the groups right below come to together."""
        asked = self._asked(months)
        return total(self.of(child, manager, asked) for child in self.below(group))

    def of_all_sellers(
        self, group: int | None = None, months: Iterable[dt.date] | None = None
    ) -> Decimal | None:
        """What all sellers of the group come to together."""
        return self.of_sellers(self.managers, group, months)

    def not_distributed(
        self,
        group: int | None = None,
        manager: int | None = None,
        months: Iterable[dt.date] | None = None,
    ) -> Decimal:
        """What the group says more than the groups right below; 0 where there are none below."""
        if not self.below(group):
            return ZERO
        asked = self._asked(months)
        return (self.of(group, manager, asked) or ZERO) - (
            self.of_groups_below(group, manager, asked) or ZERO
        )

    def not_assigned(self, group: int | None = None, months: Iterable[dt.date] | None = None) -> Decimal:
        """What the group says more than all its sellers together."""
        asked = self._asked(months)
        return (self.of(group, None, asked) or ZERO) - (self.of_all_sellers(group, asked) or ZERO)

    def below(self, group: int | None) -> list[int]:
        """Ids of the groups right below."""
        if group is not None and group not in self._tree:
            return []
        return [child.pk for child in self._tree.children(group)] + (self.strays if group is None else [])

    @cached_property
    def managers(self) -> list[int]:
        """Sellers with a plan of their own, in any month."""
        return sorted({where.manager for where in self.own if where.manager is not None})

    def _asked(self, months: Iterable[dt.date] | None) -> Sequence[dt.date]:
        return self.months if months is None else list(months)

    def _month(self, month: dt.date) -> dict[tuple[int | None, int | None], Decimal]:
        """What every place of the month comes to that anything is planned at or below."""
        if month not in self._rolled:
            own = self._of_month.get(month, {})
            rolled: dict[tuple[int | None, int | None], Decimal] = {}
            if own:
                for manager in sorted({manager for _group, manager in own if manager is not None}):
                    self._climb(own, manager, rolled, {})
                together: dict[int | None, Decimal] = {}
                for (group, _manager), value in rolled.items():
                    together[group] = together.get(group, ZERO) + value
                self._climb(own, None, rolled, together)
            self._rolled[month] = rolled
        return self._rolled[month]

    def _climb(
        self,
        own: Mapping[tuple[int | None, int | None], Decimal],
        manager: int | None,
        rolled: dict[tuple[int | None, int | None], Decimal],
        together: Mapping[int | None, Decimal],
    ) -> None:
        """From the leaves up: each group is worth the most that is said of it, and adds to the one above."""
        below: dict[int | None, Decimal] = {}
        for group in [*self.strays, *(one.pk for one in reversed(self._tree.order)), None]:
            said = [own.get((group, manager)), below.get(group), together.get(group)]
            known = [value for value in said if value is not None]
            if not known:
                continue
            rolled[group, manager] = value = max(known)
            if group is not None:
                parent = self._tree.parent(group) if group in self._tree else None
                above = parent.pk if parent else None
                below[above] = below.get(above, ZERO) + value


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum; None where there is no value at all."""
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _known(own: Mapping[Where, Decimal], tree: Tree) -> set[int]:
    return {where.group for where in own if where.group is not None and where.group in tree}


class PlanFigures:
    """A plan in both measures: `figures.amount.of(group=…, manager=…, months=…)`, `figures.quantity…`."""

    def __init__(self, cells: Mapping[Where, Said], tree: Tree, months: Sequence[dt.date]) -> None:
        self.cells = cells
        self.tree = tree
        self.months = list(months)

    @cached_property
    def amount(self) -> Measure:
        """Money without VAT."""
        own = {where: said.amount for where, said in self.cells.items() if said.amount is not None}
        return Measure(own, self.tree, self.months)

    @cached_property
    def quantity(self) -> Measure:
        """Pieces, kilograms, metres: whatever its products are sold by."""
        own = {where: said.quantity for where, said in self.cells.items() if said.quantity is not None}
        return Measure(own, self.tree, self.months)

    def measure(self, name: str) -> Measure:
        """By its name: "amount" or "quantity"."""
        return self.quantity if name == "quantity" else self.amount


def plan_of(
    span: int | Collection[dt.date],
    *,
    user: User | None = None,
    moment: dt.datetime | Literal["original"] | None = None,
    tree: Tree | None = None,
) -> PlanFigures:
    """The plan of a year or of some months (any days of them), of whatever years.

    `user` sees of it what `PlanCell.visible_to` says; None is the system and sees all. `moment`: as it stood then,
    `ORIGINAL` as it stood when it was adopted (what is not adopted has no original); in force now by default. The tree
    is always today's. The count of queries depends on nothing: two, three for the original, one less with a tree given.
    """
    months = months_of(span) if isinstance(span, int) else sorted({day.replace(day=1) for day in span})
    tree = tree or Tree.read()
    if not months:
        return PlanFigures({}, tree, [])
    if moment is None:
        rows: Any = PlanCell.objects.filter(plan__deleted_at__isnull=True)
    elif moment == ORIGINAL:
        rows = _originals({month.year for month in months})
    else:
        plans = SalesPlan.all_objects.filter(deleted_at__isnull=True).values("pk")
        rows = PlanCell.versions.at(moment).filter(deleted_at__isnull=True, plan__in=plans)
    owners = None if user is None else owners_visible_to(user)
    if owners is not None:
        rows = rows.filter(manager__in=owners)
    return PlanFigures(cells_of(rows.filter(month__in=months)), tree, months)


def cells_of(rows: Any) -> dict[Where, Said]:
    """Cells, or versions of cells, by place."""
    found = {}
    for month, group, manager, amount, quantity in rows.values_list(
        "month", "group_id", "manager_id", "amount", "quantity"
    ):
        found[Where(month, group, manager)] = Said(amount, quantity)
    return found


def _originals(years: Collection[int]) -> Any:
    """Versions of the cells that stood when the plans of the years were adopted."""
    adopted = SalesPlan.objects.filter(year__in=years, adopted_at__isnull=False)
    stood = Q(pk__in=[])
    for plan, moment in adopted.values_list("pk", "adopted_at"):
        open_then = Q(valid_to__isnull=True) | Q(valid_to__gt=moment)
        stood |= Q(plan=plan, valid_from__lte=moment) & open_then
    return PlanCell.versions.filter(stood, deleted_at__isnull=True)
