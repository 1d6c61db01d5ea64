"""A firm whose receipts are counted by hand, on Thursday, 12 November 2026 (the 4th is a holiday).

| client  | what                                                                 | so on the 12th                    |
|---------|----------------------------------------------------------------------|-----------------------------------|
| Верный  | 12,000 shipped on 20 October, 14 days: due on 3 November; on the 5th | 4,999.50 overdue by nine days;    |
|         | 7,000.50 in cash; promised for the 10th; the limit is 4,000          | pays in cash                      |
| Новый   | 2,400 of 28 October, to go out on 10 November, 10 days               | 2,400: the shipment is late       |
| Частями | 6,000 of 28 October, to go out on the 30th; 1,000 of it on Saturday, | 666.67 (50 % sure) and 5,000 on   |
|         | the 28th, so Monday; on the 6th 333.33 by bank for no order yet      | the 30th, non-cash                |
| Старый  | 1,200 shipped on 1 September, 600 of 2 October: no deferral          | over 60 and 31–60 days late       |

Старый is Boris's, the others are Anna's. A deal of 1,000 at 20 % is expected on the 25th.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal as D

from core import periods
from leads.models import Client
from orders.actions.parts import InstalmentDraft
from people.models import Role, User
from tests.factories import make_user
from tests.orders.factories import line, make_order, make_payment, make_product, make_terms, ship_all
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of

EVENING = periods.local(dt.date(2026, 11, 12), dt.time(18))


@dataclass
class Firm:
    director: User
    anna: User
    boris: User
    faithful: Client
    new: Client
    parts: Client
    old: Client


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


@contextmanager
def firm() -> Iterator[Firm]:
    with periods.clock(periods.local(day(8, 3), dt.time(10))) as clock:

        def on(month: int, number: int) -> None:
            clock.move_to(periods.local(day(month, number), dt.time(12)))

        anna, boris = make_user("Анна Белова"), make_user("Борис Чернов")
        product = make_product(price=D(120))
        faithful, new, parts = (make_plain_client(name, anna) for name in ("Верный", "Новый", "Частями"))
        old = make_plain_client("Старый", boris)
        make_terms(faithful, credit_limit=D(4000), deferral_days=14)
        on(9, 1)
        ship_all(make_order(old, lines=[line(10, product)]))
        on(10, 2)
        ship_all(make_order(old, lines=[line(5, product)]))
        on(10, 20)
        first = make_order(
            faithful, lines=[line(100, product)], promised_on=day(11, 10), terms_reason="Давний клиент"
        )
        ship_all(first)
        on(10, 28)
        make_order(new, lines=[line(20, product)], ship_on=day(11, 10), deferral_days=10)
        instalment = InstalmentDraft(day(11, 28), D(1000), 50)
        make_order(parts, lines=[line(50, product)], ship_on=day(11, 30), instalments=[instalment])
        on(11, 5)
        make_payment(faithful, D("7000.50"), orders={first: D("7000.50")}, form="cash")
        on(11, 6)
        make_payment(parts, D("333.33"))
        stage = stage_of(make_funnel(), "Новый")
        make_deal(new, stage=stage, amount=D(1000), expected_on=day(11, 25))
        clock.move_to(EVENING)
        yield Firm(make_user(role=Role.DIRECTOR), anna, boris, faithful, new, parts, old)
