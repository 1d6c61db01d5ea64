"""The numbers of plan and fact: asked by key, one query each, then put together for whatever a line stands for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from core import periods
from core.periods import Period, previous_period, year_before
from orders.lines import rounded
from orders.models import SalesPlan
from orders.plans import ORIGINAL, Measure, PlanFigures, plan_of
from orders.tree import Tree
from people import access
from reports import prospects
from reports.asking import Asked
from reports.facts import ORDERED, PAID, SOLD, Fact
from reports.plan_fact.formulas import PlanFact, WorkingTime, months_in, share_of_month

ZERO = Decimal("0.00")
GROUPS, PRODUCTS, SELLERS, MONTHS, REGIONS = "groups", "products", "sellers", "months", "regions"
# What the rows are grouped by in the facts.
BY = {GROUPS: "group", PRODUCTS: "product", SELLERS: "manager", MONTHS: "month", REGIONS: "region"}
FACTS: dict[str, Fact] = {"shipped": SOLD, "ordered": ORDERED, "paid": PAID}

# Numbers of one key before they become columns: {what: value}.
Numbers = dict[str, Decimal]
Key = Any


class Figures:
    """What one asked plan-fact is made of. It asks for each thing once, and for nothing before it is needed."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @property
    def rows_by(self) -> str:
        """What stands in the rows. A payment is for an order, not for goods: of it there are no rows of groups."""
        rows = self.asked.switches["rows"]
        return SELLERS if self.basis == "paid" and rows in (GROUPS, PRODUCTS) else rows

    @property
    def basis(self) -> str:
        """What the fact is; payments know neither goods nor their cost."""
        return self.asked.switches["basis"]

    @property
    def measure(self) -> str:
        return "gross" if self.basis == "paid" else self.asked.switches["measure"]

    @property
    def fact(self) -> Fact:
        return FACTS[self.basis]

    @property
    def has_plan(self) -> bool:
        """Plans know groups, sellers and months, money without VAT and pieces."""
        by_place = {"region", "source", "segment"} & set(self.asked.narrow)
        return self.measure in ("net", "quantity") and not by_place and self.rows_by != REGIONS

    @cached_property
    def time(self) -> WorkingTime:
        return WorkingTime.of(self.asked.period, self.asked.moment)

    @cached_property
    def tree(self) -> Tree:
        return Tree.read()

    @cached_property
    def tolerance(self) -> int:
        plan = SalesPlan.objects.filter(year=self.asked.first.year).first()
        return plan.tolerance if plan else 0

    def sums(self, period: Period, by: Sequence[str]) -> dict[tuple[Any, ...], Decimal]:
        sums = self.fact.sums(self.asked.at(period), by, [self.measure])
        return {key: values[self.measure] or ZERO for key, values in sums.items()}

    @cached_property
    def numbers(self) -> dict[Key, Numbers]:
        """{key of a row: its numbers}, of whatever has any."""
        by, found = BY[self.rows_by], defaultdict[Key, Numbers](dict)
        elapsed = self.time.last_elapsed
        asked: list[tuple[str, Period | None]] = [
            ("fact", self.asked.period),
            ("before", previous_period(self.asked.period)),
            ("year_ago", year_before(self.asked.period)),
            ("elapsed", Period.of_days(self.asked.first, elapsed) if elapsed and self.time.left else None),
        ]
        for name, period in asked:
            if period is not None:
                for (key,), value in self.sums(period, [by]).items():
                    found[key][name] = value
        if self.time.left:
            for key, value in prospects.weighted(self.asked, "group" if by == "product" else by).items():
                found[group_key(key) if by == "product" else key]["in_work"] = value
            if self.basis == "shipped":
                for key, parts in prospects.to_ship(self.asked, by).items():
                    found[key]["to_ship"] = parts[self.measure]
        return found

    @cached_property
    def years(self) -> dict[Key, list[Decimal]]:
        """{key: what it came to in each of the twelve months that end with the period}."""
        by = BY[self.rows_by]
        last = self.asked.last.replace(day=1)
        months = [periods.add_months(last, -back) for back in range(11, -1, -1)]
        span = Period.of_days(months[0], periods.add_months(last, 1) - dt.timedelta(1))
        found: dict[Key, list[Decimal]] = {}
        if self.rows_by == MONTHS:
            return found
        for (key, month), value in self.sums(span, [by, "month"]).items():
            if month in months:
                found.setdefault(key, [ZERO] * 12)[months.index(month)] = value
        return found

    @cached_property
    def plan(self) -> PlanFigures | None:
        if not self.has_plan:
            return None
        moment = ORIGINAL if self.asked.switches["plan"] == "original" else None
        return plan_of(months_in(self.asked.period), moment=moment, tree=self.tree)

    @cached_property
    def scope(self) -> list[int] | None:
        """The sellers whose plan it is; None: everybody's, and what is nobody's yet."""
        owners = access.owners_visible_to(self.asked.user)
        asked: list[set[int]] = [
            set(self.asked.narrow[key]) for key in ("team", "manager") if key in self.asked.narrow
        ]
        if owners is not None:
            asked.append(set(owners))
        return sorted(set.intersection(*asked)) if asked else None

    def planned(
        self, group: int | None = None, manager: int | None = None, month: dt.date | None = None
    ) -> Decimal | None:
        """The plan of a group (None: everything, or the group asked for), a seller, a month."""
        plan = self.measured_plan
        if plan is None:
            return None
        if group is None and "group" in self.asked.chosen:
            group = int(self.asked.chosen["group"])
        whole: Decimal | None = None
        for each in [month] if month else months_in(self.asked.period):
            if manager is not None:
                value = plan.of(group, manager, [each])
            elif self.scope is None:
                value = plan.of(group, None, [each])
            else:
                value = plan.of_sellers(self.scope, group, [each])
            if value is not None:
                part = (
                    value if self.is_whole(each) else rounded(value * share_of_month(each, self.asked.period))
                )
                whole = (whole or ZERO) + part
        return whole

    def is_whole(self, month: dt.date) -> bool:
        return self.asked.first <= month and periods.add_months(month, 1) - dt.timedelta(1) <= self.asked.last

    @cached_property
    def by_month(self) -> dict[dt.date, Decimal]:
        first = periods.add_months(self.asked.first.replace(day=1), -12)
        last = periods.add_months(self.asked.last.replace(day=1), 1) - dt.timedelta(1)
        return {month: value for (month,), value in self.sums(Period.of_days(first, last), ["month"]).items()}

    def values(
        self, keys: Iterable[Key], plan: Decimal | None, years: Iterable[Key], time: WorkingTime | None = None
    ) -> dict[str, Any]:
        """The columns of what the keys come to together."""
        numbers = [self.numbers[key] for key in keys]

        def sum_of(name: str) -> Decimal:
            return sum((each[name] for each in numbers if name in each), ZERO)

        time = time or self.time
        fact = sum_of("fact")
        said = PlanFact(plan, fact, sum_of("elapsed") if time.left else fact, time, self.tolerance)
        months = [self.years[key] for key in years if key in self.years]
        in_work = sum_of("in_work")
        is_money = self.measure in ("net", "gross")
        return {
            "plan": plan,
            "fact": fact,
            "deviation": said.deviation,
            "deviation_share": said.deviation_share,
            "to_date": said.deviation_to_date if time.left else said.deviation,
            "done": said.done,
            "pace": said.pace,
            "needed": said.needed,
            "forecast": said.forecast,
            "forecast_share": said.forecast_share,
            "tone": said.tone,
            "in_work": in_work,
            "portfolio": fact + sum_of("to_ship") + (in_work if is_money else ZERO) if time.left else fact,
            "before": sum_of("before"),
            "year_ago": sum_of("year_ago"),
            "year": [sum(values, ZERO) for values in zip(*months, strict=True)] if months else None,
        }

    def own(self, key: Key) -> list[Key]:
        return [key] if key in self.numbers else []

    def not_distributed(self, group: int | None) -> Decimal:
        """What is planned of the group (None: of everything) and of none below it."""
        if self.measured_plan is None or self.scope is not None:
            return ZERO
        left = ZERO
        for month in months_in(self.asked.period):
            part = self.measured_plan.not_distributed(group, None, [month])
            left += part if self.is_whole(month) else rounded(part * share_of_month(month, self.asked.period))
        return left

    @property
    def measured_plan(self) -> Measure | None:
        """The plan in the measure asked for."""
        return (
            self.plan.measure("quantity" if self.measure == "quantity" else "amount") if self.plan else None
        )


def group_key(key: int | None) -> tuple[str, int | None]:
    """The key of what is known of a group alone, where the rows are products."""
    return ("group", key)
