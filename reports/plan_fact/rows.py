"""The lines of plan and fact: the tree of groups, sellers, months, regions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from core import periods, show
from core.periods import Period
from orders.models import Product
from people.models import User
from reports.plan_fact.formulas import WorkingTime, months_in
from reports.plan_fact.numbers import (
    GROUPS,
    MONTHS,
    PRODUCTS,
    REGIONS,
    SELLERS,
    ZERO,
    Figures,
    Key,
    group_key,
)
from reports.report import Line, place_of


class Rows:
    """The lines of asked figures."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.asked = figures.asked

    def lines(self) -> list[Line]:
        makers: dict[str, Callable[[], list[Line]]] = {
            GROUPS: self._groups,
            PRODUCTS: self._groups,
            SELLERS: self._sellers,
            MONTHS: self._months,
            REGIONS: self._regions,
        }
        return makers[self.figures.rows_by]()

    def _groups(self) -> list[Line]:
        """The tree, with what was sold of no group that is there, and what is planned and not distributed."""
        products: dict[int, list[Product]] = defaultdict(list)
        if self.figures.rows_by == PRODUCTS:
            keys = [key for key in self.figures.numbers if isinstance(key, int)]
            for product in Product.all_objects.filter(pk__in=keys).order_by("name"):
                products[product.group_id].append(product)
        if "group" in self.asked.chosen:
            return self._branch(int(self.asked.chosen["group"]), products, 0, "")
        lines = [line for root in self.figures.tree.roots for line in self._branch(root.pk, products, 0, "")]
        return [*lines, *self._without_group(products), *self._not_distributed(None, 0, "")]

    def _branch(
        self, group: int, products: Mapping[int, Sequence[Product]], level: int, parent: str
    ) -> list[Line]:
        """A group with everything below it; nothing where nothing was planned or sold."""
        tree = self.figures.tree
        keys = self._keys_of(tree.within(group), products)
        plan = self.figures.planned(group)
        if not keys and plan is None:
            return []
        own, children = products.get(group, ()), tree.children(group)
        line = Line(f"g{group}", tree[group].name, self.figures.values(keys, plan, keys), level, parent)
        line.is_sum = bool(own) or bool(children)
        lines = [line]
        for product in own:
            values = self.figures.values([product.pk], None, [product.pk])
            lines.append(Line(f"p{product.pk}", product.name, values, level + 1, line.key))
        for child in children:
            lines += self._branch(child.pk, products, level + 1, line.key)
        return lines + self._not_distributed(group, level + 1, line.key)

    def _keys_of(self, groups: set[int], products: Mapping[int, Sequence[Product]]) -> list[Key]:
        if self.figures.rows_by == GROUPS:
            return [key for key in self.figures.numbers if key in groups]
        known = [product.pk for group in groups for product in products.get(group, ())]
        return [*known, *(group_key(group) for group in groups if group_key(group) in self.figures.numbers)]

    def _without_group(self, products: Mapping[int, Sequence[Product]]) -> list[Line]:
        """Deals that name no group, goods of a group that was deleted."""
        known = {group.pk for group in self.figures.tree.order}
        keys = set(self.figures.numbers) - set(self._keys_of(known, products))
        if not keys:
            return []
        return [Line("none", _("Without a group"), self.figures.values(keys, None, keys))]

    def _not_distributed(self, group: int | None, level: int, parent: str) -> list[Line]:
        left = self.figures.not_distributed(group)
        if not left or (group is None and not len(self.figures.tree)):
            return []
        return [Line(f"n{group or ''}", _("Not distributed"), {"plan": left}, level, parent)]

    def _sellers(self) -> list[Line]:
        plan = self.figures.measured_plan
        planned = set(plan.managers) if plan else set()
        wanted = {key for key in self.figures.numbers if key is not None} | planned
        if self.figures.scope is not None:
            wanted &= set(self.figures.scope)
        lines = [
            Line(
                f"m{person.pk}",
                person.name,
                self.figures.values(
                    self.figures.own(person.pk), self.figures.planned(manager=person.pk), [person.pk]
                ),
            )
            for person in User.objects.filter(pk__in=wanted).order_by("name")
        ]
        if None in self.figures.numbers:
            lines.append(Line("none", _("Nobody's yet"), self.figures.values([None], None, [None])))
        if plan is not None and self.figures.scope is None:
            together = sum((line.values["plan"] or ZERO for line in lines), ZERO)
            if left := (self.figures.planned() or ZERO) - together:
                lines.append(Line("n", _("Not distributed"), {"plan": left}))
        return lines

    def _months(self) -> list[Line]:
        lines = []
        for month in months_in(self.asked.period):
            after = periods.add_months(month, 1) - dt.timedelta(1)
            part = Period.of_days(max(month, self.asked.first), min(after, self.asked.last))
            time = WorkingTime.of(part, self.asked.moment)
            values = self.figures.values(self.figures.own(month), self.figures.planned(month=month), [], time)
            values["before"], values["year_ago"] = self._beside(month)
            place = place_of("month", self.asked.first, month)
            lines.append(Line(month.isoformat(), show.month(month), values, place=place))
        return lines

    def _beside(self, month: dt.date) -> tuple[Decimal, Decimal]:
        """A month's own neighbours: the month before it and the same one a year ago."""
        months = self.figures.by_month
        return months.get(periods.add_months(month, -1), ZERO), months.get(
            periods.add_months(month, -12), ZERO
        )

    def _regions(self) -> list[Line]:
        lines = []
        for region in sorted((key for key in self.figures.numbers if key), key=str.casefold):
            lines.append(Line(f"r{region}", region, self.figures.values([region], None, [region])))
        without = [key for key in self.figures.numbers if not key]
        if without:
            lines.append(Line("none", _("Region not said"), self.figures.values(without, None, without)))
        return lines
