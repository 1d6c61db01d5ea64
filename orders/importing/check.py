"""The check of a file of the catalogue: which product a row is, what it would change, what is wrong with it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.imports.importer import Parsed, Word
from core.imports.models import ImportRow, ImportRun
from orders.importing.forms import initial_answers
from orders.importing.sheets import NO_VAT, PRODUCTS, STOCK
from orders.importing.words import GROUPS, VOCABULARIES, vocabulary
from orders.models import Product, StockCount
from orders.twins import Known, Twin, product_key

Action = ImportRow.Action
# What a product is called by in other rows: its id, or the key of the row that makes it.
Ref = int | str
_VALUES = ("name", "article", "unit", "price", "cost", "vat_rate", "lead_days", "support", "note")


class CatalogueCheck:
    """Goes through the sheets portion by portion, products first, and remembers what it has met."""

    def __init__(self, run: ImportRun) -> None:
        answers = run.answers
        self.all: dict[str, str] = initial_answers() | answers.get("all", {})
        self.for_row: dict[str, str] = answers.get("rows", {})
        self.words_of = {
            key: vocabulary(key, run.by, answers.get("words", {}).get(key, {})) for key in VOCABULARIES
        }
        self.known = Known.read()
        # The rows of each kind of sheet by what they speak of: nobody says one thing twice.
        self._rows: dict[tuple[Any, ...], int] = {}

    def words(self) -> dict[str, list[Word]]:
        return {key: words.met for key, words in self.words_of.items() if words.met}

    def check(self, kind: str, rows: Sequence[Parsed]) -> None:
        found = [self._twins(parsed, kind) for parsed in rows]
        ids = {one.key for twins in found for one in twins if isinstance(one.key, int)}
        products: dict[int, Product] = Product.objects.in_bulk(sorted(ids))
        if kind == PRODUCTS:
            for parsed, twins in zip(rows, found, strict=True):
                # Once more for those that a row above has made known.
                self._product(parsed, twins or self._twins(parsed, kind), products)
            return
        for parsed, twins in zip(rows, found, strict=True):
            self._of_product(kind, parsed, twins)
        if kind == STOCK:
            self._leave_out_known_counts(rows, ids)
        else:
            for parsed in rows:
                target = parsed.row.clean.get("target")
                if target in products and not changes_of(parsed.row.clean, products[target]):
                    parsed.row.action = Action.SKIP

    # --- Products ---

    def _product(self, parsed: Parsed, twins: Sequence[Twin], products: dict[int, Product]) -> None:
        row, values = parsed.row, parsed.values
        if not self._understand(parsed):
            row.action = Action.SKIP
            return
        if parsed.is_wrong:
            return
        if len({one.key for one in twins}) > 1:
            parsed.error("article", _("The article is one product’s, the name another’s."))
            return
        if twins:
            self._known_product(parsed, twins[0], products)
        else:
            self._new_product(parsed)
        if not parsed.is_wrong and row.action == Action.CREATE:
            self.known.add(row.key, values["name"], values.get("article") or "")

    def _known_product(self, parsed: Parsed, twin: Twin, products: dict[int, Product]) -> None:
        row = parsed.row
        if self._said_twice(parsed, "name", (PRODUCTS, twin.key)) or not isinstance(twin.key, int):
            return
        row.same_as = {"why": twin.words, "record": twin.key}
        row.clean["target"] = twin.key
        if twin.why == "name":
            row.clean.pop("name")  # as the catalogue writes it
        row.action = self.for_row.get(row.key) or self.all["known"]
        product = products.get(twin.key)
        if row.action == Action.UPDATE and product is not None and not changes_of(row.clean, product):
            row.action = Action.SKIP

    def _new_product(self, parsed: Parsed) -> None:
        row, name = parsed.row, parsed.values["name"]
        near = [key for key in self.known.near(name) if isinstance(key, int)]
        choice = self.for_row.get(row.key, Action.CREATE)
        if near:
            row.same_as = {"why": _("nearly the same name"), "record": near[0], "near": True}
            row.action = choice
            if choice == Action.UPDATE and not self._said_twice(parsed, "name", (PRODUCTS, near[0])):
                row.clean["target"] = near[0]
                row.clean.pop("name")
        if row.action == Action.CREATE:
            self._rows[PRODUCTS, row.key] = row.number
            if not row.clean.keys() & {GROUPS, "new_group"}:
                if self.all["default_group"]:
                    row.clean[GROUPS] = int(self.all["default_group"])
                else:
                    parsed.error(
                        GROUPS, _("In which group? Say it in the file, or choose one below for all.")
                    )

    def _understand(self, parsed: Parsed) -> bool:
        """Fills `clean` with values and ids; False if an answer leaves the row out."""
        clean = {key: value for key, value in parsed.values.items() if value not in (None, "")}
        taken = True
        for key in VOCABULARIES:
            text = clean.pop(key, "")
            if not text:
                continue
            meaning = self.words_of[key].meaning(text)
            taken = taken and not meaning.leaves_rows
            if meaning.record is not None:
                clean[key] = meaning.record
            elif meaning.is_new:
                clean[f"new_{key}"] = text
            elif meaning.is_open:
                parsed.error(key, _("“%(word)s” is not known: say what it is.") % {"word": text})
        parsed.row.clean = clean
        return taken

    # --- Prices and stock ---

    def _of_product(self, kind: str, parsed: Parsed, twins: Sequence[Twin]) -> None:
        row, values = parsed.row, parsed.values
        row.clean = {key: value for key, value in values.items() if value not in (None, "")}
        label = values.get("article") or values.get("name") or ""
        if not label:
            parsed.error("article", _("Which product? Fill in the article or the name."))
        elif not twins:
            parsed.error(
                "article" if values.get("article") else "name",
                _("There is no such product in the catalogue."),
            )
        if parsed.is_wrong or not twins:
            return
        row.clean.pop("article", None)
        row.clean["name"] = values.get("name") or label
        row.clean["target"] = twins[0].key
        row.action = Action.UPDATE
        if kind == STOCK:
            row.clean.setdefault("day", self.all["day"])
            self._said_twice(parsed, "quantity", (kind, twins[0].key, row.clean["day"]))
        else:
            row.clean.pop("name")
            self._said_twice(parsed, "price", (kind, twins[0].key))

    def _leave_out_known_counts(self, rows: Sequence[Parsed], ids: set[Any]) -> None:
        days = {parsed.row.clean["day"] for parsed in rows if "day" in parsed.row.clean}
        counts = StockCount.objects.filter(product__in=ids, counted_on__in=days)
        known = {
            (pk, day.isoformat()): quantity
            for pk, day, quantity in counts.values_list("product", "counted_on", "quantity")
        }
        for parsed in rows:
            clean = parsed.row.clean
            if not parsed.is_wrong and known.get((clean["target"], clean["day"])) == Decimal(
                clean["quantity"]
            ):
                parsed.row.action = Action.SKIP

    # --- Both ---

    def _twins(self, parsed: Parsed, kind: str) -> list[Twin]:
        """The products a row may be. Beside an article the name says nothing in sheets that only name products."""
        name, article = parsed.values.get("name") or "", parsed.values.get("article") or ""
        found = self.known.same(name, article)
        return found if kind == PRODUCTS else found[:1]

    def _said_twice(self, parsed: Parsed, column: str, what: tuple[Any, ...]) -> bool:
        first = self._rows.setdefault(what, parsed.row.number)
        if first != parsed.row.number:
            parsed.error(column, _("Row %(row)s says this of the same product already.") % {"row": first})
            return True
        return False


def values_of(clean: dict[str, Any]) -> dict[str, Any]:
    """The staged values of a row as fields of a product; what keys lead to is left to who reads it."""
    found: dict[str, Any] = {name: clean[name] for name in _VALUES if name in clean}
    for name in ("price", "cost"):
        if name in found:
            found[name] = Decimal(found[name])
    if found.get("vat_rate") == NO_VAT:
        found["vat_rate"] = None
    return found


def changes_of(clean: dict[str, Any], product: Product) -> dict[str, Any]:
    """What a row would change of the product: {field or key: new value}."""
    changes = {name: one for name, one in values_of(clean).items() if getattr(product, name) != one}
    if "name" in changes and product_key(changes["name"]) == product.name_key:
        del changes["name"]
    for key in VOCABULARIES:
        if key in clean and getattr(product, f"{key}_id") != clean[key]:
            changes[key] = clean[key]
        elif f"new_{key}" in clean:
            changes[key] = clean[f"new_{key}"]
    return changes
