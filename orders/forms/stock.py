"""The sheet in which stock is counted: a cell for each product of a group, read and judged one by one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.money import plain_quantity, quantity
from orders.actions.stock import require_day
from orders.choices import GroupField
from orders.models import Product, StockCount


class SheetChoice(forms.Form):
    """Which day is counted, and which part of the catalogue."""

    day = forms.DateField(
        label=gettext_lazy("Counted at the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    group = GroupField(
        label=gettext_lazy("Product group"), required=False, empty_label=gettext_lazy("the whole catalogue")
    )

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"] or periods.today()
        try:
            require_day(day)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return day


@dataclass
class Cell:
    """One product of the sheet: what is counted of it on the day, what was typed, what is wrong with that."""

    product: Product
    count: Decimal | None
    typed: str
    seen: str
    error: str = ""

    @property
    def name(self) -> str:
        return f"count-{self.product.pk}"

    @property
    def seen_name(self) -> str:
        """The hidden field with what stood there when the sheet was opened."""
        return f"seen-{self.product.pk}"

    @property
    def now(self) -> str:
        return "" if self.count is None else plain_quantity(self.count)


class CountSheet:
    """The cells of a page. `changes` are those whose text says something else than the database, once `is_valid`."""

    def __init__(
        self, products: Sequence[Product], day: dt.date, data: Mapping[str, str] | None = None
    ) -> None:
        counts = StockCount.objects.filter(product__in=products, counted_on=day)
        known = dict(counts.values_list("product", "quantity"))
        self.cells = [_cell(product, known.get(product.pk), data) for product in products]
        self.changes: dict[int, Decimal | None] = {}
        if data is not None:
            for cell in self.cells:
                self._judge(cell)

    @property
    def wrong(self) -> int:
        """How many cells cannot be saved."""
        return sum(bool(cell.error) for cell in self.cells)

    def _judge(self, cell: Cell) -> None:
        text = cell.typed.strip()
        if text == cell.seen.strip():  # left alone, whoever changed it meanwhile
            cell.typed = cell.seen = cell.now
            return
        try:
            value = quantity(text) if text else None
        except ValidationError as error:
            cell.error = error.messages[0]
            return
        if value is not None and value < 0:
            cell.error = _("There cannot be less than nothing.")
        elif value != cell.count and cell.now != cell.seen:
            cell.error = _("Counted by somebody else meanwhile: %(now)s. Save again to put yours.") % {
                "now": cell.now or "—"
            }
            cell.seen = cell.now
        elif value != cell.count:
            self.changes[cell.product.pk] = value


def _cell(product: Product, count: Decimal | None, data: Mapping[str, str] | None) -> Cell:
    cell = Cell(product, count, "", "")
    cell.typed = cell.seen = cell.now
    if data is not None and cell.name in data:
        cell.typed, cell.seen = data[cell.name][:40], data.get(cell.seen_name, "")[:40]
    return cell
