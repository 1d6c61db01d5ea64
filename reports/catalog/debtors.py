"""Debtors: who owes how much for what has gone out, and for how long (R16)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Min
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from leads.models import Client
from orders import receivables
from orders.models import Order, Terms
from orders.receivables import Debt, Due
from people.models import User
from reports import owed
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added
from reports.sheet import SHOWN

_ZERO = Decimal("0.00")
_AT_ONCE = 5_000
_AGES = ("not_due", "to_30", "to_60", "over_60")
_LATE = _AGES[1:]
_SUMS = (*_AGES, "overdue", "debt")


class Debtors(Report):
    code, title, section = "debtors", gettext_lazy("Debtors"), Section.MONEY
    about = gettext_lazy(
        "As of today: what has gone out and is not paid, with VAT, by how many days its day of payment has passed; that"
        " day is the instalment's, else the shipment and the deferral, moved to the next working day. Payments for no"
        " order yet are taken off the client's earliest parts. The promised day is the earliest one said for an order"
        " with a debt; last contact is the last conversation, meeting or letter with the client. A debt above the"
        " credit limit, and a promise whose day has passed, stand in red. A month or a year ago: as it was known when"
        " that day began, of those who answered for the orders then."
    )
    roles = SELLERS
    period = ""
    narrowings = ("team", "manager", "region", "source", "segment")
    rows_are = gettext_lazy("Client")
    compared = ("debt", "overdue")
    icon = "wallet2"

    @cached_property
    def dues(self) -> list[Due]:
        """What is owed today, or was when the day that is compared with began."""
        asked, day = self.asked, self.asked.last
        found = owed.dues_now(asked) if day >= asked.today else owed.dues_then(asked, day)
        return [due for due in found if due.is_debt]

    def columns(self) -> Sequence[Column]:
        return [
            Column("limit", _("Credit limit, ₽"), "sum", wide_only=bool(self.asked.compare)),
            Column("debt", _("Debt, ₽"), "sum", tone=_above_limit),
            Column("not_due", _("Not due yet, ₽"), "sum"),
            Column("to_30", _("1–30 days late, ₽"), "sum"),
            Column("to_60", _("31–60 days late, ₽"), "sum"),
            Column("over_60", _("Over 60 days late, ₽"), "sum"),
            Column("overdue", _("Overdue, ₽"), "sum"),
            Column("promised", _("Promised"), "date", tone=self._broken),
            Column("spoken", _("Last contact"), "date", wide_only=bool(self.asked.compare)),
            Column("manager", _("Manager"), "person"),
        ]

    def _broken(self, line: Line) -> str:
        promised: dt.date | None = line.values.get("promised")
        return "missed" if promised is not None and promised < self.asked.today else ""

    def _debts(self) -> dict[int, Debt]:
        """{client: what they owe today, or owed when the day that is compared with began}."""
        if self.asked.last >= self.asked.today:
            return receivables.debts_by_client(owed.rows_now(self.asked), self.asked.last)
        return receivables.debts(self.dues, self.asked.last)

    def lines(self) -> list[Line]:
        debts = self._debts()
        # At most as many as owe: a director's debtors are not listed in the questions.
        owing = owed.orders_of(self.asked).filter(
            paid__lt=F("amount"), promised_on__isnull=False, shipped__gt=F("paid")
        )
        promised = dict(owing.order_by().values_list("client").annotate(first=Min("promised_on")))
        limits = dict(Terms.objects.filter(credit_limit__isnull=False).values_list("client", "credit_limit"))
        clients = self._clients(debts)
        managers = User.all_objects.in_bulk({manager for _pk, _name, _spoken, manager in clients})
        names = {pk: manager.short_name for pk, manager in managers.items()}
        lines = []
        for pk, name, spoken, manager in clients:
            values = {
                "limit": limits.get(pk),
                "promised": promised.get(pk),
                "spoken": spoken,
                "manager": names[manager],
                **_sums(debts[pk]),
            }
            lines.append(Line(str(pk), name, values))
        lines.sort(key=lambda line: (-line.values["overdue"], -line.values["debt"], str(line.label)))
        shown = {int(line.key): line for line in lines[:SHOWN]}
        # An order may be somebody's whose client is another's.
        for client in Client.objects.visible_to(self.asked.user).only("pk").filter(pk__in=list(shown)):
            shown[client.pk].url = client.get_absolute_url()
        return lines

    def _clients(self, debts: Mapping[int, Debt]) -> list[tuple[Any, ...]]:
        """(id, name, last contact, manager) of each."""
        columns = ("pk", "name", "last_contact_at", "manager_id")
        found: list[tuple[Any, ...]] = []
        ids = sorted(debts)
        for start in range(0, len(ids), _AT_ONCE):
            some = Client.all_objects.filter(pk__in=ids[start : start + _AT_ONCE])
            found += some.order_by().values_list(*columns)
        return found

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return {key: value or _ZERO for key, value in added(lines, _SUMS).items()}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in _SUMS

    def parts(self, line: str, column: str) -> Parts:
        """What of each order is in the cell."""
        ages = {"overdue": _LATE, "debt": _AGES}.get(column, (column,))
        found: Parts = defaultdict(lambda: _ZERO)
        for due in self.dues:
            if line in (TOTAL, str(due.client_id)):
                age = _age(due, self.asked.last)
                if age in ages:
                    found[due.order_id] += due.amount
        return found

    def records(self, line: str, column: str) -> Found | None:
        if column not in _SUMS:
            return None
        if line != TOTAL and line not in {each.key for each in self.found_lines}:
            raise KeyError(line)
        return Found(Order.objects.visible_to(self.asked.user).filter(pk__in=self.parts(line, column)))

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        names = [_("Not due yet"), _("1–30 days late"), _("31–60 days late"), _("Over 60 days late")]
        return Picture(
            "bars", _("Debt by age"), names, [Series(_("Debt, ₽"), [total[age] for age in _AGES])], unit="₽"
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if not total["overdue"]:
            return format_html(
                _("Clients owe <b>{}</b>; nothing of it is overdue."), format_money(total["debt"])
            )
        text = _("Clients owe <b>{}</b>, of it <b>{}</b> ({}) overdue; over 60 days late: {}.")
        return format_html(
            text,
            format_money(total["debt"]),
            format_money(total["overdue"]),
            show.percent(total["overdue"] / total["debt"]),
            format_money(total["over_60"]),
        )


def _sums(debt: Debt) -> dict[str, Decimal]:
    return {**{age: getattr(debt, age) for age in _AGES}, "overdue": debt.overdue, "debt": debt.total}


def _age(due: Due, day: dt.date) -> str:
    debt = receivables.debts([due], day)[due.client_id]
    return next(age for age in _AGES if getattr(debt, age))


def _above_limit(line: Line) -> str:
    limit = line.values.get("limit")
    return "missed" if limit is not None and line.values["debt"] > limit else ""
