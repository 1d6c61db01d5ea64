"""Stock and illiquid goods (S10, S6), counted by hand on 31 October 2026.

| product | group (days allowed) | counted     | went out        | promised | so                                       |
|---------|----------------------|-------------|-----------------|----------|------------------------------------------|
| Черева  | Оболочка (30)        | 100, 1 Sept | 10 on 10 Sept   | 15       | 90, free 75: for 675 days; lies 51 days  |
| Перец   | Специи (not said)    | 5, 1 Sept   | —               | 8        | 5, free −3; lies 60 days                 |
| Новинка | Специи               | never       | —               | —        | not there                                |
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

import pytest

from core import periods
from orders.models import StockCount
from people.models import Role, User
from tests.factories import by_system, make_user
from tests.orders.factories import line, make_group, make_order, make_product, ship_all, ship_part
from tests.pipeline.factories import make_plain_client
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
NOTHING = D("0.00")


@dataclass
class House:
    director: User
    anna: User
    gut: Any
    pepper: Any
    promised: Any
    clock: periods.Clock

    def on(self, month: int, number: int) -> None:
        self.clock.move_to(periods.local(dt.date(2026, month, number), dt.time(12)))


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with periods.clock(periods.local(dt.date(2026, 9, 1), dt.time(12))) as clock:
        anna = make_user("Анна Белова")
        client = make_plain_client("Альфа", anna)
        spices = make_group("Специи")
        gut = make_product("Черева", make_group("Оболочка", illiquid_days=30), cost=D("60.50"))
        pepper = make_product("Перец", spices)
        make_product("Новинка", spices)
        with by_system():
            for product, quantity in ((gut, 100), (pepper, 5)):
                StockCount.objects.create(
                    product=product, counted_on=dt.date(2026, 9, 1), quantity=D(quantity)
                )
        made = House(make_user(role=Role.DIRECTOR), anna, gut, pepper, None, clock)
        made.on(9, 10)
        ship_all(make_order(client, lines=[line(10, gut)]))
        made.promised = make_order(client, lines=[line(15, gut), line(8, pepper)])
        made.on(10, 31)
        yield made


def test_the_stock_says_what_is_free_and_for_how_long(house: House) -> None:
    sheet = sheet_of("stock", house.director)
    assert table(sheet, "balance", "reserved", "free", "sold", "days", "lies", "mark", "value") == {
        "Перец": (D(5), D(8), D(-3), None, None, 60, "", D(300)),
        "Черева": (D(90), D(15), D(75), D(10), 675, 51, "неликвид", D(5445)),
        "=": (None, None, None, None, None, None, None, D(5745)),
    }
    assert len(behind(sheet, "Черева", "reserved")) == 1 and len(behind(sheet, "Черева", "sold")) == 1
    free = next(column for column in sheet.columns if column.key == "free")
    assert [free.tone(row) for row in sheet.lines] == ["missed", ""]  # type: ignore[misc]
    assert "5 745" in str(sheet.sentence).replace("\xa0", " ")


def test_what_goods_cost_is_for_who_sees_costs(house: House) -> None:
    for code in ("stock", "illiquid"):
        sheet = sheet_of(code, house.anna)
        assert "value" not in {column.key for column in sheet.columns}
        assert not any("value" in row.values for row in sheet.lines) and "value" not in sheet.total


def test_who_sold_what_had_lain_too_long(house: House) -> None:
    """In November Anna ships 4 of the gut and all of the pepper: 400 and 800 without VAT. On the 12th the gut is sold
    again and lies no more; of the month it was illiquid."""
    house.on(11, 5)
    gut, pepper = house.promised.lines.order_by("position", "pk")
    ship_part(house.promised, {gut: 4, pepper: 8})
    house.on(11, 12)
    sheet = sheet_of("illiquid", house.director)
    assert table(sheet, "balance", "lies", "allowed", "quantity", "sales", "value") == {
        "Черева": (D(90), 51, 30, D(4), D(400), D(5445)),
        "=": (None, None, None, None, D(400), D(5445)),
    }
    behind(sheet, "Черева", "quantity")
    sellers = sheet_of("illiquid", house.director, rows="manager")
    third = D(400) / 1200
    assert table(sellers, "sales", "all", "share") == {
        "Белова А.": (D(400), D(1200), third),
        "=": (D(400), D(1200), third),
    }
    behind(sellers, "=", "sales")
    behind(sellers, "Белова А.", "all")
    assert table(sheet_of("stock", house.director), "mark")["Черева"] == ""
