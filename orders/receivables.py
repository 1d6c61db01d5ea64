"""What clients still have to pay, and when: the facts under the reports on expected receipts and on debtors.

**A due** is a part of an order's sum with the day it is to be paid on: that of its instalment, else the shipment
(actual, else planned) plus the deferral; a day off moves it to the next working day. What is paid for an order covers
its dues from the earliest on, those of goods that have gone out first, because what has not is nobody's debt yet. A
client's advances (paid, and for no order yet) are taken off the same way, over all the client's orders. So the dues of
a client add up to what is unpaid less the advances, and none is ever below zero.

A due whose goods should have gone out and have not is *late shipment*, ours to mend, and no overdue debt.

Nothing here takes more queries for more rows. A forecast of the past is made of the versions of that moment, so it says
what a report would have said then.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, F, Func, Q, Sum, When

from core import periods
from core.money import MoneyField
from core.periods import Period
from orders import dues as parts_and_books
from orders import forecasts
from orders.dues import (
    ZERO,
    Source,
    books_now,
    when_covered,
    working_day,
)
from orders.lines import rounded
from orders.models import Allocation, OpenDue, Order, Payment
from orders.queries import DueQuerySet, OrderQuerySet
from people import calendar
from people.access import owners_visible_to
from people.models import User

__all__ = [
    "Accuracy",
    "Debt",
    "Due",
    "PaidDue",
    "Receipt",
    "Source",
    "accuracy",
    "advances",
    "debts",
    "delayed",
    "expected",
    "expected_then",
    "paid_dues",
    "receipts",
    "usual_delay",
]

# Who has paid fewer dues than these has no habit.
FEWEST_PAID = 3
_YEAR = dt.timedelta(365)
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Due:
    """A part of an order that has still to be paid.

    `amount`: what is left of it, above zero. `due_on`: a working day. `is_debt`: it is for goods that have gone out.
    `is_late_shipment`: its goods should have gone out before the day asked for. `is_overdue`: its day has passed, and
    not for want of a shipment. `form`: how this client has paid in the last year, "" where in two ways or not at all.
    `confidence`: percent, what the seller said of the instalment, else 100.
    """

    order_id: int
    client_id: int
    manager_id: int
    due_on: dt.date
    amount: Decimal
    source: Source
    form: str
    confidence: int
    is_debt: bool
    is_late_shipment: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """What a client owes for goods that have gone out, by how many days it is late."""

    not_due: Decimal = ZERO
    to_30: Decimal = ZERO
    to_60: Decimal = ZERO
    over_60: Decimal = ZERO

    @property
    def overdue(self) -> Decimal:
        return self.to_30 + self.to_60 + self.over_60

    @property
    def total(self) -> Decimal:
        return self.not_due + self.overdue

    def plus(self, amount: Decimal, days_late: int) -> "Debt":
        """The same with a sum that is so many days late; 0 and less: not due yet."""
        if days_late <= 0:
            return replace(self, not_due=self.not_due + amount)
        if days_late <= 30:
            return replace(self, to_30=self.to_30 + amount)
        if days_late <= 60:
            return replace(self, to_60=self.to_60 + amount)
        return replace(self, over_60=self.over_60 + amount)


@dataclass(frozen=True, slots=True)
class PaidDue:
    """A part of an order that is wholly paid, with the working day it was to be paid on and the day it was."""

    order_id: int
    client_id: int
    manager_id: int
    due_on: dt.date
    paid_on: dt.date
    amount: Decimal

    @property
    def days_late(self) -> int:
        """Paid early counts as on time."""
        return max(0, (self.paid_on - self.due_on).days)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came in on a day in one form ("" where that is not stated)."""

    day: dt.date
    form: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A forecast beside what came. `expected`: due within the month as it was known when the month began; `overdue`:
    due before it and unpaid then, late shipments aside; `received`: what came in during the month."""

    month: dt.date
    expected: Decimal
    overdue: Decimal
    received: Decimal


def expected(orders: OrderQuerySet, day: dt.date) -> list[Due]:
    """The dues of these orders (those visible to whoever asks) as they stand, judged as of `day`; the earliest first.

    Advances are taken off over all orders of a client, also those not asked for, so a due is the same in every report.
    """
    return dues_of(OpenDue.objects.filter(order__in=orders.order_by().values("pk")), day)


def expected_then(user: User, day: dt.date) -> list[Due]:
    """The dues as they were known when `day` began, of orders whose managers then are people the user sees."""
    rows, written = forecasts.written(day)
    if written:
        return dues_of(rows.visible_to(user), day)
    owners = owners_visible_to(user)
    found = reckoned_then(day)
    return [due for due in found if owners is None or due.manager_id in owners]


def reckoned_then(day: dt.date) -> list[Due]:
    """The dues of everybody as they were known when `day` began, from the versions of that moment."""
    return _judged(
        (tuple(getattr(row, name) for name in _COLUMNS) for row in forecasts.reckoned(day)),
        day,
    )


def dues_of(rows: DueQuerySet, day: dt.date) -> list[Due]:
    """The dues in these rows, of now or written down, judged as of `day`; the earliest first."""
    return _judged(rows.order_by().with_form(day).values_list(*_COLUMNS), day)


_COLUMNS = (
    "order_id",
    "client_id",
    "manager_id",
    "due_on",
    "amount",
    "source",
    "form",
    "confidence",
    "is_debt",
    "ships_on",
)


def _judged(rows: Iterable[tuple[Any, ...]], day: dt.date) -> list[Due]:
    found = []
    with calendar.kept():
        moved = cache(working_day)
        for order, client, manager, due_on, amount, source, form, confidence, is_debt, ships in rows:
            on, is_late = moved(due_on), ships is not None and ships < day
            is_overdue = on < day and not is_late
            known = Source(source)
            found.append(
                Due(order, client, manager, on, amount, known, form, confidence, is_debt, is_late, is_overdue)
            )
    found.sort(key=_by_day)
    return found


class DueSum(NamedTuple):
    """What is due on one working day in one form, put together."""

    due_on: dt.date
    form: str
    is_late_shipment: bool
    is_overdue: bool
    amount: Decimal


def due_sums(rows: DueQuerySet, day: dt.date, *, weighed: bool = False) -> list[DueSum]:
    """The dues in these rows added up by the database; `weighed`: each by the seller's confidence, to the kopeck."""
    amount = Sum(_Weighed("amount", "confidence")) if weighed else Sum("amount")
    groups = rows.order_by().with_form(day).annotate(late=_late(day)).values_list("due_on", "form", "late")
    found = []
    with calendar.kept():
        moved = cache(working_day)
        for due_on, form, is_late, sum_ in groups.annotate(sum=amount):
            on = moved(due_on)
            found.append(DueSum(on, form, is_late, on < day and not is_late, sum_))
    return found


def sums_by_day(rows: DueQuerySet) -> dict[dt.date, list[DueSum]]:
    """{day of the forecast: its dues added up, whatever their form} of what is written down, by one question."""
    groups = rows.order_by().annotate(late=_late(F("day"))).values_list("day", "due_on", "late")
    found: dict[dt.date, list[DueSum]] = defaultdict(list)
    with calendar.kept():
        moved = cache(working_day)
        for day, due_on, is_late, amount in groups.annotate(sum=Sum("amount")):
            on = moved(due_on)
            found[day].append(DueSum(on, "", is_late, on < day and not is_late, amount))
    return found


def _late(day: dt.date | F) -> Case:
    return Case(When(ships_on__lt=day, then=True), default=False, output_field=BooleanField())


def sums_of(dues: Iterable[Due], *, weighed: bool = False) -> list[DueSum]:
    """The same of dues that are known one by one."""
    return [
        DueSum(
            due.due_on,
            due.form,
            due.is_late_shipment,
            due.is_overdue,
            by_confidence(due.amount, due.confidence) if weighed else due.amount,
        )
        for due in dues
    ]


def by_confidence(amount: Decimal, confidence: int) -> Decimal:
    return rounded(amount * confidence / 100)


class _Weighed(Func):
    """`by_confidence` of whole kopecks, none of them below zero."""

    template = "((%(expressions)s + 50) / 100)"
    arg_joiner = " * "
    output_field = MoneyField()


def debts_by_client(rows: DueQuerySet, day: dt.date) -> dict[int, Debt]:
    """As `debts`, added up by the database."""
    with calendar.kept():
        ends = [_last_before(day - dt.timedelta(days)) for days in (0, 30, 60)]
    spans = zip([*ends, None], [None, *ends], strict=True)
    ages = [Sum("amount", filter=_between(after, until)) for after, until in spans]
    names = ("not_due", "to_30", "to_60", "over_60")
    groups = rows.filter(is_debt=True).order_by().values_list("client_id")
    found = groups.annotate(**{f"sum_{name}": age for name, age in zip(names, ages, strict=True)})
    return {client: Debt(*(amount or ZERO for amount in sums)) for client, *sums in found}


def _last_before(day: dt.date) -> dt.date:
    """The last working day before the day: what is due until then was to be paid before the day, later dues are not."""
    day -= dt.timedelta(1)
    while not calendar.is_working(day):
        day -= dt.timedelta(1)
    return day


def _between(after: dt.date | None, until: dt.date | None) -> Q:
    found = Q()
    if after:
        found &= Q(due_on__gt=after)
    if until:
        found &= Q(due_on__lte=until)
    return found


def delayed(dues: Iterable[Due], delays: Mapping[int, int], day: dt.date) -> list[Due]:
    """The dues as late as their clients usually pay (`usual_delay`), on working days from `day` on; the earliest first.
    Of a client without a habit they stay where they are."""
    moved = []
    with calendar.kept():
        for due in dues:
            late = delays.get(due.client_id)
            day_then = working_day(max(due.due_on + dt.timedelta(late), day)) if late else due.due_on
            moved.append(replace(due, due_on=day_then))
    return sorted(moved, key=_by_day)


def debts(dues: Iterable[Due], day: dt.date) -> dict[int, Debt]:
    """{client id: what they owe by age} of what has gone out; clients who owe nothing are left out."""
    found: dict[int, Debt] = {}
    for due in dues:
        if due.is_debt:
            known = found.get(due.client_id, Debt())
            found[due.client_id] = known.plus(due.amount, (day - due.due_on).days)
    return found


def advances(client_ids: Iterable[int]) -> dict[int, Decimal]:
    """{client id: paid, and for no order yet}; clients without any are left out."""
    found: dict[int, Decimal] = {}
    for some in _portions(client_ids):
        found |= parts_and_books.advances(Payment.objects.filter(client__in=some))
    return found


def receipts(user: User, period: Period) -> list[Receipt]:
    """What came in within the period, which is of whole days, by day and form; payments the user sees."""
    rows = Payment.objects.visible_to(user).filter(paid_on__range=(period.first_day(), period.last_day()))
    sums = rows.order_by("paid_on", "form").values_list("paid_on", "form").annotate(sum=Sum("amount"))
    return [Receipt(*row) for row in sums]


def accuracy(user: User, month: dt.date) -> Accuracy:
    """What was expected of a month on its first day beside what came; of a month that has begun."""
    first = periods.first_of("month", month)
    last = periods.first_of("month", first + dt.timedelta(31)) - dt.timedelta(1)
    found = expected_then(user, first)
    return Accuracy(
        month=first,
        expected=sum((due.amount for due in found if first <= due.due_on <= last), ZERO),
        overdue=sum((due.amount for due in found if due.is_overdue), ZERO),
        received=sum((one.amount for one in receipts(user, Period.of_days(first, last))), ZERO),
    )


def usual_delay(client_ids: Iterable[int], day: dt.date) -> dict[int, int]:
    """{client id: days}: the median of how late the dues paid in the 12 months up to `day` were. One paid early counts
    as on time. Left out are clients who have paid fewer than `FEWEST_PAID` dues, and those who pay on time."""
    late: dict[int, list[int]] = defaultdict(list)
    for some in _portions(client_ids):
        for paid in paid_dues(Order.objects.filter(client__in=some), day - _YEAR, day):
            late[paid.client_id].append(paid.days_late)
    # A middle between two days is the later one: a forecast is rather too late than too early.
    habits = {client: int(median(days) + 0.5) for client, days in late.items() if len(days) >= FEWEST_PAID}
    return {client: days for client, days in habits.items() if days}


def paid_dues(orders: OrderQuerySet, first: dt.date, last: dt.date) -> list[PaidDue]:
    """The dues of these orders (those in force) that became wholly paid on a day from the first to the last."""
    recent = Allocation.objects.filter(payment__paid_on__range=(first, last))
    some = orders.in_force().filter(pk__in=recent.values("order"))
    books, paid = books_now(some), _payments_of(some)
    found = []
    with calendar.kept():
        for order in books.orders:
            for part, paid_on in when_covered(books.parts_of(order), paid[order.pk]):
                if first <= paid_on <= last:
                    due_on = working_day(part.due_on)
                    found.append(PaidDue(order.pk, order.client, order.manager, due_on, paid_on, part.amount))
    return found


def _payments_of(orders: OrderQuerySet) -> dict[int, list[tuple[dt.date, Decimal]]]:
    found: dict[int, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    rows = Allocation.objects.filter(order__in=orders.order_by().values("pk"))
    paid = rows.order_by("payment__paid_on", "pk").values_list("order_id", "payment__paid_on", "amount")
    for order, day, amount in paid:
        found[order].append((day, amount))
    return found


def _by_day(due: Due) -> tuple[dt.date, int]:
    return due.due_on, due.order_id


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(set(ids))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
