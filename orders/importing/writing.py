"""Checked rows become products, prices and counts of stock; all inside the operation of the import."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.imports.importer import OutOfDate
from core.imports.models import ImportRow, ImportRun
from orders.actions.groups import ensure_groups
from orders.actions.products import add_products, ensure_suppliers, update_products
from orders.actions.stock import set_counts
from orders.importing.check import Ref, values_of
from orders.importing.sheets import PRICES, PRODUCTS, STOCK
from orders.importing.words import GROUPS, MANAGERS, SUPPLIERS, path_of
from orders.models import Supplier
from orders.twins import DuplicateProduct
from people.models import User
from pipeline.models import ProductGroup

Action = ImportRow.Action


def write(run: ImportRun) -> None:
    """Writes everything that is staged. Raises `OutOfDate` when a verb refuses what the check has let through."""
    try:
        _Writing(run).write()
    except DuplicateProduct as error:
        words = ", ".join(dict.fromkeys(one.words for one in error.found[:3]))
        raise OutOfDate(_("another product has this by now: %(what)s.") % {"what": words}) from error
    except (PermissionDenied, ValidationError, LookupError) as error:
        raise OutOfDate(_("the catalogue has changed since the check.")) from error


class _Writing:
    def __init__(self, run: ImportRun) -> None:
        self.run, self.by = run, run.by
        self.ids: dict[Ref, int] = {}

    def write(self) -> None:
        rows: dict[str, list[ImportRow]] = {PRODUCTS: [], PRICES: [], STOCK: []}
        taken = self.run.rows.filter(action__in=[Action.CREATE, Action.UPDATE]).order_by("place", "number")
        for row in taken.iterator(2000):
            rows[self.run.plan[row.place]["kind"]].append(row)
        self._write_products(rows[PRODUCTS])
        update_products({self._id(row): values_of(row.clean) for row in rows[PRICES]}, by=self.by)
        self._write_counts(rows[STOCK])

    def _write_products(self, rows: list[ImportRow]) -> None:
        cleans = [row.clean for row in rows]
        groups: dict[int, ProductGroup] = ProductGroup.objects.in_bulk()
        paths = {one["new_group"]: path_of(one["new_group"]) for one in cleans if "new_group" in one}
        made = ensure_groups(paths, by=self.by)
        suppliers: dict[int, Supplier] = Supplier.objects.in_bulk()
        fresh = ensure_suppliers([one["new_supplier"] for one in cleans if "new_supplier" in one], by=self.by)
        people: dict[int, User] = User.objects.in_bulk({one[MANAGERS] for one in cleans if MANAGERS in one})

        def fields(clean: dict[str, Any]) -> dict[str, Any]:
            found = values_of(clean)
            if "new_group" in clean:
                found[GROUPS] = made[clean["new_group"]]
            elif GROUPS in clean:
                found[GROUPS] = groups[clean[GROUPS]]
            if "new_supplier" in clean:
                found[SUPPLIERS] = fresh[clean["new_supplier"]]
            elif SUPPLIERS in clean:
                found[SUPPLIERS] = suppliers[clean[SUPPLIERS]]
            if MANAGERS in clean:
                found[MANAGERS] = people[clean[MANAGERS]]
            return found

        new = [row for row in rows if row.action == Action.CREATE]
        products = add_products([fields(row.clean) for row in new], by=self.by)
        self.ids |= {row.key: product.pk for row, product in zip(new, products, strict=True)}
        update_products(
            {row.clean["target"]: fields(row.clean) for row in rows if row.action == Action.UPDATE},
            by=self.by,
        )

    def _write_counts(self, rows: list[ImportRow]) -> None:
        days: dict[str, dict[int, Decimal | None]] = {}
        for row in rows:
            days.setdefault(row.clean["day"], {})[self._id(row)] = Decimal(row.clean["quantity"])
        for day, counts in days.items():
            set_counts(counts, dt.date.fromisoformat(day), by=self.by)

    def _id(self, row: ImportRow) -> int:
        """The product a row speaks of. LookupError where a row above should have made it and has not."""
        target: Ref = row.clean["target"]
        return target if isinstance(target, int) else self.ids[target]
