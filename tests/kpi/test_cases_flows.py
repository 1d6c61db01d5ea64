"""What happened in the window of a day, as it stood at its cut-off: contacts, deals won and lost, new cards."""

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from activities.actions import cancel_task, delete_activity
from activities.models import Activity
from kpi.actions.settings import update_indicator
from leads.actions import merge_clients
from leads.models import Client
from pipeline.actions import assign_deals, update_deal
from tests.imports.factories import answered, checked, loaded
from tests.kpi.factories import indicator
from tests.kpi.lived import fresh, kind, november

pytestmark = pytest.mark.django_db

ADDED, TALKS, MEETINGS = "companies_added", "conversations_held", "meetings_held"
WON, SUM_WON = "deals_won", "sum_won"


def test_case_09_no_answer_is_no_conversation(life):
    life.at(5, "15:00")
    for outcome in (Activity.Outcome.NO_ANSWER, Activity.Outcome.POSTPONED):
        life.call(life.anna, outcome=outcome)
    assert life.counted(life.anna, TALKS) == {}


def test_case_09_a_refusal_is_a_conversation(life):
    life.at(5, "15:00")
    life.call(life.anna, outcome=Activity.Outcome.REFUSED)
    assert life.counted(life.anna, TALKS) == {5: 1}


def test_case_09_a_meeting_that_was_cancelled_was_not_held(life):
    life.at(3)
    cancelled, held, postponed = (
        life.task(life.anna, november(5, f"1{hour}:00"), kind=kind("meeting")) for hour in (1, 2, 3)
    )
    life.at(5, "14:00")
    cancel_task(cancelled, by=life.anna, reason="Заболел директор")
    life.meeting(life.anna, planned=postponed, outcome=Activity.Outcome.POSTPONED)
    life.meeting(life.anna, planned=held)
    assert life.counted(life.anna, MEETINGS) == {5: 1}
    assert life.figure(life.anna, 5, MEETINGS).record_ids == [held.pk]


def test_case_10_won_and_reopened_before_the_cut_off_is_not_won(life):
    deal = life.deal(life.anna)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(5, "17:30")
    life.reopen(deal, life.anna)
    assert life.counted(life.anna, WON) == {} and life.counted(life.anna, SUM_WON) == {}


def test_case_10_reopened_after_the_cut_off_is_won_for_its_amount_then(life):
    deal = life.deal(life.anna, amount=100_000)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(5, "17:50")
    update_deal(fresh(deal), by=life.anna, amount=Decimal("250000.50"))
    life.at(5, "18:05")
    life.reopen(deal, life.anna)
    update_deal(fresh(deal), by=life.anna, amount=Decimal(7))
    assert life.counted(life.anna, WON) == {5: 1}
    assert life.figure(life.anna, 5, SUM_WON).value == Decimal("250000.50")


def test_case_11_won_and_then_handed_over_is_the_winners(life):
    deal = life.deal(life.anna)
    life.at(5, "17:00")
    life.win(deal, life.anna)
    life.at(5, "17:20")
    assign_deals([fresh(deal)], manager=life.boris, by=life.head)
    assert life.counted(life.anna, WON) == {5: 1} and life.counted(life.boris, WON) == {}
    assert life.counted(life.anna, SUM_WON) == {5: 100_000} and life.counted(life.boris, SUM_WON) == {}


def test_case_11_handed_over_and_then_won_is_the_new_ones(life):
    deal = life.deal(life.anna)
    life.at(5, "16:50")
    assign_deals([fresh(deal)], manager=life.boris, by=life.head)
    life.at(5, "17:00")
    life.win(deal, life.boris)
    assert life.counted(life.boris, WON) == {5: 1} and life.counted(life.anna, WON) == {}
    assert life.counted(life.boris, SUM_WON) == {5: 100_000} and life.counted(life.anna, SUM_WON) == {}


def test_case_12_won_twice_in_one_window_is_won_once_for_its_amount_at_the_cut_off(life):
    deal = life.deal(life.anna, amount=100_000)
    life.at(5, "10:00")
    life.win(deal, life.anna)
    life.at(5, "11:00")
    life.reopen(deal, life.anna)
    life.at(5, "16:00")
    life.win(deal, life.anna, amount=Decimal(300_000))
    life.at(5, "17:59")
    update_deal(fresh(deal), by=life.anna, amount=Decimal(310_000))
    assert life.counted(life.anna, WON) == {5: 1}
    assert life.counted(life.anna, SUM_WON) == {5: 310_000}


def test_case_13_merged_away_before_the_cut_off_is_not_added(life):
    life.at(5, "10:00")
    duplicate = life.client_of(life.anna)
    life.at(5, "11:00")
    merge_clients(life.client, duplicate, by=life.anna)
    assert life.counted(life.anna, ADDED) == {}


def test_case_13_merged_away_after_the_cut_off_was_added(life):
    life.at(5, "10:00")
    duplicate = life.client_of(life.anna)
    life.at(5, "18:05")
    merge_clients(life.client, duplicate, by=life.anna)
    assert life.counted(life.anna, ADDED) == {5: 1}
    assert life.figure(life.anna, 5, ADDED).record_ids == [duplicate.pk]


def sheet_of_clients(folder: Path, count: int, of: str) -> Path:
    book = Workbook()
    book.active.title = "Лиды"
    book.active.append(["№", "Название", "Телефон", "Менеджер"])
    for number in range(count):
        book.active.append([number + 1, f"{of} {number}", f"+7 9{len(of):02} {number:07}", "Анна Белова"])
    path = folder / f"{of}.xlsx"
    book.save(path)
    return path


def import_clients(life, path: Path) -> None:
    """The head loads the workbook, as the pages do."""
    before = Client.objects.count()
    run = loaded(answered(checked(path, life.head), duplicates="create"))
    assert run.state == run.State.APPLIED, run.note
    assert Client.objects.count() == before + 600


def test_case_14_imported_clients_count_only_where_the_setting_says_so(life, tmp_path):
    life.at(5, "12:00")
    import_clients(life, sheet_of_clients(tmp_path, 600, "Завод"))
    update_indicator(indicator(ADDED), by=life.admin, counts_imports=True)
    life.at(6, "12:00")
    import_clients(life, sheet_of_clients(tmp_path, 600, "Комбинат"))
    assert life.counted(life.anna, ADDED) == {6: 600}
    assert life.counted(life.head, ADDED) == {}


def test_case_15_deleted_before_the_cut_off_it_does_not_count(life):
    life.at(5, "15:00")
    call = life.call(life.anna)
    life.at(5, "17:55")
    delete_activity(call, by=life.anna)
    assert life.counted(life.anna, TALKS) == {}


def test_case_15_deleted_after_the_cut_off_it_stays_counted(life):
    life.at(5, "15:00")
    call = life.call(life.anna)
    life.at(5, "18:05")
    delete_activity(call, by=life.anna)
    assert life.counted(life.anna, TALKS) == {5: 1}
    assert life.figure(life.anna, 5, TALKS).record_ids == [call.pk]
