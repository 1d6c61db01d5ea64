"""What orders, their lines and payments derive from other rows: brought into line set-based, however many they are.

Whoever writes lines, shipments, extra costs or allocations calls `refresh_orders` in the same operation, and
`refresh_payments` after allocations. The rows are locked before anything is added up, payments before orders
everywhere, so that of two writers the second adds up what the first has written.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from orders.lines import ZERO
from orders.models import Allocation, ExtraCost, Order, OrderLine, Payment, Shipment, ShipmentLine

NOTHING = Decimal("0.000")
_AT_ONCE = 500


def refresh_orders(ids: Iterable[int]) -> None:
    """Sums and shipping state of the orders, and what has been shipped of their lines."""
    for some in _portions(ids):
        orders = list(Order.all_objects.select_for_update().filter(pk__in=some).order_by("pk"))
        lines = list(OrderLine.objects.filter(order__in=some))
        out = _by(ShipmentLine.objects.filter(order_line__in=lines), "order_line_id", q=Sum("quantity"))
        changed = [
            line for line in lines if _set(line, {"shipped": out.get(line.pk, {}).get("q") or NOTHING})
        ]
        if changed:
            OrderLine.objects.bulk_update(changed, ["shipped"])
        _refresh(orders, lines)


def _refresh(orders: list[Order], lines: list[OrderLine]) -> None:
    ids = [order.pk for order in orders]
    of_order: dict[int, list[OrderLine]] = {pk: [] for pk in ids}
    for line in lines:
        of_order[line.order_id].append(line)
    last = Max("day", filter=Q(kind=Shipment.Kind.SHIPMENT))
    shipped = _by(Shipment.objects.filter(order__in=ids), "order_id", sum=Sum("amount"), last=last)
    costs = _by(ExtraCost.objects.filter(order__in=ids), "order_id", sum=Sum("amount"))
    paid = _by(Allocation.objects.filter(order__in=ids), "order_id", sum=Sum("amount"))
    changed: dict[int, Order] = {}
    names: set[str] = set()
    for order in orders:
        own, out = of_order[order.pk], shipped.get(order.pk, {})
        fields = _set(
            order,
            {
                "amount": sum((line.amount for line in own), ZERO),
                "net": sum((line.net for line in own), ZERO),
                "cost": sum((line.cost for line in own), ZERO),
                "extra_costs": costs.get(order.pk, {}).get("sum") or ZERO,
                "shipped": out.get("sum") or ZERO,
                "paid": paid.get(order.pk, {}).get("sum") or ZERO,
                "shipping": _shipping(own),
                "last_shipped_on": out.get("last"),
            },
        )
        if fields:
            changed[order.pk] = order
            names |= fields
    if changed:
        Order.all_objects.bulk_update(list(changed.values()), sorted(names))


def _shipping(lines: list[OrderLine]) -> str:
    if lines and all(line.shipped >= line.quantity for line in lines):
        return Order.Shipping.WHOLE
    return Order.Shipping.PART if any(line.shipped for line in lines) else Order.Shipping.NONE


def refresh_payments(ids: Iterable[int]) -> None:
    """What of the payments is matched to orders."""
    for some in _portions(ids):
        payments = list(Payment.all_objects.select_for_update().filter(pk__in=some).order_by("pk"))
        matched = _by(Allocation.objects.filter(payment__in=some), "payment_id", sum=Sum("amount"))
        changed = [
            payment
            for payment in payments
            if _set(payment, {"allocated": matched.get(payment.pk, {}).get("sum") or ZERO})
        ]
        if changed:
            Payment.all_objects.bulk_update(changed, ["allocated"])


def _by(rows: QuerySet[Any], key: str, **sums: Any) -> dict[int, dict[str, Any]]:
    """{key: its sums} by one grouped statement."""
    return {row.pop(key): row for row in rows.order_by().values(key).annotate(**sums)}


def _set(record: Any, values: dict[str, Any]) -> set[str]:
    """Sets what differs; the names of it."""
    differs = {name for name, value in values.items() if getattr(record, name) != value}
    for name in differs:
        setattr(record, name, values[name])
    return differs


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(set(ids))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
