"""What the sales plan will bring in, and when (S4): sales of a month spread over the days on which they are paid.

A month's planned sales are taken as shipped evenly over its days, to the clients in the proportions of the last twelve
months, and paid by each after its deferral of today, on a working day. The plan is without VAT, receipts are not: the
share of VAT is that of the same twelve months. Who bought nothing in them says nothing of the months to come; where
nobody did, sales are paid when they are shipped, without VAT on top.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Sum

from core import periods
from orders.dues import ZERO, working_day
from orders.lines import rounded
from orders.models import SalesByClient, Terms
from people import calendar

# {days of deferral: share of the sales}; the shares add up to one.
Lags = Mapping[int, Decimal]


def receipts_of_plan(sales: Mapping[dt.date, Decimal], day: dt.date) -> dict[dt.date, Decimal]:
    """{month: gross sum} that the planned sales {month: sum without VAT} bring in; `day` ends the twelve months looked
    back on. Together they are the sales with their VAT, to the kopeck."""
    lags, vat = habits(day)
    found: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    with calendar.kept():
        for month, net in sales.items():
            for paid_in, amount in spread(rounded(net * vat), month, lags):
                found[paid_in] += amount
    return {month: found[month] for month in sorted(found)}


def habits(day: dt.date) -> tuple[Lags, Decimal]:
    """By how many days sales of the twelve months before `day`'s were deferred, and what is gross of one net rouble.

    Whole months: what is sold in the present one is not yet all of it.
    """
    present = periods.first_of("month", day)
    first, last = present.replace(year=present.year - 1), present - dt.timedelta(1)
    rows = SalesByClient.objects.between(first, last).order_by().values_list("client")
    sales = list(rows.annotate(Sum("amount"), Sum("net")))
    deferrals = dict(Terms.objects.values_list("client_id", "deferral_days"))
    gross = sum((max(amount, ZERO) for _client, amount, _net in sales), ZERO)
    net = sum((max(net, ZERO) for _client, _amount, net in sales), ZERO)
    if not gross or not net:
        return {0: Decimal(1)}, Decimal(1)
    by_deferral: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for client, amount, _net in sales:  # who gave back more than they bought weighs nothing
        by_deferral[deferrals.get(client, 0)] += max(amount, ZERO)
    return {days: amount / gross for days, amount in by_deferral.items() if amount}, gross / net


def spread(amount: Decimal, month: dt.date, lags: Lags) -> Iterable[tuple[dt.date, Decimal]]:
    """[(month in which it is paid, sum)] of sales of a month; the sums add up to the amount, to the kopeck."""
    first = periods.first_of("month", month)
    days = (periods.first_of("month", first + dt.timedelta(31)) - first).days
    shares: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    for lag, share in lags.items():
        for number in range(days):
            paid_on = working_day(first + dt.timedelta(number + lag))
            shares[periods.first_of("month", paid_on)] += share / days
    left, whole = amount, sum(shares.values())
    for paid_in in sorted(shares):
        # What is left is shared among the months left: rounding is nobody's loss.
        part = rounded(left * shares[paid_in] / whole) if whole else left
        whole -= shares[paid_in]
        yield paid_in, (part if paid_in != max(shares) else left)
        left -= part
