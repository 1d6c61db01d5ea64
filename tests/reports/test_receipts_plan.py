"""The receipts plan (S4), to the kopeck, on Thursday, 12 November 2026.

In October Альфа, who pays 14 days later, was shipped 7,200 and Бета, who pays at once, 4,800: 60 % and 40 %. The plan
of November is 100,000 without VAT, 120,000 with it: 48,000 of Бета, all paid in November, and 72,000 of Альфа: of
thirty days the first sixteen are paid by Monday, the 30th, that is 38,400; 33,600 come in December.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from orders.plans import Where
from people.models import Role, User
from tests.factories import make_user
from tests.orders.factories import line, make_order, make_payment, make_product, make_terms, ship_all
from tests.orders.factories_plans import make_adopted
from tests.pipeline.factories import make_plain_client
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2026, 11, 1)
NOTHING = D("0.00")


@dataclass
class House:
    director: User
    anna: User
    boris: User


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with periods.clock(periods.local(dt.date(2026, 10, 1), dt.time(12))) as clock:
        anna, boris = make_user("Анна Белова"), make_user("Борис Чернов")
        alpha, beta = make_plain_client("Альфа", anna), make_plain_client("Бета", boris)
        make_terms(alpha, deferral_days=14)
        product = make_product(price=D(120))
        for client, pieces in ((alpha, 60), (beta, 40)):
            order = make_order(
                client, lines=[line(pieces, product)], deferral_days=0, terms_reason="Так вышло"
            )
            ship_all(order)
            make_payment(client, order.amount, orders=order)
        make_adopted(2026, {Where(NOVEMBER): 100_000, Where(NOVEMBER, None, anna.pk): 30_000})
        clock.move_to(periods.local(dt.date(2026, 11, 12), dt.time(18)))
        make_order(beta, lines=[line(5, product)], ship_on=dt.date(2026, 12, 1))
        make_payment(beta, D("432.10"))
        yield House(make_user(role=Role.DIRECTOR), anna, boris)


def test_the_sales_plan_comes_in_by_the_deferrals_of_clients(house: House) -> None:
    sheet = sheet_of("receipts-plan", house.director, period="2026-11-01..2026-12-31")
    assert table(sheet, "sales", "planned", "earlier", "made", "received", "done") == {
        "Ноябрь 2026": (D(120000), D(86400), NOTHING, NOTHING, D("432.10"), D("432.10") / 86400),
        # 600 less the advance.
        "Декабрь 2026": (NOTHING, D(33600), D(33600), D("167.90"), None, None),
        "=": (D(120000), D(120000), D(33600), D("167.90"), D("432.10"), D("432.10") / 86400),
    }
    assert len(behind(sheet, "Декабрь 2026", "made")) == 1 and len(behind(sheet, "=", "received")) == 1


def test_a_months_plan_of_before_brings_in_what_it_still_owes(house: House) -> None:
    sheet = sheet_of("receipts-plan", house.director, period="2026-12-01..2026-12-31")
    assert table(sheet, "planned", "earlier")["Декабрь 2026"] == (D(33600), D(33600))


def test_a_sellers_plan_is_weighed_by_their_own_clients(house: House) -> None:
    """Anna's 30,000 are 36,000 with VAT; all her clients pay 14 days later: 16 of 30 days."""
    sheet = sheet_of(
        "receipts-plan", house.director, period="2026-11-01..2026-12-31", manager=str(house.anna.pk)
    )
    assert table(sheet, "planned") == {"Ноябрь 2026": D(19200), "Декабрь 2026": D(16800), "=": D(36000)}
