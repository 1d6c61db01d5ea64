"""Missed contacts (R9) on Thursday, 5 November, 12:00. Dealers are to be spoken with every 14 days; open stages have a
norm of five working days.

Clients of Anna:
- Альфа, dealer, spoken with on 21 October, fifteen days ago: silent.
- Бета, dealer, spoken with on 22 October, fourteen days ago: not yet; its stuck deal does not matter.
- Гамма, no segment, a deal in Новый since 1 October, never spoken with: silent by the norm of the stage.
- Дельта, no segment, no open deal: no norm.

Talks of Anna that were due in November:
- with Альфа on the 2nd: still undone.
- with Бета on the 3rd: done on the 5th, late.
- with Гамма on the 5th at 11:00: undone, its hour is over. With Дельта on the 5th, any time: the day is not over.
- with Гамма on the 2nd, cancelled: none.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from activities.actions import cancel_task
from activities.models import Activity
from core import periods
from leads.models import Client, Segment
from people.models import Role, User
from tests.activities.factories import make_call, make_task
from tests.factories import THURSDAY, by_system, make_user
from tests.pipeline.factories import make_deal, make_funnel, make_plain_client, stage_of
from tests.reports.deals import at
from tests.reports.sheets import behind, sheet_of, table

pytestmark = pytest.mark.django_db


@dataclass
class Firm:
    director: User
    anna: User
    clients: dict[str, Client]
    done: Activity


@pytest.fixture
def firm(db: None) -> Iterator[Firm]:
    with periods.clock(at("09-01")) as clock:
        funnel, anna = make_funnel(), make_user("Анна Белова")
        with by_system():
            dealers = Segment.objects.create(name="Дилеры", contact_days=14)
        clients = {
            name: make_plain_client(name, anna, segment=segment)
            for name, segment in (("Альфа", dealers), ("Бета", dealers), ("Гамма", None), ("Дельта", None))
        }
        for name in ("Бета", "Гамма"):
            make_deal(clients[name], stage=stage_of(funnel, "Новый"), since=at("10-01"))
        for name, day in (("Альфа", "10-21"), ("Бета", "10-22")):
            clock.move_to(at(day))
            make_call(clients[name])
        clock.move_to(at("10-30"))
        make_task(clients["Альфа"], dt.date(2026, 11, 2))
        done = make_task(clients["Бета"], dt.date(2026, 11, 3))
        make_task(clients["Гамма"], dt.date(2026, 11, 5), due_at=at("11-05", "11:00"))
        make_task(clients["Дельта"], dt.date(2026, 11, 5))
        cancel_task(make_task(clients["Гамма"], dt.date(2026, 11, 2)), by=anna)
        clock.move_to(THURSDAY)
        yield Firm(make_user(role=Role.DIRECTOR), anna, clients, done)


def test_clients_are_silent_by_the_norm_of_their_segment_or_stage(firm: Firm) -> None:
    sheet = sheet_of("missed-contacts", firm.director)
    assert table(sheet, "clients", "silent")["="] == (4, 2)
    assert {client.name for client in behind(sheet, "Белова А.", "silent")} == {"Альфа", "Гамма"}


def test_planned_talks_did_not_happen_or_were_late(firm: Firm) -> None:
    make_call(firm.clients["Бета"], planned=firm.done)
    sheet = sheet_of("missed-contacts", firm.director)
    assert table(sheet, "planned", "missed", "late")["="] == (3, 2, 1)
    assert table(sheet, "missed_share")["="] == 1
    assert {task.client.name for task in behind(sheet, "=", "missed")} == {"Альфа", "Гамма"}
    assert [task.client.name for task in behind(sheet, "=", "late")] == ["Бета"]
    behind(sheet, "=", "planned")


def test_of_another_period_other_talks_are_told(firm: Firm) -> None:
    assert table(sheet_of("missed-contacts", firm.director, period="previous-month"), "planned")["="] == 0
    assert sheet_of("missed-contacts", make_user()).lines == []
