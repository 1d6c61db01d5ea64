"""Words for asking about products, orders, shipments, payments, plans and sales."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from core.history.tracked import TrackedQuerySet
from core.text import search_q
from people.access import VisibleQuerySet, owners_visible_to
from people.models import User

if TYPE_CHECKING:
    from orders.models import (  # noqa: F401
        Allocation,
        Order,
        Payment,
        PlanCell,
        Product,
        Terms,
    )


class ProductQuerySet(TrackedQuerySet["Product"]):
    """The catalogue is everybody's who sells."""

    def in_use(self) -> Self:
        return self.filter(retired_at__isnull=True)

    def found_by(self, query: str) -> Self:
        """Those with every word of the query in name or article."""
        return self.filter(search_q("search", query))


class OrderQuerySet(VisibleQuerySet["Order"]):
    """Orders; visible by their manager."""

    def in_force(self) -> Self:
        return self.filter(cancelled_on__isnull=True)

    def unshipped(self) -> Self:
        """Something of it has still to go out."""
        return self.in_force().exclude(shipping="whole")

    def unpaid(self) -> Self:
        """Something has still to come in for it, shipped already or not."""
        return self.in_force().filter(paid__lt=F("amount"))

    def owing(self) -> Self:
        """Shipped for more than was paid."""
        return self.in_force().filter(paid__lt=F("shipped"))

    def late_to_ship(self, day: dt.date) -> Self:
        """Planned to be shipped before the day, and not all gone out."""
        return self.unshipped().filter(ship_on__lt=day)


class PartOfOrderQuerySet(VisibleQuerySet[Any]):
    """Lines, instalments and costs; visible with their order."""

    owner_path = "order__manager"


class PaymentQuerySet(VisibleQuerySet["Payment"]):
    """Payments; visible by their client's manager, those of nobody's client to who may match them (`orders.places`)."""

    owner_path = "client__manager"

    def unmatched(self) -> Self:
        """Not all of it is said to be for an order; so it is with all whose client nobody knows."""
        return self.filter(allocated__lt=F("amount"))

    def to_be_matched(self) -> Self:
        """Unmatched, and something can be done about it: nobody knows whose it is, or its client has unpaid orders."""
        from orders.models import Order

        open_orders = Order.objects.unpaid().filter(client=OuterRef("client"))
        return self.unmatched().filter(Q(client__isnull=True) | Exists(open_orders))


class AllocationQuerySet(VisibleQuerySet["Allocation"]):
    """Matched parts of payments; credited to the order's manager."""

    owner_path = "order__manager"


class TermsQuerySet(VisibleQuerySet["Terms"]):
    owner_path = "client__manager"


class PlanCellQuerySet(VisibleQuerySet["PlanCell"]):
    """A seller sees their own plan, a head the team's, a director all; what has no seller is the director's."""


class _Facts(models.QuerySet[Any]):
    """Rows that are written once, visible by the seller they are credited to."""

    owner_path = "manager"

    def visible_to(self, user: User) -> Self:
        owners = owners_visible_to(user)
        return self if owners is None else self.filter(**{f"{self.owner_path}__in": owners})


class ShipmentQuerySet(_Facts):
    def between(self, first: dt.date, last: dt.date) -> Self:
        """Of the days from the first to the last, both included."""
        return self.filter(day__gte=first, day__lte=last)


class ShipmentLineQuerySet(_Facts):
    owner_path = "shipment__manager"

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Of the days from the first to the last, both included."""
        return self.filter(shipment__day__gte=first, shipment__day__lte=last)


class DueQuerySet(_Facts):
    """Parts of orders that are unpaid; visible with their order."""

    def with_form(self, day: dt.date) -> Self:
        """With `form`: how the client has paid in the year up to the day, "" where in two ways or not at all."""
        return self


class OpenDueQuerySet(DueQuerySet):
    def with_form(self, day: dt.date) -> Self:
        since = day - dt.timedelta(365)
        recent = {form: Q(**{f"{form}_on__gte": since}) for form in ("non_cash", "cash", "unstated")}
        known = {form: Q(**{f"{form}_on__isnull": False}) & mark for form, mark in recent.items()}
        alone = [
            When(known[one] & ~known[other] & ~known["unstated"], then=Value(one))
            for one, other in (("non_cash", "cash"), ("cash", "non_cash"))
        ]
        return self.annotate(form=Case(*alone, default=Value(""), output_field=models.CharField()))


class SalesQuerySet(_Facts):
    """Sales added up by month."""

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Of the months from that of the first day to that of the last."""
        return self.filter(month__gte=first.replace(day=1), month__lte=last)
