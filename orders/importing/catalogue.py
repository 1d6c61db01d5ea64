"""The importer of the catalogue: sheets of products, of prices, of stock, each or all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history.tracked import Tracked
from core.imports.importer import LEAVE, NEW, SKIP
from core.imports.models import ImportRow, ImportRun
from orders.importing.check import CatalogueCheck, changes_of
from orders.importing.forms import Questions
from orders.importing.sheets import NO_VAT, SHEETS
from orders.importing.words import GROUPS, MANAGERS, SUPPLIERS, VOCABULARIES, vocabulary
from orders.importing.writing import write
from orders.models import Product
from people import access


class Catalogue:
    """See `core.imports.importer.Importer`."""

    key = "catalogue"
    title = gettext_lazy("Products, prices, stock")
    text = gettext_lazy(
        "Bring the price list or the sheet of balances as it is: products that are here already are found by article "
        "or name and changed only in what the file says."
    )
    ability = "catalogue"
    sheets = SHEETS

    def begin(self, run: ImportRun) -> CatalogueCheck:
        return CatalogueCheck(run)

    def apply(self, run: ImportRun) -> None:
        access.require(run.by, self.ability)
        write(run)

    def allowed(self, user: Any) -> Callable[[type[Tracked], Iterable[int]], set[int]]:
        return lambda model, ids: access.changeable(user, model, ids)

    def vocabulary_label(self, key: str) -> str:
        return {GROUPS: _("Product groups"), SUPPLIERS: _("Suppliers"), MANAGERS: _("Responsible")}[key]

    def choices(self, key: str, run: ImportRun) -> Sequence[tuple[str, str]]:
        said = {NEW: _("create it"), SKIP: _("leave these rows out"), LEAVE: _("leave it empty")}
        words = vocabulary(key, run.by, {})
        # What is made anew stands first: that is what most unknown words of a price list are.
        choices = sorted(words.choices(), key=lambda choice: choice[0] != NEW)
        return [(choice, said.get(choice, text)) for choice, text in choices]

    def questions(self, run: ImportRun) -> type[Questions]:
        return Questions

    def links(self, run: ImportRun, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        products = Product.objects.filter(pk__in=ids)
        return {one.pk: (_called(one), one.get_absolute_url()) for one in products}

    def row_choices(self) -> Sequence[tuple[str, str]]:
        return [
            ("", _("as the others")),
            (ImportRow.Action.UPDATE, _("update the product")),
            (ImportRow.Action.SKIP, _("leave the row out")),
        ]

    def onward(self) -> tuple[str, str]:
        return _("To the products"), reverse("orders:products")

    def show(self, run: ImportRun, kind: str, rows: Sequence[ImportRow]) -> Sequence[Mapping[str, str]]:
        """What a row changes is said as «120 ₽ → 140 ₽»."""
        sheet = next(one for one in SHEETS if one.key == kind)
        records = {key: vocabulary(key, run.by, {}).records for key in VOCABULARIES}
        targets = {row.clean["target"] for row in rows if isinstance(row.clean.get("target"), int)}
        products: dict[int, Product] = Product.objects.in_bulk(sorted(targets))
        shown = []
        for row in rows:
            words = {}
            for column in sheet.columns:
                value = row.clean.get(column.key)
                if f"new_{column.key}" in row.clean:
                    words[column.key] = _("%(name)s (new)") % {"name": row.clean[f"new_{column.key}"]}
                elif value is not None and column.key in records:
                    words[column.key] = records[column.key].get(value, "")
                elif value is not None:
                    words[column.key] = column.words(value)
            product = products.get(row.clean.get("target", 0))
            if product is not None:
                self._beside_what_is(words, row, product, sheet, records)
            shown.append(words)
        return shown

    def _beside_what_is(
        self, words: dict[str, str], row: ImportRow, product: Product, sheet: Any, records: Any
    ) -> None:
        changes = changes_of(row.clean, product)
        for column in sheet.columns:
            if column.key in changes:
                is_key = column.key in records
                now = getattr(product, f"{column.key}_id" if is_key else column.key)
                if column.key == "vat_rate" and now is None:
                    now = NO_VAT
                if now not in (None, ""):
                    was = records[column.key].get(now, "") if is_key else column.words(now)
                    words[column.key] = f"{was} → {words[column.key]}"
        words.setdefault("name", _called(product))


def _called(product: Product) -> str:
    return f"{product.name}, {product.article}" if product.article else product.name
