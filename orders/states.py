"""What an order's state is called: the marks of its row and its page."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.tables.values import Flag
from orders.models import Order


def flags_of(order: Order, today: dt.date) -> list[Flag]:
    """How far it has been shipped, whether that is late, and whether it is paid."""
    if order.cancelled_on:
        return [Flag(pgettext("order", "cancelled"), "bad")]
    flags = []
    if order.shipping != Order.Shipping.WHOLE:
        flags.append(Flag(str(order.get_shipping_display())))
        late = (today - order.ship_on).days
        if late > 0:
            words = ngettext("late by %(days)s day", "late by %(days)s days", late)
            flags.append(Flag(words % {"days": late}, "bad"))
    elif order.shipped > 0:
        flags.append(Flag(pgettext("order", "shipped")))
    else:
        return [Flag(pgettext("order", "came back"))]
    if order.paid > order.amount:
        flags.append(Flag(_("paid too much"), "warn"))
    elif order.amount and order.paid == order.amount:
        flags.append(Flag(pgettext("order", "paid")))
    elif order.paid:
        flags.append(Flag(pgettext("order", "paid in part")))
    return flags
