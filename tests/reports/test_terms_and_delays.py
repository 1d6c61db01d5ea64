"""Delays, terms against the card, deliveries, commissions, averages and turnover (S6), to the kopeck."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

import pytest

from core import periods
from leads.models import Client
from orders.actions.costs import add_cost
from people.models import Role, User
from tests.factories import by_system, make_user
from tests.orders.factories import line, make_order, make_payment, make_product, make_terms, ship_all
from tests.pipeline.factories import make_plain_client
from tests.reports.money import Firm, firm
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
NOTHING = D("0.00")
AUTUMN = "2026-09-01..2026-11-30"


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


@dataclass
class House:
    """Anna sells to Альфа, Boris to Бета; a piece is 120 ₽ with VAT, 100 without."""

    director: User
    anna: User
    boris: User
    alpha: Client
    beta: Client
    product: Any
    clock: periods.Clock

    def on(self, month: int, number: int) -> None:
        self.clock.move_to(periods.local(day(month, number), dt.time(12)))

    def order(self, client: Client, pieces: int = 10, discount: str = "0", **fields: Any) -> Any:
        fields.setdefault("terms_reason", "Просил директор")
        return make_order(client, lines=[line(pieces, self.product, discount=D(discount))], **fields)


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with periods.clock(periods.local(day(9, 1), dt.time(12))) as clock:
        anna, boris = make_user("Анна Белова"), make_user("Борис Чернов")
        yield House(
            make_user(role=Role.DIRECTOR),
            anna,
            boris,
            make_plain_client("Альфа", anna),
            make_plain_client("Бета", boris),
            make_product(price=D(120)),
            clock,
        )


@pytest.fixture
def made(db: None) -> Iterator[Firm]:
    with firm() as found:
        yield found


def test_shipments_are_late_against_their_planned_day(house: House) -> None:
    """Anna: on time, one early, 3 and 8 days late; Boris: on time."""
    for late in (0, -1, 3, 8):
        house.on(9, 1)
        order = house.order(house.alpha, ship_on=day(9, 10))
        house.on(9, 10 + late)
        ship_all(order)
    house.on(9, 1)
    order = house.order(house.beta, ship_on=day(9, 10))
    house.on(9, 10)
    ship_all(order)
    house.on(9, 30)
    sheet = sheet_of("delays", house.director)
    assert table(sheet, "all", "late", "share", "average", "median", "worst") == {
        "Белова А.": (4, 2, D("0.5"), D("5.5"), D("5.5"), 8),
        "Чернов Б.": (1, 0, D(0), None, None, None),
        "=": (5, 2, D("0.4"), D("5.5"), D("5.5"), 8),
    }
    assert len(behind(sheet, "Белова А.", "late")) == 2 and len(behind(sheet, "=", "all")) == 5
    assert list(table(sheet_of("delays", house.boris, rows="client"), "all")) == ["Бета", "="]


def test_payments_are_late_against_the_day_agreed(house: House) -> None:
    """1,200 due on Saturday, 12 September, so on Monday, paid on Thursday: three days; another in time, one in part."""
    for pieces, paid_on, amount in ((10, 17, 1200), (5, 10, 600), (10, 20, 1199)):
        house.on(9, 2)
        order = house.order(house.alpha, pieces, deferral_days=10)
        ship_all(order)
        house.on(9, paid_on)
        make_payment(house.alpha, amount, orders=order)
    house.on(9, 30)
    sheet = sheet_of("delays", house.director, of="payment")
    assert table(sheet, "all", "late", "average", "median", "worst")["Белова А."] == (2, 1, D(3), D(3), 3)
    assert sheet.report.parts("total", "late") != {} and len(behind(sheet, "=", "all")) == 2  # type: ignore[attr-defined]
    assert sum(sheet.report.parts("total", "all").values()) == D(1800)  # type: ignore[attr-defined]


def test_what_was_given_against_the_card_is_counted_by_the_terms_of_then(house: House) -> None:
    """Альфа has 5 % and 14 days. Ten pieces at 12 %: 7 % of 1,200 beyond is 84.00; at 5 % and 20 days: six days."""
    terms = make_terms(house.alpha, discount=D(5), deferral_days=14)
    house.on(9, 2)
    house.order(house.alpha, discount="12", deferral_days=14)
    house.order(house.alpha, discount="5", deferral_days=20)
    house.order(house.alpha, discount="5", deferral_days=7)
    house.order(house.beta, discount="50", deferral_days=90)  # nothing is agreed
    house.on(9, 20)
    with by_system():
        terms.discount = D(50)
        terms.save()
    sheet = sheet_of("against-card", house.director)
    keys = ("orders", "against", "discounts", "given", "deferrals", "days", "deferred", "unexplained")
    assert table(sheet, *keys) == {
        "Белова А.": (3, 2, 1, D("84.00"), 1, D(6), D(1140), 0),
        "Чернов Б.": (1, 0, 0, NOTHING, 0, None, NOTHING, 0),
        "=": (4, 2, 1, D("84.00"), 1, D(6), D(1140), 0),
    }
    for column in ("orders", "against", "discounts", "deferrals"):
        behind(sheet, "=", column)
    assert list(sheet.report.parts("total", "given").values()) == [D("84.00")]  # type: ignore[attr-defined]


def test_deliveries_at_our_expense_stand_with_their_transport(house: House) -> None:
    """One of three orders: 1,200, transport 150.25 and 49.75; what others cost is not ours."""
    ours = house.order(house.alpha, delivery_is_ours=True)
    add_cost(ours, by=house.anna, kind="transport", amount=D("150.25"), accrued_on=day(9, 1))
    add_cost(ours, by=house.anna, kind="transport", amount=D("49.75"), accrued_on=day(9, 1))
    add_cost(ours, by=house.anna, kind="customs", amount=D(7), accrued_on=day(9, 1))
    other = house.order(house.alpha)
    add_cost(other, by=house.anna, kind="transport", amount=D(99), accrued_on=day(9, 1))
    house.order(house.beta)
    sheet = sheet_of("our-deliveries", house.director)
    assert table(sheet, "orders", "ours", "share", "amount", "transport", "cost") == {
        "Белова А.": (2, 1, D("0.5"), D(1200), D(200), D(200) / 1200),
        "Чернов Б.": (1, 0, D(0), NOTHING, NOTHING, None),
        "=": (3, 1, D(1) / 3, D(1200), D(200), D(200) / 1200),
    }
    assert len(behind(sheet, "=", "transport")) == 2 and behind(sheet, "Белова А.", "amount") == [ours]
    assert "1" in str(sheet.sentence)


def test_commissions_are_accrued_paid_and_owed(house: House) -> None:
    """Accrued in August 100 and paid in September; in September 200.50, paid in October; 300, not paid."""
    order, other = house.order(house.alpha), house.order(house.beta)
    cost = {"kind": "commission", "by": house.anna}
    add_cost(order, **cost, amount=D(100), accrued_on=day(8, 20), paid_on=day(9, 5))
    add_cost(order, **cost, amount=D("200.50"), accrued_on=day(9, 7), paid_on=day(10, 1))
    add_cost(other, kind="commission", by=house.boris, amount=D(300), accrued_on=day(9, 8))
    add_cost(other, kind="other", by=house.boris, amount=D(5), accrued_on=day(9, 8))
    house.on(10, 15)
    sheet = sheet_of("commissions", house.director, period="2026-09-01..2026-09-30")
    assert table(sheet, "count", "accrued", "paid", "owed") == {
        "Чернов Б.": (1, D(300), NOTHING, D(300)),
        "Белова А.": (1, D("200.50"), D(100), D("200.50")),
        "=": (2, D("500.50"), D(100), D("500.50")),
    }
    for column in ("count", "accrued", "paid", "owed"):
        behind(sheet, "=", column)
    now = sheet_of("commissions", house.director)
    assert table(now, "accrued", "paid", "owed")["="] == (NOTHING, D("200.50"), D(300))


def test_the_average_order_and_sales_per_manager(house: House) -> None:
    """Anna: orders of 1,000 and 500 without VAT, 1,000 shipped; Boris: one of 2,000, shipped."""
    ship_all(house.order(house.alpha, 10))
    house.order(house.alpha, 5)
    ship_all(house.order(house.beta, 20))
    sheet = sheet_of("averages", house.director)
    assert table(sheet, "orders", "ordered", "average", "sales", "clients", "per_client") == {
        "Чернов Б.": (1, D(2000), D(2000), D(2000), 1, D(2000)),
        "Белова А.": (2, D(1500), D(750), D(1000), 1, D(1000)),
        "=": (3, D(3500), D("1166.67"), D(3000), 2, D(1500)),
    }
    assert sheet.total["per_manager"] == D(1500)
    for column in ("orders", "ordered", "sales", "clients"):
        behind(sheet, "=", column)


def test_receivables_and_advances_turn_over(made: Firm) -> None:
    """September begins with nothing and ends with Старый's 1,200; sales 1,200 × 30 days: (0 + 1,200) / 2 = 15 days.
    October: 600 and 12,000 more. November until the 12th: 7,000.50 and 333.33 came, nothing was shipped."""
    sheet = sheet_of("turnover", made.director, period=AUTUMN)
    found = table(
        sheet, "sales", "received", "debt", "debt_average", "debt_days", "advance", "advance_average"
    )
    assert found["Сентябрь 2026"] == (D(1200), NOTHING, D(1200), D(600), D(15), NOTHING, NOTHING)
    assert found["Октябрь 2026"] == (
        D(12600),
        NOTHING,
        D(13800),
        D(7500),
        D("18.5"),  # 7,500 / 12,600 × 31 = 18.452
        NOTHING,
        NOTHING,
    )
    assert found["Ноябрь 2026"] == (
        NOTHING,
        D("7333.83"),
        D("6799.50"),
        D("10299.75"),
        None,
        D("333.33"),
        D("166.67"),  # half up
    )
    # (600 × 30 + 7,500 × 31 + 10,299.75 × 12) / 13,800 = 27.1; the average over 73 days.
    assert (sheet.total["debt_days"], sheet.total["debt_average"]) == (D("27.1"), D("5124.62"))
    assert sheet.total["debt"] == D("6799.50")
    behind(sheet, "Октябрь 2026", "sales")
    behind(sheet, "=", "received")
