"""Plan and fact: the formulas of the director's columns, each once. Pure: they ask nothing.

The elapsed days are the working days whose cut-off has passed. The pace is what was sold on them, by the day; the
forecast is what that pace comes to at the end, and never less than what is sold already. Before five elapsed days
nobody can say, so the forecast has no colour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from core import periods
from core.periods import Period
from kpi.models import Norm
from kpi.verdicts import MET, WITHIN, Expected, verdict_of
from orders.lines import rounded
from people import calendar

DAYS_TO_JUDGE = 5


@dataclass(frozen=True)
class WorkingTime:
    """The working days of a period, and how many of them have elapsed."""

    days: Sequence[dt.date]
    elapsed: int

    @classmethod
    def of(cls, period: Period, moment: dt.datetime) -> WorkingTime:
        """By the company's calendar; a day has elapsed once its cut-off has passed."""
        day, last, found = period.first_day(), period.last_day(), []
        while day <= last:
            if calendar.is_working(day):
                found.append(day)
            day += dt.timedelta(1)
        return cls(found, sum(1 for day in found if calendar.cutoff(day) <= moment))

    @property
    def all(self) -> int:
        return len(self.days)

    @property
    def left(self) -> int:
        return self.all - self.elapsed

    @property
    def last_elapsed(self) -> dt.date | None:
        """The last day that has elapsed; None where none has."""
        return self.days[self.elapsed - 1] if self.elapsed else None

    @property
    def share(self) -> Decimal | None:
        """The part of the working time that has elapsed."""
        return Decimal(self.elapsed) / self.all if self.all else None


@dataclass(frozen=True)
class PlanFact:
    """One line. `fact` is that of the whole period so far, `elapsed_fact` that of the elapsed days alone; without
    anything planned `plan` is None."""

    plan: Decimal | None
    fact: Decimal
    elapsed_fact: Decimal
    time: WorkingTime
    tolerance: int = 0

    @property
    def deviation(self) -> Decimal | None:
        return None if self.plan is None else self.fact - self.plan

    @property
    def deviation_share(self) -> Decimal | None:
        """The deviation as a part of the plan."""
        return self._of_plan(self.deviation)

    @property
    def plan_to_date(self) -> Decimal | None:
        """What was to be sold by now, if every working day were like another."""
        if self.plan is None:
            return None
        return rounded(self.plan * self.time.elapsed / self.time.all) if self.time.all else self.plan

    @property
    def deviation_to_date(self) -> Decimal | None:
        return None if self.plan_to_date is None else self.fact - self.plan_to_date

    @property
    def done(self) -> Decimal | None:
        return self._of_plan(self.fact)

    @cached_property
    def pace(self) -> Decimal | None:
        """Sold on an elapsed working day; None before the first one."""
        return rounded(self.elapsed_fact / self.time.elapsed) if self.time.elapsed else None

    @cached_property
    def forecast(self) -> Decimal:
        if not self.time.left or not self.time.elapsed:
            return self.fact
        to_come = self.elapsed_fact * self.time.left / self.time.elapsed
        return max(self.fact, rounded(self.elapsed_fact + to_come))

    @property
    def forecast_share(self) -> Decimal | None:
        return self._of_plan(self.forecast)

    @property
    def needed(self) -> Decimal | None:
        """What every working day left has to bring; None where none is left or nothing was planned."""
        if self.plan is None or not self.time.left:
            return None
        return rounded(max(self.plan - self.fact, Decimal(0)) / self.time.left)

    @property
    def tone(self) -> str:
        """The verdict on the forecast: met, near, missed; "" while nobody can say."""
        if not self.plan or (self.time.left and self.time.elapsed < DAYS_TO_JUDGE):
            return ""
        expected = Expected(Norm.Direction.AT_LEAST, low=self.plan, tolerance=self.tolerance)
        verdict = verdict_of(self.forecast, expected)
        return {MET: "met", WITHIN: "near"}.get(verdict, "missed")

    def _of_plan(self, value: Decimal | None) -> Decimal | None:
        return value / self.plan if self.plan and value is not None else None


def share_of_month(month: dt.date, period: Period) -> Decimal:
    """Which part of a month's plan belongs to the period: that of its working days which lie in it."""
    after = periods.add_months(month, 1)
    days = [month + dt.timedelta(number) for number in range((after - month).days)]
    working = [day for day in days if calendar.is_working(day)] or days
    first, last = period.first_day(), period.last_day()
    return Decimal(sum(1 for day in working if first <= day <= last)) / len(working)


def months_in(period: Period) -> list[dt.date]:
    """The firsts of the months that the period touches."""
    month, found = period.first_day().replace(day=1), []
    while month <= period.last_day():
        found.append(month)
        month = periods.add_months(month, 1)
    return found
