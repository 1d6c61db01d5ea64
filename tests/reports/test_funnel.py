"""The funnel (R6) of a small company, counted on paper.

Новый → Переговоры → Договор → Продано / Отказ. Made in October (sums in brackets):

| deal      | path                                                        | furthest   | now  |
|-----------|-------------------------------------------------------------|------------|------|
| A (100)   | 1 Oct Новый, 5 Oct Переговоры, 9 Oct Договор, 20 Oct Продано | Продано    | won  |
| B (200)   | 2 Oct Новый, 6 Oct Договор, 12 Oct Переговоры, 3 Nov Отказ   | Договор    | lost |
| C (300)   | 3 Oct Новый, 8 Oct Отказ                                     | Новый      | lost |
| D (400)   | 10 Oct Новый, 15 Oct Переговоры                              | Переговоры | open |
| E (500)   | 11 Oct Отказ                                                 | none       | lost |

F (600) was made in September and came to Продано on 2 October. It is 5 November.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from core import periods
from people.models import Role, User
from pipeline.funnels.actions import retire_stage
from pipeline.models import Deal, Funnel, LossReason
from tests.factories import THURSDAY, by_system, make_team, make_user
from tests.pipeline.factories import make_funnel, stage_of
from tests.reports.deals import at, lived
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db
OCTOBER = "2026-10-01..2026-10-31"


@dataclass
class Firm:
    director: User
    anna: User
    boris: User
    funnel: Funnel
    deals: dict[str, Deal]


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    north = make_team()
    anna, boris = make_user(team=north), make_user(team=north)
    with periods.clock(at("09-01")):
        funnel = make_funnel()
    dear, other = LossReason.objects.order_by("pk")[:2]
    paths = {
        "A": ("10-01 Новый, 10-05 Переговоры, 10-09 Договор, 10-20 Продано", anna, 100, dear),
        "B": ("10-02 Новый, 10-06 Договор, 10-12 Переговоры, 11-03 Отказ", anna, 200, dear),
        "C": ("10-03 Новый, 10-08 Отказ", boris, 300, other),
        "D": ("10-10 Новый, 10-15 Переговоры", boris, 400, dear),
        "E": ("10-11 Отказ", boris, 500, dear),
        "F": ("09-20 Новый, 10-02 Продано", anna, 600, dear),
    }
    with periods.clock(THURSDAY):
        deals = {
            name: lived(funnel, path, manager=owner, amount=D(amount), reason=reason)
            for name, (path, owner, amount, reason) in paths.items()
        }
        yield Firm(make_user(role=Role.DIRECTOR), anna, boris, funnel, deals)


def test_a_deal_has_reached_its_furthest_stage_and_all_before(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.director, period=OCTOBER)
    assert table(sheet, "reached", "amount", "open", "lost") == {
        # A, B, C, D came in; C stayed and was lost.
        "Новый": (4, D(1000), 0, 1),
        # A, B (which skipped it), D; D stands there.
        "Переговоры": (3, D(700), 1, 0),
        # A and B; B was lost later from Переговоры, but had been here.
        "Договор": (2, D(300), 0, 1),
        "Продано": (1, D(100), 0, 0),
        # E passed nothing.
        "Упущены сразу": (None, D(500), None, 1),
        "=": (5, D(1500), 1, 3),
    }


def test_conversion_is_from_the_stage_before_and_from_the_first(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.director, period=OCTOBER)
    assert table(sheet, "from_before", "from_first") == {
        "Новый": (None, D(1)),
        "Переговоры": (D("0.75"), D("0.75")),
        "Договор": (D(2) / 3, D("0.5")),
        "Продано": (D("0.5"), D("0.25")),
        "Упущены сразу": (None, None),
        # One of five.
        "=": (None, D("0.2")),
    }
    assert "5" in str(sheet.sentence) and "20" in str(sheet.sentence)


def test_the_numbers_open_their_deals(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.director, period=OCTOBER)
    names = {deal.pk: name for name, deal in firm.deals.items()}

    def of(label: str, column: str) -> set[str]:
        return {names[deal.pk] for deal in behind(sheet, label, column)}

    assert of("Договор", "reached") == {"A", "B"}
    assert of("Договор", "lost") == {"B"}
    assert of("Переговоры", "open") == {"D"}
    assert of("Упущены сразу", "lost") == {"E"}
    assert of("=", "reached") == set("ABCDE")
    behind(sheet, "Новый", "amount")


def test_moves_of_the_period_go_on_back_or_lost(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.director, period=OCTOBER, view="flow")
    assert table(sheet, "entered", "amount", "on", "back", "lost") == {
        # A, B, C, D made. On: A, B, D, and F of September; C was lost.
        "Новый": (4, D(1000), 4, 0, 1),
        # A, D came, B came back; A went on. B was lost in November only.
        "Переговоры": (3, D(700), 1, 0, 0),
        # A and B; A went on, B back.
        "Договор": (2, D(300), 1, 1, 0),
        "Продано": (2, D(700), 0, 0, 0),
        # C, and E made there.
        "Отказ": (2, D(800), 0, 0, 0),
        "=": (13, D(3500), 6, 1, 1),
    }
    assert {move.deal for move in behind(sheet, "Договор", "back")} == {firm.deals["B"]}
    for label in ("Новый", "="):
        for column in ("entered", "amount", "on", "back", "lost"):
            behind(sheet, label, column)
    flows = {(str(flow.start), str(flow.end)): flow.value for flow in sheet.picture.flows}
    assert sum(flows.values()) == 7  # six on, one lost


def test_a_manager_sees_their_own_deals_alone(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.anna, period=OCTOBER)
    assert sheet.total["reached"] == 2
    mine = sheet_of("funnel", firm.director, period=OCTOBER, manager=str(firm.boris.pk))
    assert sheet.total["reached"] + mine.total["reached"] == 5


def test_a_retired_stage_is_shown_while_it_had_deals_and_keeps_its_name(firm: Firm) -> None:
    admin = make_user(role=Role.ADMIN)
    talks = stage_of(firm.funnel, "Переговоры")
    with by_system():
        talks.name = "Обсуждение"
        talks.save()
    retire_stage(talks, by=admin, target=stage_of(firm.funnel, "Договор"))
    # October ended before: nothing has changed in it but where D stands, for it went on to Договор.
    sheet = sheet_of("funnel", firm.director, period=OCTOBER)
    assert table(sheet, "reached")["Переговоры"] == 3 and table(sheet, "reached")["Договор"] == 3
    # A deal made after the retirement could not enter it.
    with periods.clock(THURSDAY.replace(hour=12)):
        lived(firm.funnel, "11-05 Новый", manager=firm.anna)
        found = table(sheet_of("funnel", firm.director, period="this-year"), "reached", "from_before")
    assert found["Обсуждение"] == (4, None)  # A, B, D and F
    assert found["Новый"][0] == 6 and found["Договор"] == (4, D(4) / 6)


def test_several_funnels_stand_one_below_the_other(firm: Firm) -> None:
    other = make_funnel("Дилеры")
    lived(other, "10-07 Новый, 10-08 Продано", manager=firm.anna, amount=D(50))
    sheet = sheet_of("funnel", firm.director, period=OCTOBER)
    assert [(str(line.label), line.level) for line in sheet.lines if line.level == 0] == [
        ("Сервис", 0),
        ("Дилеры", 0),
    ]
    assert sheet.total["reached"] == 6 and sheet.total["from_first"] == D(2) / 6
    assert sheet.picture is None
    behind(sheet, "Дилеры", "reached")
    flow = sheet_of("funnel", firm.director, period=OCTOBER, view="flow")
    assert table(flow, "entered")["Дилеры"] == 2
    behind(flow, "Дилеры", "on")
    narrowed = sheet_of("funnel", firm.director, period=OCTOBER, funnel=str(other.pk))
    assert narrowed.total["reached"] == 1


def test_the_funnel_is_compared_with_the_period_before(firm: Firm) -> None:
    sheet = sheet_of("funnel", firm.director, period=OCTOBER, compare="previous")
    assert table(sheet, "reached", "reached__other")["Продано"] == (1, 1)
    assert table(sheet, "reached", "reached__other", "reached__change")["="] == (5, 1, D(4))


def test_an_empty_funnel_says_nothing(db: None) -> None:
    with periods.clock(THURSDAY):
        director = make_user(role=Role.DIRECTOR)
        for view in ("cohort", "flow"):
            sheet = sheet_of("funnel", director, period=OCTOBER, view=view)
            assert sheet.lines == [] and sheet.sentence == "" and sheet.picture is None
