"""Plan and fact of sales by product group, seller, month or region (R2, R3, R4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.periods import previous_period, year_before
from core.places import Text
from core.tables.columns import Column
from reports import prospects
from reports.asking import PREVIOUS, YEAR_AGO, Switch, words_of
from reports.facts.base import narrowed
from reports.pictures import Picture
from reports.plan_fact.beside import Beside
from reports.plan_fact.numbers import BY, GROUPS, MONTHS, PRODUCTS, REGIONS, SELLERS, Figures
from reports.plan_fact.rows import Rows
from reports.plan_fact.words import Words
from reports.report import SELLERS as EVERY_SELLER
from reports.report import TOTAL, Found, Line, Report, Section, signed


class PlanFactReport(Report):
    code, title, section = "plan-fact", gettext_lazy("Plan and fact"), Section.SALES
    about = gettext_lazy(
        "Fact is what was shipped (or ordered, or paid) in the period, returns in the period they came back."
        " Done is fact / plan. Plan to date is the plan × elapsed working days / all of them; a working day has elapsed"
        " when its cut-off has passed. Pace is the fact of the elapsed days, by the day; forecast is that pace kept to"
        " the end, and never less than the fact. Its colour is the verdict of forecast / plan against the plan's"
        " tolerance, from the fifth elapsed day on. In work: amount × probability of open deals without an order that"
        " are expected to close in the period. Portfolio: fact, orders to be shipped in the period and what is in work."
        " Of a part of a month the plan counts by its working days. The plan is without VAT."
    )
    roles = EVERY_SELLER
    icon = "bullseye"
    narrowings = ("team", "manager", "group", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (
        Switch(
            "rows",
            gettext_lazy("In the rows"),
            {
                GROUPS: gettext_lazy("Product groups"),
                PRODUCTS: gettext_lazy("Groups and products"),
                SELLERS: gettext_lazy("Sellers"),
                MONTHS: gettext_lazy("Months"),
                REGIONS: gettext_lazy("Regions"),
            },
        ),
        Switch(
            "basis",
            gettext_lazy("Fact is"),
            {
                "shipped": gettext_lazy("Shipped"),
                "ordered": gettext_lazy("Ordered"),
                "paid": gettext_lazy("Paid"),
            },
        ),
        Switch(
            "measure",
            gettext_lazy("Measure"),
            {
                "net": gettext_lazy("Money without VAT"),
                "gross": gettext_lazy("Money with VAT"),
                "margin": gettext_lazy("Margin"),
                "quantity": gettext_lazy("Quantity"),
            },
        ),
        Switch(
            "plan",
            gettext_lazy("Against"),
            {"now": gettext_lazy("The plan in force"), "original": gettext_lazy("The original plan")},
        ),
    )
    compared = ("fact", "done")
    beside_template = "reports/_plan_fact_beside.html"

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.asked)

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return next(each for each in self.switches if each.key == "rows").choices[self.figures.rows_by]

    def heading(self) -> Text:
        return _("Plan and fact, %(period)s") % {"period": words_of(self.asked.period)}

    def columns(self) -> Sequence[Column]:
        kind: Any = "quantity" if self.figures.measure == "quantity" else "sum"
        before, year_ago = previous_period(self.asked.period), year_before(self.asked.period)
        columns = [
            Column("plan", _("The plan"), kind),
            Column("fact", _("Fact"), kind),
            Column("deviation", _("Deviation"), kind, wide_only=True, tone=signed("deviation")),
            Column("deviation_share", _("Deviation, %"), "percent", only_export=True),
            Column("to_date", _("Deviation to date"), kind, tone=signed("to_date")),
            Column("done", _("Done, %"), "percent"),
            Column("pace", _("Pace a day"), kind, wide_only=bool(self.asked.compare)),
            Column("needed", _("Needed a day"), kind, wide_only=True),
            Column("forecast", _("Forecast"), kind),
            Column(
                "forecast_share", _("Forecast, %"), "percent", tone=lambda line: line.values.get("tone", "")
            ),
            Column("in_work", _("In work"), "sum"),
            Column("portfolio", _("Portfolio"), kind, wide_only=True),
            Column("before", words_of(before).capitalize(), kind),
            Column("year_ago", words_of(year_ago).capitalize(), kind),
            Column("year", _("12 months"), "spark", export=False, wide_only=bool(self.asked.compare)),
        ]
        # What the fact is compared with stands beside it already; a month of a year has a neighbour of its own. Before
        # a year there is the one of a year ago.
        beside = {"year_ago"} if self.asked.compare == YEAR_AGO else set()
        if self.figures.rows_by != MONTHS:
            if self.asked.compare == PREVIOUS:
                beside.add("before")
            if before == year_ago:
                beside |= {"before", "year_ago"} if beside else {"year_ago"}
        return [column for column in columns if column.key not in beside]

    def lines(self) -> list[Line]:
        return Rows(self.figures).lines()

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return self.figures.values(self.figures.numbers, self.figures.planned(), self.figures.years)

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        return Words(self.figures).sentence(total)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        return Words(self.figures).picture(self.heading(), total)

    def beside(self) -> Beside:
        return Beside(self.asked)

    def opens(self, line: Line, column: Column) -> bool:
        if line.key.startswith("n") and line.key != "none":
            return False
        return column.key in ("fact", "before", "year_ago", "in_work") and not (
            column.key in ("before", "year_ago") and self.figures.rows_by == MONTHS
        )

    def records(self, line: str, column: str) -> Found | None:
        asked = self.asked
        if column == "in_work":
            return Found(self._of_line(prospects.open_deals(asked), line, prospects.DEAL_COLUMNS))
        spans = {"before": previous_period, "year_ago": year_before}
        if column in spans:
            asked = asked.at(spans[column](asked.period))
        elif column != "fact":
            return None
        rows = self._of_line(self.figures.fact.records(asked), line, self.figures.fact.paths)
        return Found(rows, self.figures.fact.measures[self.figures.measure].value)

    def _of_line(self, rows: Any, line: str, paths: Mapping[str, Any]) -> Any:
        """The records of one line; KeyError for a line that is not there."""
        if line == TOTAL:
            return rows
        if line not in {each.key for each in self.found_lines}:
            raise KeyError(line)
        by = "group" if self.figures.rows_by in (GROUPS, PRODUCTS) else BY[self.figures.rows_by]
        if line == "none":
            if by == "group":
                return rows.exclude(**{f"{paths[by]}__in": [group.pk for group in self.figures.tree.order]})
            return narrowed(rows, paths, {by: ("",) if by == "region" else (None,)})
        kind, key = line[0], line[1:]
        if kind == "g":
            return narrowed(rows, paths, {"group": self.figures.tree.within(int(key))})
        if kind == "p":
            return narrowed(rows, paths, {"product": (int(key),)})
        if kind == "m":
            return narrowed(rows, paths, {"manager": (int(key),)})
        if kind == "r":
            return narrowed(rows, paths, {"region": (key,)})
        return narrowed(rows, paths, {"month": (dt.date.fromisoformat(line),)})
