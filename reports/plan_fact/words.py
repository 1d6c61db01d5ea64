"""Plan and fact in a sentence and in a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.dates import MONTHS as NAMES
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core import show
from core.money import format_money
from core.places import Text
from orders.lines import rounded
from reports import prospects
from reports.pictures import Picture, Series
from reports.plan_fact.formulas import months_in
from reports.plan_fact.numbers import ZERO, Figures

# Longer periods are drawn by months.
_DAYS_DRAWN = 62


class Words:
    """What asked figures say."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.asked = figures.asked

    def sentence(self, total: Mapping[str, Any]) -> Text:
        """«Идём на 98 % плана: не хватает 169 000 ₽ …»; "" where nothing was planned or it is no money."""
        if self.figures.measure != "net" or not total.get("plan"):
            return ""
        elapsed = format_html(
            _("<b>{}</b> of the working time has passed ({} of {} days)."),
            show.percent(self.figures.time.share),
            self.figures.time.elapsed,
            self.figures.time.all,
        )
        if not self.figures.time.left:
            gap = total["plan"] - total["fact"]
            if gap <= 0:
                return format_html(_("The plan is met: <b>{}</b> of it."), show.percent(total["done"]))
            return format_html(
                _("The plan is met by <b>{}</b>: <b>{}</b> were missing."),
                show.percent(total["done"]),
                format_money(gap),
            )
        gap = total["plan"] - total["forecast"]
        if not self.figures.time.elapsed:
            return elapsed
        if gap <= 0:
            return format_html(
                "{} {}",
                format_html(
                    _("We are going for <b>{}</b> of the plan."), show.percent(total["forecast_share"])
                ),
                elapsed,
            )
        going = format_html(
            _(
                "We are going for <b>{}</b> of the plan: <b>{}</b> are missing,"
                " <b>{}</b> stand in deals more probable than {} %."
            ),
            show.percent(total["forecast_share"]),
            format_money(rounded(gap)),
            format_money(prospects.probable(self.asked)),
            prospects.PROBABLE,
        )
        return format_html("{} {}", going, elapsed)

    def picture(self, title: Text, total: Mapping[str, Any]) -> Picture:
        """Fact, plan and forecast, growing through the period."""
        days = (self.asked.last - self.asked.first).days + 1
        return self._by_days(title, total) if days <= _DAYS_DRAWN else self._by_months(title, total)

    def _by_days(self, title: Text, total: Mapping[str, Any]) -> Picture:
        days = [
            self.asked.first + dt.timedelta(number)
            for number in range((self.asked.last - self.asked.first).days + 1)
        ]
        sold = {day: value for (day,), value in self.figures.sums(self.asked.period, ["day"]).items()}
        working = set(self.figures.time.days)
        plan, forecast = total["plan"], total["forecast"]
        last = min(self.asked.last, max(self.asked.today, self.asked.first))
        facts: list[Decimal | None] = []
        plans: list[Decimal | None] = []
        ahead: list[Decimal | None] = []
        reached, passed, after = ZERO, 0, sum(1 for day in self.figures.time.days if day > last)
        gone = 0
        for day in days:
            reached += sold.get(day, ZERO)
            passed += day in working
            facts.append(reached if day <= last else None)
            plans.append(
                rounded(plan * passed / self.figures.time.all)
                if plan is not None and self.figures.time.all
                else None
            )
            if self.figures.time.left and day >= last:
                gone += day in working and day > last
                ahead.append(
                    rounded(total["fact"] + (forecast - total["fact"]) * gone / after) if after else forecast
                )
            else:
                ahead.append(None)
        return self._drawn(title, [show.day(day, weekday=False) for day in days], facts, plans, ahead, total)

    def _by_months(self, title: Text, total: Mapping[str, Any]) -> Picture:
        months = [month for month in months_in(self.asked.period) if self.figures.is_whole(month)]
        today = self.asked.today
        facts: list[Decimal | None] = []
        plans: list[Decimal | None] = []
        reached, planned = ZERO, ZERO
        for month in months:
            reached += self.figures.by_month.get(month, ZERO)
            planned += self.figures.planned(month=month) or ZERO
            facts.append(reached if month <= today else None)
            plans.append(planned if total["plan"] is not None else None)
        return self._drawn(title, [str(NAMES[month.month]) for month in months], facts, plans, [], total)

    def _drawn(
        self,
        title: Text,
        labels: Sequence[str],
        facts: Sequence[Decimal | None],
        plans: Sequence[Decimal | None],
        ahead: Sequence[Decimal | None],
        total: Mapping[str, Any],
    ) -> Picture:
        # Kopecks of millions say nothing in a picture.
        places = None if self.figures.measure == "quantity" else 0

        def words(value: Decimal) -> str:
            return show.number(value, places)

        series = [Series(_("Fact"), facts, "line", mark=_("fact %(sum)s") % {"sum": words(total["fact"])})]
        if total["plan"] is not None:
            series.append(
                Series(_("The plan"), plans, "dashed", mark=_("plan %(sum)s") % {"sum": words(total["plan"])})
            )
        if any(value is not None for value in ahead):
            series.append(Series(_("Forecast"), ahead, "dotted"))
        return Picture("axes", title, labels, series, unit="" if self.figures.measure == "quantity" else "₽")
