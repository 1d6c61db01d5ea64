"""What a rollback may not leave behind of payments: no payment matched for more than it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from core.history.rollback import Refused
from core.history.tracked import Tracked
from orders.models import Allocation, Payment
from orders.sums import refresh_orders, refresh_payments

_AT_ONCE = 500


def settle(rows: Mapping[type[Tracked], Sequence[int]], **_signal: Any) -> None:
    """Receiver of `core.history.rollback.restored`, after `follow_up` has derived the sums anew.

    Matched parts that came back stay only where their payment is still free for them: what it was matched to meanwhile
    is what somebody decided later. `Refused` where the payment itself came back smaller than what it is matched for.
    """
    back = set(rows.get(Allocation, ()))
    payments = {*rows.get(Payment, ()), *_payments_of(back)}
    wanted = sorted(payments)
    for start in range(0, len(wanted), _AT_ONCE):
        some = Payment.objects.filter(pk__in=wanted[start : start + _AT_ONCE])
        for payment in some.filter(allocated__gt=F("amount")):
            _take_off(payment, back)


def _payments_of(allocations: set[int]) -> set[int]:
    found: set[int] = set()
    wanted = sorted(allocations)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Allocation.objects.filter(pk__in=wanted[start : start + _AT_ONCE])
        found.update(rows.values_list("payment_id", flat=True))
    return found


def _take_off(payment: Payment, back: set[int]) -> None:
    """Takes off what came back, the latest first, until the payment suffices."""
    over = payment.allocated - payment.amount
    gone = []
    for row in Allocation.objects.filter(payment=payment).order_by("-pk"):
        if over > 0 and row.pk in back:
            gone.append(row)
            over -= row.amount
    if over > 0:
        raise Refused(_("A payment would be matched for more than it is: take it off its orders first."))
    Allocation.objects.filter(pk__in=[row.pk for row in gone]).soft_delete()
    refresh_payments([payment.pk])
    refresh_orders([row.order_id for row in gone])
