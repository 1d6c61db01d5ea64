"""Time in stage, moves back, where deals are lost and why (R6, R8), counted on paper.

Новый → Переговоры → Договор → Продано / Отказ, the norm of open stages is five working days. 4 November is a holiday.

| deal      | path (2026)                                                                             | reason |
|-----------|-----------------------------------------------------------------------------------------|--------|
| A (100)   | Mon 5 Oct Новый, Wed 7 Oct Договор, Mon 12 Oct Переговоры, Thu 15 Oct Отказ               | Дорого |
| B (200)   | Thu 1 Oct Новый, Mon 5 Oct Переговоры, Fri 23 Oct Отказ, Mon 26 Oct Переговоры            |        |
| C (300)   | Fri 2 Oct Новый, Fri 16 Oct Отказ                                                         | Долго  |
| D (400)   | Fri 30 Oct Новый                                                                          |        |
| E (500)   | Wed 7 Oct Отказ, at once                                                                  | Дорого |

It is Thursday, 5 November.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from people.models import Role, User
from pipeline.models import Deal, Funnel, LossReason
from reports.catalog.funnel_time import median, percentile
from tests.factories import THURSDAY, by_system, make_user
from tests.pipeline.factories import make_funnel
from tests.reports.deals import at, lived
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
OCTOBER = "2026-10-01..2026-10-31"


@dataclass
class Firm:
    director: User
    anna: User
    funnel: Funnel
    deals: dict[str, Deal]


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    with periods.clock(at("09-01")), by_system():
        funnel = make_funnel()
        dear, slow = (LossReason.objects.create(name=name, position=90) for name in ("Дороговато", "Долго"))
    anna = make_user()
    paths = {
        "A": ("10-05 Новый, 10-07 Договор, 10-12 Переговоры, 10-15 Отказ", 100, dear),
        "B": ("10-01 Новый, 10-05 Переговоры, 10-23 Отказ, 10-26 Переговоры", 200, dear),
        "C": ("10-02 Новый, 10-16 Отказ", 300, slow),
        "D": ("10-30 Новый", 400, dear),
        "E": ("10-07 Отказ", 500, dear),
    }
    with periods.clock(THURSDAY):
        deals = {
            name: lived(funnel, path, manager=anna, amount=D(amount), reason=reason)
            for name, (path, amount, reason) in paths.items()
        }
        yield Firm(make_user(role=Role.DIRECTOR), anna, funnel, deals)


def test_stays_that_ended_have_a_median_and_a_percentile(firm: Firm) -> None:
    sheet = sheet_of("stage-time", firm.director, period=OCTOBER)
    assert table(sheet, "stays", "median", "most", "norm") == {
        # A 2 days, B 2, C 10.
        "Новый (Сервис)": (3, D(2), 10, 5),
        # A 12–15 October: 3; B 5–23 October: 14.
        "Переговоры (Сервис)": (2, D("8.5"), 14, 5),
        # A 7–12 October.
        "Договор (Сервис)": (1, D(3), 3, 5),
        # 2, 2, 10, 3, 14, 3.
        "=": (6, D(3), 14, None),
    }
    assert len(behind(sheet, "Новый (Сервис)", "stays")) == 3


def test_stays_that_last_on_stand_apart(firm: Firm) -> None:
    sheet = sheet_of("stage-time", firm.director, period=OCTOBER)
    # D since 30 October, B since the 26th.
    before = table(sheet, "open")
    assert (before["Новый (Сервис)"], before["Переговоры (Сервис)"]) == (1, 1)
    assert {move.deal for move in behind(sheet, "=", "open")} == {firm.deals["B"], firm.deals["D"]}
    # B left Новый on the 5th, so on the 3rd it stood there.
    early = sheet_of("stage-time", firm.director, period="2026-10-01..2026-10-03")
    assert table(early, "stays", "open")["Новый (Сервис)"] == (0, 2)


def test_the_ninetieth_percentile_is_a_value_that_occurred() -> None:
    assert percentile({}, 90) is None
    assert percentile({7: 1}, 90) == 7
    assert percentile(Counter(range(1, 11)), 90) == 9
    assert percentile(Counter(range(1, 12)), 90) == 10


def test_the_median_of_an_even_number_lies_between_two() -> None:
    assert median({}) is None
    assert median({3: 1, 8: 2}) == 8
    assert median({3: 2, 8: 2}) == D("5.5")


def test_moves_back_are_counted_from_where_to_where(firm: Firm) -> None:
    sheet = sheet_of("moves-back", firm.director, period=OCTOBER)
    assert table(sheet, "moves", "deals", "amount") == {
        "Договор (Сервис) → Переговоры (Сервис)": (1, 1, D(100)),
        # Opened again.
        "Отказ (Сервис) → Переговоры (Сервис)": (1, 1, D(200)),
        "=": (2, 2, D(300)),
    }
    assert [move.deal for move in behind(sheet, "Договор (Сервис) → Переговоры (Сервис)", "moves")] == [
        firm.deals["A"]
    ]
    behind(sheet, "=", "deals")
    behind(sheet, "=", "amount")


def test_deals_are_lost_from_a_stage_for_a_reason(firm: Firm) -> None:
    sheet = sheet_of("lost-where", firm.director, period=OCTOBER)
    by_name = {str(column.label): column.key for column in sheet.report.columns()}
    assert table(sheet, by_name["Дороговато"], by_name["Долго"], "all") == {
        "Ни с какого: упущены сразу": (1, None, 1),  # E
        "Новый (Сервис)": (None, 1, 1),  # C
        "Переговоры (Сервис)": (1, None, 1),  # A; B is open again
        "=": (2, 1, 3),
    }
    assert table(sheet, "share")["="] == 1
    assert behind(sheet, "Переговоры (Сервис)", by_name["Дороговато"]) == [firm.deals["A"]]
    assert behind(sheet, "Ни с какого: упущены сразу", "all") == [firm.deals["E"]]
    behind(sheet, "=", by_name["Долго"])
    sums = sheet_of("lost-where", firm.director, period=OCTOBER, measure="amount")
    assert table(sums, "all")["="] == D(900)
    behind(sums, "=", "all")


def test_reasons_of_loss_have_shares_and_are_compared(firm: Firm) -> None:
    sheet = sheet_of("loss-reasons", firm.director, period="2026-10-12..2026-10-31", compare="previous")
    # A and C; before, within 22 September and 11 October, E alone.
    assert table(sheet, "deals", "share", "amount", "amount_share", "deals__other", "amount__other") == {
        "Дороговато": (1, D("0.5"), D(100), D("0.25"), 1, D(500)),
        "Долго": (1, D("0.5"), D(300), D("0.75"), None, None),
        "=": (2, 1, D(400), 1, 1, D(500)),
    }
    assert behind(sheet, "Долго", "amount") == [firm.deals["C"]]
    assert "Дороговато" in str(sheet.sentence)


def test_others_see_nothing_of_it(firm: Firm) -> None:
    stranger = make_user()
    for code in ("stage-time", "moves-back", "lost-where", "loss-reasons"):
        assert sheet_of(code, stranger, period=OCTOBER).lines == []
        assert sheet_of(code, firm.anna, period=OCTOBER).lines
