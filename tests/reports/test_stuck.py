"""Stuck and forgotten deals (R7) on Thursday, 5 November; the norm of the open stages is five working days.

| deal   | whose | in its stage since           | planned        | last contact | marks                     |
|--------|-------|------------------------------|----------------|--------------|---------------------------|
| A (100)| Anna  | 1 October, Новый             | nothing        | none         | stuck, forgotten, nothing |
| B (200)| Anna  | 2 October, Переговоры        | a call         | none         | stuck                     |
| C (400)| Boris | 5 November, Новый            | nothing        | none         | nothing                   |
| D (800)| Boris | won in October: it is not open                                                           |
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from people.models import Role, User
from pipeline.models import Deal, Funnel
from tests.activities.factories import make_task
from tests.factories import THURSDAY, make_team, make_user
from tests.pipeline.factories import make_funnel
from tests.reports.deals import at, lived
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db


@dataclass
class Firm:
    director: User
    anna: User
    funnel: Funnel
    deals: dict[str, Deal]


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    with periods.clock(at("09-01")):
        funnel, team = make_funnel(), make_team()
    anna, boris = make_user("Анна Белова", team=team), make_user("Борис Чернов", team=team)
    with periods.clock(THURSDAY) as clock:
        deals = {
            "A": lived(funnel, "10-01 Новый", manager=anna, amount=D(100)),
            "B": lived(funnel, "10-01 Новый, 10-02 Переговоры", manager=anna, amount=D(200)),
            "C": lived(funnel, "11-05 Новый", manager=boris, amount=D(400)),
            "D": lived(funnel, "10-01 Новый, 10-05 Продано", manager=boris, amount=D(800)),
        }
        clock.move_to(at("11-05", "13:00"))
        make_task(deals["B"].client, deal=deals["B"], by=anna, due_on=dt.date(2026, 11, 6))
        yield Firm(make_user(role=Role.DIRECTOR), anna, funnel, deals)


def test_stuck_and_forgotten_deals_are_counted_with_their_money(firm: Firm) -> None:
    sheet = sheet_of("stuck", firm.director)
    keys = ("deals", "amount", "stuck", "stuck_amount", "forgotten", "forgotten_amount", "nothing")
    assert table(sheet, *keys) == {
        "Белова А.": (2, D(300), 2, D(300), 1, D(100), 1),
        "Чернов Б.": (1, D(400), 0, 0, 0, 0, 1),
        "=": (3, D(700), 2, D(300), 1, D(100), 2),
    }
    assert table(sheet, "share")["="] == D(300) / D(700)
    assert "2" in str(sheet.sentence)
    assert behind(sheet, "Белова А.", "forgotten") == [firm.deals["A"]]
    for column in keys:
        behind(sheet, "=", column)


def test_rows_may_be_stages(firm: Firm) -> None:
    sheet = sheet_of("stuck", firm.director, rows="stage")
    assert table(sheet, "deals", "stuck") == {
        "Новый (Сервис)": (2, 1),
        "Переговоры (Сервис)": (1, 1),
        "=": (3, 2),
    }
    assert behind(sheet, "Переговоры (Сервис)", "stuck_amount") == [firm.deals["B"]]


def test_a_manager_sees_their_own(firm: Firm) -> None:
    assert sheet_of("stuck", firm.anna).total["deals"] == 2
    assert sheet_of("stuck", make_user()).lines == []
