"""Discounts and deferrals given against the client's card (S6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import show
from core.money import format_money
from core.places import Text
from core.tables.columns import Column
from orders.lines import rounded
from orders.models import Order, OrderLine, Terms
from reports import whom
from reports.asking import Switch
from reports.facts.orders import MADE
from reports.owed import Parts
from reports.pictures import Picture, Series
from reports.report import SELLERS, TOTAL, Found, Line, Report, Section, added

_ZERO = Decimal("0.00")
_TENTH = Decimal("0.1")
_COUNTS = ("orders", "against", "discounts", "deferrals", "unexplained")
_SUMS = ("given", "deferred")


@dataclass(frozen=True)
class _Against:
    """An order beside the card: what of discount is beyond it (₽ with VAT), by how many days the deferral is."""

    pk: int
    whose: int
    amount: Decimal
    given: Decimal
    days: int
    is_explained: bool

    def has(self, column: str) -> bool:
        """Whether it is counted in the column."""
        if column in ("discounts", "given"):
            return self.given > 0
        if column in ("deferrals", "deferred"):
            return self.days > 0
        return column == "against" or not self.is_explained


class AgainstTheCard(Report):
    code, title, section = "against-card", gettext_lazy("Terms given against the card"), Section.MONEY
    about = gettext_lazy(
        "Orders in force of the period, beside the terms on the client's card as they stood when the order was entered;"
        " an order of a client without terms is against nothing. A discount is beyond the card where a line's is"
        " greater than agreed: counted is price × quantity × the difference, with VAT. A deferral is beyond it where"
        " the order's is longer: counted are the days beyond, on the average of such orders, and their sum with VAT."
    )
    roles = SELLERS
    narrowings = ("team", "manager", "region", "source", "segment")
    switches: ClassVar[Sequence[Switch]] = (whom.WHOM,)
    compared = ("given",)
    icon = "shield-exclamation"

    @property
    def rows_are(self) -> Text:  # type: ignore[override]
        return whom.rows_are(self.asked)

    def columns(self) -> Sequence[Column]:
        return [
            Column("orders", _("Orders"), "int"),
            Column("against", _("Against the card"), "int"),
            Column("share", _("Share of orders"), "percent"),
            Column("discounts", _("With a greater discount"), "int"),
            Column("given", _("Given beyond, ₽"), "sum"),
            Column("deferrals", _("With a longer deferral"), "int"),
            Column("days", _("Beyond, days"), "quantity"),
            Column("deferred", _("Sum of those, ₽"), "sum"),
            Column("unexplained", _("Without a reason"), "int", wide_only=True),
        ]

    def _orders(self) -> QuerySet[Any]:
        """The orders, each with the terms that were in force."""
        then = Terms.versions.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("created_at")),
            client_id=OuterRef("client"),
            deleted_at__isnull=True,
            valid_from__lte=OuterRef("created_at"),
        ).order_by("-valid_from")
        return MADE.records(self.asked).annotate(
            agreed_discount=Subquery(then.values("discount")[:1]),
            agreed_days=Subquery(then.values("deferral_days")[:1]),
        )

    @cached_property
    def found(self) -> list[_Against]:
        orders = self._orders().filter(agreed_days__isnull=False).order_by()
        rows = orders.values_list(
            "pk", whom.chosen(self.asked), "amount", "deferral_days", "agreed_days", "terms_reason"
        )
        agreed = dict(orders.values_list("pk", "agreed_discount"))
        given: dict[int, Decimal] = defaultdict(lambda: _ZERO)
        lines = OrderLine.objects.filter(order__in=orders.values("pk"), discount__gt=0)
        for pk, price, quantity, discount, rate, with_vat in lines.values_list(
            "order_id", "price", "quantity", "discount", "vat_rate", "order__prices_with_vat"
        ):
            if discount > agreed[pk]:
                beyond = price * quantity * (discount - agreed[pk]) / 100
                beyond = beyond if with_vat else beyond * (100 + (rate or 0)) / 100
                given[pk] += rounded(beyond)
        return [
            _Against(pk, whose, amount, given.get(pk, _ZERO), max(0, days - agreed_days), bool(reason))
            for pk, whose, amount, days, agreed_days, reason in rows
            if pk in given or days > agreed_days
        ]

    def lines(self) -> list[Line]:
        by = whom.chosen(self.asked)
        all_of = dict(MADE.records(self.asked).order_by().values_list(by).annotate(orders=Count("pk")))
        of: dict[int, list[_Against]] = defaultdict(list)
        for one in self.found:
            of[one.whose].append(one)
        found = {pk: _numbers(orders, of.get(pk, [])) for pk, orders in all_of.items()}
        return whom.lines(self.asked, found, "given")

    def total(self, lines: Sequence[Line]) -> dict[str, Any]:
        return _numbers(added(lines, ["orders"])["orders"], self.found) if lines else {}

    def opens(self, line: Line, column: Column) -> bool:
        return column.key in (*_COUNTS, *_SUMS)

    def _of(self, line: str, column: str) -> list[_Against]:
        return [one for one in self.found if (line == TOTAL or one.whose == int(line)) and one.has(column)]

    def parts(self, line: str, column: str) -> Parts:
        """What was given beyond the card in each order; nothing where orders are counted."""
        return {one.pk: one.given for one in self._of(line, column)} if column == "given" else {}

    def records(self, line: str, column: str) -> Found | None:
        if column == "orders":
            return Found(MADE.records(self.asked, **whom.narrow(self.asked, line)), Count("pk"))
        if column not in (*_COUNTS, *_SUMS):
            return None
        ids = [one.pk for one in self._of(line, column)]
        rows = Order.objects.visible_to(self.asked.user).filter(pk__in=ids)
        return Found(rows, Count("pk") if column in _COUNTS else None)

    def picture(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Picture | None:
        shown = [line for line in lines if line.values.get("given")][:15]
        if not shown:
            return None
        return Picture(
            "bars",
            _("Discounts given beyond the card"),
            [line.label for line in shown],
            [Series(_("Given beyond, ₽"), [line.values["given"] for line in shown])],
            unit="₽",
        )

    def sentence(self, lines: Sequence[Line], total: Mapping[str, Any]) -> Text:
        if not total["against"]:
            return _("No order of the period was made against the client's card.")
        text = _(
            "Against the card: <b>{}</b> of {} orders. Discounts beyond it cost <b>{}</b>; longer deferrals stand on"
            " <b>{}</b>."
        )
        return format_html(
            text,
            show.number(total["against"]),
            show.number(total["orders"]),
            format_money(total["given"]),
            format_money(total["deferred"]),
        )


def _numbers(orders: int, found: Sequence[_Against]) -> dict[str, Any]:
    longer = [one for one in found if one.days]
    days = sum(one.days for one in longer)
    return {
        "orders": orders,
        "against": len(found),
        "share": Decimal(len(found)) / orders if orders else None,
        "discounts": sum(one.given > 0 for one in found),
        "given": sum((one.given for one in found), _ZERO),
        "deferrals": len(longer),
        "days": (Decimal(days) / len(longer)).quantize(_TENTH, rounding=ROUND_HALF_UP) if longer else None,
        "deferred": sum((one.amount for one in longer), _ZERO),
        "unexplained": sum(not one.is_explained for one in found),
    }
