"""What sources and campaigns bring and cost (R12, C10): the columns of both reports.

Different kinds of records are asked for apart and joined by source or campaign: never two sums over one join.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from leads.models import NamedList
from orders.lines import rounded
from people import access
from reports import vat
from reports.asking import Asked, Switch
from reports.facts import SOLD
from reports.facts.base import Fact
from reports.facts.clients import COSTS, LEADS
from reports.facts.deals import CREATED, WON
from reports.pictures import Picture, Series
from reports.report import HEADS, TOTAL, Found, Line, Report, Section
from reports.saying import roubles

_NONE = "none"
_ZERO = Decimal(0)
# Column → the records it counts and their measure.
_NUMBERS: dict[str, tuple[Fact, str]] = {
    "leads": (LEADS, "clients"),
    "deals": (CREATED, "deals"),
    "won": (WON, "deals"),
    "won_amount": (WON, "amount"),
    "sales": (SOLD, "net"),  # with VAT where that is asked for
    "margin": (SOLD, "margin"),
    "cost": (COSTS, "cost"),
}


class Marketing(Report):
    """The base of the two. `by`: the narrowing their lines are."""

    by: ClassVar[str]
    model: ClassVar[type[NamedList]]
    section = Section.CLIENTS
    about = gettext_lazy(
        "Leads are clients entered in the period, deals those made in it, won those won in it with their sum, sales"
        " what was shipped in it without VAT or with it (margin is always without), each by the client's source"
        " (campaign) of today, whenever the client came. Costs are those of the months that begin in the period, as"
        " entered with the campaigns, not divided by days. Cost per lead is cost / leads, per won deal cost / won,"
        " return is margin / cost. Costs are shown of the whole company only: narrowed by a manager or a region nobody"
        " knows their part."
    )
    roles = HEADS
    period = "this-quarter"
    narrowings = ("team", "manager", "region", "segment")
    switches: ClassVar[Sequence[Switch]] = (vat.VAT,)
    compared = ("leads", "sales")

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self.knows_costs = access.owners_visible_to(asked.user) is None and not asked.narrow
        self.wanted = [key for key in _NUMBERS if key != "cost" or self.knows_costs]

    def _number(self, column: str) -> tuple[Fact, str]:
        """The records a column counts, and by which measure."""
        return (SOLD, vat.measure(self.asked)) if column == "sales" else _NUMBERS[column]

    def columns(self) -> Sequence[Column]:
        columns = [
            Column("leads", _("Leads"), "int"),
            Column("deals", _("Deals"), "int"),
            Column("won", _("Won"), "int"),
            Column("conversion", _("Won of deals"), "percent", wide_only=True),
            Column("won_amount", _("Sum of won, ₽"), "sum", wide_only=True),
            Column("sales", vat.sales(self.asked), "sum"),
            Column("margin", vat.margin(self.asked), "sum", wide_only=True),
        ]
        if self.knows_costs:
            columns += [
                Column("cost", _("Spent, ₽"), "sum"),
                Column("per_lead", _("Per lead, ₽"), "sum"),
                Column("per_won", _("Per won deal, ₽"), "sum"),
                Column("gain", _("Return"), "percent", tone=_pays),
            ]
        return columns

    @cached_property
    def numbers(self) -> dict[int | None, dict[str, Any]]:
        """{source or campaign: numbers}; a query for each kind of record."""
        of_fact: dict[str, dict[str, str]] = {}
        facts = {}
        for column in self.wanted:
            fact, measure = self._number(column)
            facts[fact.key] = fact
            of_fact.setdefault(fact.key, {})[column] = measure
        found: dict[int | None, dict[str, Any]] = {}
        for key, columns in of_fact.items():
            for (pk,), row in facts[key].sums(self.asked, [self.by], list(columns.values())).items():
                values = found.setdefault(pk, {column: _nothing(column) for column in self.wanted})
                values |= {column: row[measure] or _nothing(column) for column, measure in columns.items()}
        return found

    def lines(self) -> list[Line]:
        found = self.numbers
        entries = self.model.all_objects.filter(pk__in=[pk for pk in found if pk is not None])
        lines = [
            Line(str(entry.pk), entry.name, _derived(found[entry.pk]))
            for entry in entries.order_by("position", "pk")
        ]
        if None in found:
            lines.append(Line(_NONE, _("Not said"), _derived(found[None])))
        return lines

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        rows = self.numbers.values()
        return _derived(
            {column: sum((row[column] for row in rows), _nothing(column)) for column in self.wanted}
        )

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in self.wanted

    def records(self, line: str, column: str) -> Found | None:
        if column not in self.wanted:
            return None
        fact, measure = self._number(column)
        more = {} if line == TOTAL else {self.by: None if line == _NONE else int(line)}
        return Found(fact.records(self.asked, **more), fact.measures[measure].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        series = [Series(vat.sales(self.asked), [line.values.get("sales") for line in lines])]
        if self.knows_costs:
            series.append(Series(_("Spent, ₽"), [line.values.get("cost") for line in lines]))
        return Picture("axes", self.title, [line.label for line in lines], series, unit="₽")

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("<b>{}</b> leads, <b>{}</b> deals won, sales of <b>{}</b>.")
        said = format_html(
            text,
            show.number(total["leads"]),
            show.number(total["won"]),
            roubles(total["sales"]),
        )
        if not total.get("cost"):
            return said
        more = _("Spent: <b>{}</b>; a rouble spent brought {} of margin.")
        return said + format_html(" " + more, roubles(total["cost"]), format_money(round(total["gain"], 2)))


def _nothing(column: str) -> int | Decimal:
    fact, measure = _NUMBERS[column]
    return _ZERO if fact.measures[measure].kind == "sum" else 0


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    cost = Decimal(values.get("cost", 0))
    return {
        **values,
        "conversion": Decimal(values["won"]) / values["deals"] if values["deals"] else None,
        "per_lead": _each(cost, values["leads"]),
        "per_won": _each(cost, values["won"]),
        "gain": Decimal(values["margin"]) / cost if cost else None,
    }


def _each(cost: Decimal, number: int) -> Decimal | None:
    return rounded(cost / number) if cost and number else None


def _pays(line: Line) -> str:
    """What brings more than it cost is good."""
    gain = line.values.get("gain")
    return "" if gain is None else "met" if gain >= 1 else "missed"
