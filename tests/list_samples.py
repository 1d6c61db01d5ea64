"""What tests/test_lists.py needs to walk every list: for each, somebody who sees exactly as many rows as asked.

    @sample("clients")
    def clients(count: int) -> Sample:
        user = make_user()
        for _number in range(count):
            make_client(manager=user)
        return Sample(user)

Rows should differ and fill every column, related records included: a query per row shows only where there is
something to fetch. `kwargs` are those of the list's address.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core import periods
from core.models import Export, ImportRun, Job
from leads.models import ContactPoint
from orders.models import Supplier
from people.models import Absence, Role, User
from tests.activities.factories import make_call, make_task
from tests.factories import THURSDAY, by_system, make_user
from tests.leads.factories import make_client, make_source
from tests.orders.factories import line as order_line
from tests.orders.factories import make_order, make_payment, ship_part
from tests.orders.factories_catalogue import make_count, make_group, make_product
from tests.pipeline.factories import make_deal, make_plain_client


@dataclass
class Sample:
    user: User
    kwargs: dict[str, Any] = field(default_factory=dict)
    least: int = 0  # rows that are always there (the reader among the users)


SAMPLES: dict[str, Callable[[int], Sample]] = {}


def sample(name: str) -> Callable[[Callable[[int], Sample]], Callable[[int], Sample]]:
    def register(make: Callable[[int], Sample]) -> Callable[[int], Sample]:
        SAMPLES[name] = make
        return make

    return register


@sample("test-jobs")
def jobs(count: int) -> Sample:
    moment = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)
    Job.objects.all().delete()
    for number in range(count):
        Job.objects.create(kind=f"job {number}", run_at=moment, created_at=moment, attempts=number)
    return Sample(make_user(role=Role.ADMIN))


@sample("exports")
def exports(count: int) -> Sample:
    user, now = make_user(), periods.now()
    Export.objects.all().delete()
    for number in range(count):
        job = Job.objects.create(kind="exports.write", run_at=now, created_at=now)
        Export.objects.create(
            by=user, address="/", back="/", title=f"Клиенты {number}", form="xlsx", language="ru", rows=20_000,
            key=f"{number}", job=job, asked_at=now, expires_at=now,
        )  # fmt: skip
    return Sample(user)


@sample("users")
def users(count: int) -> Sample:
    reader = make_user(role=Role.ADMIN)
    for _number in range(count - 1):
        make_user()
    return Sample(reader, least=1)


@sample("absences")
def absences(count: int) -> Sample:
    for number in range(count):
        with by_system():
            since = THURSDAY.date() + dt.timedelta(days=number)
            Absence.objects.create(user=make_user(), substitute=make_user(), since=since, until=since)
    return Sample(make_user(role=Role.ADMIN))


@sample("journal")
def journal(count: int) -> Sample:
    manager = make_user()
    for _number in range(count):
        make_client(manager=manager)
    return Sample(manager)


@sample("clients")
def clients(count: int) -> Sample:
    manager = make_user()
    for number in range(count):
        client = make_client(manager=manager, source=make_source(), city=f"Город {number}")
        with by_system():
            ContactPoint.objects.create(client=client, kind="phone", value=f"7912000{number:04}")
    return Sample(manager)


@sample("deals")
def deals(count: int) -> Sample:
    manager = make_user()
    for number in range(count):
        make_deal(make_plain_client(f"Клиент {number}", manager), amount=100_000 * (number + 1))
    return Sample(manager)


@sample("tasks")
def tasks(count: int) -> Sample:
    manager = make_user()
    for _number in range(count):
        make_task(make_client(manager=manager))
    return Sample(manager)


@sample("activities")
def activities(count: int) -> Sample:
    manager = make_user()
    for _number in range(count):
        make_call(make_client(manager=manager))
    return Sample(manager)


@sample("imports")
def imports(count: int) -> Sample:
    user = make_user()
    for number in range(count):
        at = THURSDAY + dt.timedelta(hours=number)
        counts = [{"rows": 10 + number, "error": number}]
        ImportRun.objects.create(
            by=user, name=f"База {number}.xlsx", counts=counts, created_at=at, changed_at=at
        )
    return Sample(user)


@sample("products")
def products(count: int) -> Sample:
    """To a head, because they see what goods cost."""
    for number in range(count):
        with by_system():
            supplier = Supplier.objects.create(name=f"Поставщик {number}")
        group = make_group(parent=make_group(), illiquid_days=30)
        product = make_product(group=group, article=f"А-{group.pk}", supplier=supplier, manager=make_user())
        make_count(product, 10 + number, THURSDAY.date() - dt.timedelta(days=40))
    return Sample(make_user(role=Role.HEAD))


@sample("orders")
def orders(count: int) -> Sample:
    manager, product = make_user(), make_product()
    for number in range(count):
        client = make_plain_client(f"Клиент {number}", manager)
        order = make_order(client, lines=[order_line(number + 5, product)])
        ship_part(order, 2)
        make_payment(orders=order, amount=100 + number)
    return Sample(manager)


@sample("payments")
def payments(count: int) -> Sample:
    reader = make_user(role=Role.DIRECTOR)
    for number in range(count):
        payer = {"payer": f"ООО «Плательщик {number}»", "number": str(number), "purpose": f"Счёт {number}"}
        make_payment(make_plain_client(f"Клиент {number}"), 100 + number, **payer)
    return Sample(reader)
