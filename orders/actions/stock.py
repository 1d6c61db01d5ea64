"""Counting stock, for who may "catalogue": the balance goes on from what is said here."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import periods
from core.history.operations import operation
from orders.models import Product, StockCount
from people import access
from people.models import User

_FIRST_YEAR = 2000
_PORTION = 500


def set_counts(counts: Mapping[int, Decimal | None], day: dt.date, *, by: User) -> int:
    """Says how many of each product (by id) there were at the end of the day; None takes the count of the day back.

    How many have changed. ValidationError for a day to come, for less than nothing; LookupError for a product that is
    not there.
    """
    access.require(by, "catalogue")
    require_day(day)
    if any(quantity is not None and quantity < 0 for quantity in counts.values()):
        raise ValidationError(_("There cannot be less than nothing."))
    made, changed, gone = [], [], []
    with operation(by=by) as op:
        known = _locked(sorted(counts), day)
        for pk, quantity in counts.items():
            count = known.get(pk)
            if count is None and quantity is not None:
                made.append(StockCount(product_id=pk, counted_on=day, quantity=quantity))
            elif count is not None and quantity is None:
                gone.append(count.pk)
            elif count is not None and quantity is not None and count.quantity != quantity:
                count.quantity = quantity
                changed.append(count)
        StockCount.objects.bulk_create(made)
        StockCount.objects.bulk_update(changed, ["quantity"])
        StockCount.objects.all().update_keys(gone, deleted_at=op.at)
    return len(made) + len(changed) + len(gone)


def require_day(day: dt.date) -> None:
    """ValidationError for a day on which nothing can have been counted."""
    if day > periods.today():
        raise ValidationError({"day": _("The day is still to come.")})
    if day.year < _FIRST_YEAR:
        raise ValidationError({"day": _("The day lies too far back.")})


def _locked(ids: list[int], day: dt.date) -> dict[int, StockCount]:
    """The counts of the day; the products are locked, so that two people counting at one moment make no second one."""
    known: dict[int, StockCount] = {}
    for start in range(0, len(ids), _PORTION):
        some = ids[start : start + _PORTION]
        products = Product.objects.select_for_update().filter(pk__in=some).order_by("pk")
        if len(products.values_list("pk")) != len(some):
            raise LookupError("a product has gone")
        counts = StockCount.objects.filter(product__in=some, counted_on=day)
        known |= {count.product_id: count for count in counts}
    return known
