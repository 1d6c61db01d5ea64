"""Commissions accrued and paid (S6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from orders.models import ExtraCost
from reports import whom
from reports.asking import Switch
from reports.facts.base import narrowed
from reports.facts.orders import ACCRUED, COST_PATHS, PAID_OUT
from reports.pictures import Picture, Series
from reports.report import SELLERS, Found, Line, Report, Section, added

_ZERO = Decimal("0.00")
_SUMS = ("accrued", "paid", "owed")


class Commissions(Report):
    code, title, section = "commissions", gettext_lazy("Commissions accrued and paid"), Section.MONEY
    about = gettext_lazy(
        "Extra costs of orders in force that are commissions. Accrued: by the day they were accrued on; paid: by the"
        " day they were paid on, whenever they were accrued; still owed: accrued until the end of the period and not"
        " paid until then."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (whom.WHOM,)
    compared = ("accrued", "paid")
    icon = "percent"

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return whom.rows_are(self.asked)

    def columns(self) -> Sequence[Column]:
        return [
            Column("count", _("Commissions"), "int"),
            Column("accrued", _("Accrued, ₽"), "sum"),
            Column("paid", _("Paid out, ₽"), "sum"),
            Column("owed", _("Still owed, ₽"), "sum"),
        ]

    def _rows(self, column: str) -> QuerySet[Any]:
        kind = {"kind": ExtraCost.Kind.COMMISSION}
        if column == "paid":
            return PAID_OUT.records(self.asked).filter(**kind)
        if column in ("accrued", "count"):
            return ACCRUED.records(self.asked).filter(**kind)
        last = self.asked.last
        unpaid = Q(paid_on__isnull=True) | Q(paid_on__gt=last)
        rows = ACCRUED.rows(self.asked.user).filter(unpaid, accrued_on__lte=last, **kind)
        return narrowed(rows, COST_PATHS, self.asked.narrow)

    def lines(self) -> list[Line]:
        path = COST_PATHS[whom.chosen(self.asked)]
        found: dict[int, dict[str, Any]] = {}
        for column in (*_SUMS, "count"):
            value = ACCRUED.measures["count" if column == "count" else "amount"].value
            for pk, number in self._rows(column).order_by().values_list(path).annotate(number=value):
                found.setdefault(pk, dict.fromkeys(_SUMS, _ZERO) | {"count": 0})[column] = number
        return whom.lines(self.asked, found, "accrued")

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return added(lines, ["count", *_SUMS])

    def records(self, line: str, column: str) -> Found | None:
        if column not in (*_SUMS, "count"):
            return None
        rows = narrowed(
            self._rows(column),
            COST_PATHS,
            {key: (value,) for key, value in whom.narrow(self.asked, line).items()},
        )
        return Found(rows, ACCRUED.measures["count" if column == "count" else "amount"].value)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = lines[:15]
        return Picture(
            "axes",
            self.title,
            [line.label for line in shown],
            [
                Series(_("Accrued"), [line.values.get("accrued") for line in shown]),
                Series(_("Paid out"), [line.values.get("paid") for line in shown]),
            ],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        text = _("Accrued: <b>{}</b>, paid: <b>{}</b>; still owed at the end: <b>{}</b>.")
        return format_html(text, *(format_money(total[key] or _ZERO) for key in _SUMS))
