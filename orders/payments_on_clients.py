"""What the card of a client shows of its money: what it owes, what it has paid in advance, when it promised to pay."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import periods
from core.history.tracked import Tracked
from leads.feed import Entry
from leads.models import Client
from orders.models import Order, Payment
from orders.receivables import Debt, advances, debts, expected
from people import access
from people.models import User

LAST = 3
_NOON = dt.time(12)


def money_panel(request: HttpRequest, client: Client) -> SafeString | None:
    """Debt by age, advance, promised day, the last payments; nothing of a client with whom no money has to do yet."""
    user: User = request.user  # type: ignore[assignment]
    day = periods.today()
    orders = Order.objects.visible_to(user).filter(client=client)
    unpaid = list(orders.unpaid().values_list("promised_on", flat=True))
    payments = list(
        Payment.objects.visible_to(user).filter(client=client).order_by("-paid_on", "-pk")[: LAST + 1]
    )
    may = access.may(user, "payments")
    if not unpaid and not payments:
        return None
    promised = [one for one in unpaid if one is not None]
    dues = expected(orders, day) if unpaid else []
    context = {
        "client": client,
        "debt": debts(dues, day).get(client.pk, Debt()),
        "next_due": next((due for due in dues if not due.is_overdue and not due.is_late_shipment), None),
        "advance": advances([client.pk]).get(client.pk),
        "promised_on": min(promised, default=None),
        "promise_is_broken": bool(promised) and min(promised) < day,
        "payments": payments[:LAST],
        "more": len(payments) > LAST,
        "may": may,
    }
    return render_to_string("orders/payment_panel.html", context, request)


def new_payment_link(request: HttpRequest, order: Order) -> SafeString | None:
    """On the page of an order something is unpaid of, for who may: where its payment is entered."""
    if order.cancelled_on or order.unpaid <= 0 or not access.may(request.user, "payments"):  # type: ignore[arg-type]
        return None
    url = f"{reverse('orders:payment_new')}?order={order.pk}"
    return format_html('<a class="small" href="{}" data-dialog>{}</a>', url, _("Enter a payment"))


def payments_in_feed(client: Client, user: User, before: dt.datetime | None, limit: int) -> list[Entry]:
    """What came in, by its day: a payment knows no time."""
    payments = Payment.objects.visible_to(user).filter(client=client)
    if before:
        payments = payments.filter(paid_on__lte=periods.day_of(before))
    entries = [
        Entry(
            periods.local(one.paid_on, _NOON), "orders/payment_in_feed.html", {"payment": one}, has_time=False
        )
        for one in payments.order_by("-paid_on", "-pk")[: limit + 1]
    ]
    return [entry for entry in entries if not before or entry.moment < before][:limit]


def payments_in_history(client: Client) -> dict[type[Tracked], Iterable[int]]:
    """Payments whose changes the card's history shows: they are seen with their client."""
    return {Payment: list(Payment.all_objects.filter(client=client).values_list("pk", flat=True))}
