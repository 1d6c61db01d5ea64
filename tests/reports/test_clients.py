"""The client base, ABC and clients at risk (R11), counted on paper."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from leads.models import Client
from people.models import Role, User
from reports.catalog.abc import classes_of
from reports.rhythm import rhythms
from tests.activities.factories import make_call
from tests.factories import make_user
from tests.orders.factories import line, make_order, make_product, ship_all, take_back
from tests.pipeline.factories import make_plain_client
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db


@dataclass
class Firm:
    director: User
    anna: User
    clock: periods.Clock

    def on(self, day: str) -> None:
        self.clock.move_to(periods.local(dt.date.fromisoformat(day), dt.time(12)))

    def client(self, name: str, day: str) -> Client:
        self.on(day)
        return make_plain_client(name, self.anna)

    def ship(self, client: Client, pieces: int = 1) -> object:
        """A piece is 100 ₽ without VAT."""
        return ship_all(make_order(client, lines=[line(pieces, self.product)]))

    @property
    def product(self) -> object:
        if not hasattr(self, "_product"):
            self._product = make_product(price=D(120))
        return self._product


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    with periods.clock(periods.local(dt.date(2024, 1, 10), dt.time(12))) as clock:
        yield Firm(make_user(role=Role.DIRECTOR), make_user("Анна Белова"), clock)


def test_a_client_is_new_active_sleeping_or_lost(firm: Firm) -> None:
    """Seen at the end of October 2026 and today, 5 November.

    - Старый: made in 2024, shipped to on 1 November 2025. That is 365 days before 31 October, both counted: sleeping
      then (the last day it is), lost in November.
    - Живой: made in 2024, spoken with on 8 August 2026: 85 days then, active; 90 with 5 November, still active.
    - Новый: made on 10 October: new both times. Свежий: made on 3 November.
    """
    old, alive = firm.client("Старый", "2024-02-01"), firm.client("Живой", "2024-02-02")
    firm.on("2025-11-01")
    firm.ship(old)
    firm.on("2026-08-08")
    make_call(alive)
    firm.client("Новый", "2026-10-10")
    firm.client("Свежий", "2026-11-03")
    firm.on("2026-11-05")
    sheet = sheet_of("client-base", firm.director, period="2026-10-01..2026-11-30")
    assert table(sheet, "all", "new", "active", "sleeping", "lost", "change") == {
        "Октябрь 2026": (3, 1, 1, 1, 0, 0),
        "Ноябрь 2026": (4, 2, 1, 0, 1, 0),
    }
    assert table(sheet, "share")["Ноябрь 2026"] == D("0.25")
    assert [client.name for client in behind(sheet, "Октябрь 2026", "sleeping")] == ["Старый"]
    assert {client.name for client in behind(sheet, "Ноябрь 2026", "new")} == {"Новый", "Свежий"}
    behind(sheet, "Ноябрь 2026", "all")
    firm.on("2026-11-06")  # ninety-one days
    later = sheet_of("client-base", firm.director, period="this-month")
    assert table(later, "active", "sleeping", "change") == {"Ноябрь 2026": (0, 1, -1)}


def test_a_month_that_has_not_come_is_not_told(firm: Firm) -> None:
    firm.client("Один", "2026-10-10")
    sheet = sheet_of("client-base", firm.director, period="2027-01-01..2027-03-31")
    assert sheet.lines == []


def test_classes_have_exact_boundaries() -> None:
    # A while those before have brought less than 80 of 100: with the first two it is exactly 80, so the third is B.
    assert classes_of([(1, D(50)), (2, D(30)), (3, D(15)), (4, D(5))]) == {1: "A", 2: "A", 3: "B", 4: "C"}
    # One kopeck short of 80 %: the third is A still; then 94.99 %, so the fourth is B.
    assert classes_of([(1, D(50)), (2, D("29.99")), (3, D(15)), (4, D("5.01"))]) == {
        1: "A",
        2: "A",
        3: "A",
        4: "B",
    }
    assert classes_of([(1, D(10)), (2, D(0)), (3, D(-5))]) == {1: "A", 2: "C", 3: "C"}
    assert classes_of([(1, D(0))]) == {1: "C"}


def test_clients_stand_in_their_classes(firm: Firm) -> None:
    """Без НДС: 80, 15, 5 pieces at 100 ₽; Четвёртый bought one and gave it back."""
    firm.on("2026-11-02")
    big, middle, small, back = (
        make_plain_client(name, firm.anna) for name in ("Первый", "Второй", "Третий", "Четвёртый")
    )
    firm.ship(big, 80)
    firm.ship(middle, 15)
    firm.ship(small, 5)
    take_back(firm.ship(back), 1)
    sheet = sheet_of("abc", firm.director, period="this-month")
    assert table(sheet, "clients", "sales", "share", "together") == {
        "A": (1, D(8000), D("0.8"), D("0.8")),
        "Первый": (None, D(8000), D("0.8"), D("0.8")),
        "B": (1, D(1500), D("0.15"), D("0.95")),
        "Второй": (None, D(1500), D("0.15"), D("0.95")),
        "C": (2, D(500), D("0.05"), D(1)),
        "Третий": (None, D(500), D("0.05"), D(1)),
        "Четвёртый": (None, D(0), D(0), D(1)),
        "=": (4, D(10000), D(1), None),
    }
    assert len(behind(sheet, "C", "sales")) == 3
    behind(sheet, "Второй", "sales")
    behind(sheet, "=", "sales")
    assert "80" in str(sheet.sentence)


def test_the_rhythm_is_the_median_of_the_gaps() -> None:
    days = [dt.date(2026, 9, day) for day in (1, 1, 11, 13, 30)]
    (one,) = rhythms((7, day) for day in days)
    # 10, 2, 17.
    assert (one.client, one.usual, one.last) == (7, D(10), dt.date(2026, 9, 30))
    assert not one.is_at_risk(dt.date(2026, 10, 15))  # fifteen days: not more than one and a half rhythms
    assert one.is_at_risk(dt.date(2026, 10, 16))
    assert one.is_at_risk(dt.date(2027, 9, 30)) and not one.is_at_risk(dt.date(2027, 10, 1))
    assert rhythms([(7, days[0]), (7, days[2])]) == []


def test_who_buys_often_is_at_risk_after_a_fortnight() -> None:
    (one,) = rhythms((7, dt.date(2026, 9, day)) for day in (1, 2, 3))
    assert not one.is_at_risk(dt.date(2026, 9, 17)) and one.is_at_risk(dt.date(2026, 9, 18))


def test_clients_at_risk_stand_with_the_sales_of_a_year(firm: Firm) -> None:
    """Частый bought on 1, 11 and 21 September, each time two pieces: every ten days, 45 since. Верный bought again."""
    often, loyal = firm.client("Частый", "2026-08-01"), firm.client("Верный", "2026-08-01")
    for day in ("2026-09-01", "2026-09-11", "2026-09-21"):
        firm.on(day)
        firm.ship(often, 2)
        firm.ship(loyal, 5)
    firm.on("2026-11-02")
    firm.ship(loyal)
    firm.on("2026-11-05")
    sheet = sheet_of("at-risk", firm.director)
    assert table(sheet, "usual", "since", "times", "last", "sales") == {
        "Частый": (D(10), 45, D("4.5"), dt.date(2026, 9, 21), D(600)),
        "=": (None, None, None, None, D(600)),
    }
    assert len(behind(sheet, "Частый", "sales")) == 3 and len(behind(sheet, "Частый", "since")) == 3
    behind(sheet, "=", "sales")
    assert sheet_of("at-risk", make_user()).lines == []
