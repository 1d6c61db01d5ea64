"""The closing itself: late, by another calendar, in another zone, fifty times at once."""

import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from activities.actions import update_activity
from core import periods
from kpi import guard, sweep
from kpi.closing import close_due
from kpi.models import Closing, Figure, PersonDay
from people.actions import add_calendar_exception, set_working_hours
from pipeline.actions import update_deal
from tests.imports.factories import answered, checked, loaded
from tests.kpi.lived import LAGS, Life, another_team, checksums, fresh, life, november, undone
from tests.kpi.test_cases_flows import sheet_of_clients

pytestmark = pytest.mark.django_db

TALKS, WON, OVERDUE, ADDED = "conversations_held", "deals_won", "overdue_tasks", "companies_added"
SATURDAY, MONDAY = dt.date(2026, 11, 7), dt.date(2026, 11, 9)
only_late = pytest.mark.parametrize("life", [LAGS["days later"]], ids=["days later"], indirect=True)


def on_time(days: Life) -> dict[tuple[int, int], str]:
    """The checksums that Thursday and Friday would have had, each closed a second after its cut-off."""
    before = periods.now()
    with undone():
        for day in (5, 6):
            days.clock.move_to(november(day, "18:00:01"))
            close_due("beat")
        found = checksums(5, 6)
    days.clock.move_to(before)
    return found


@only_late
def test_case_27_days_missed_while_all_was_down_are_closed_as_they_would_have_been(life, tmp_path):
    life.norm(TALKS, 2)
    life.norm(OVERDUE, high=0)
    deal = life.deal(life.anna, amount=500_000)
    life.task(life.anna, november(6, "12:00"))
    life.at(5, "10:00")
    call = life.call(life.anna)
    life.call(life.boris, client=life.client_of(life.boris))
    life.at(5, "16:59")
    life.win(deal, life.anna)
    life.close()
    life.at(5, "17:00")
    life.down = True
    expected = on_time(life)
    assert len(expected) == 2 and not checksums(5, 6)

    life.at(9, "09:00")
    run = loaded(answered(checked(sheet_of_clients(tmp_path, 20, "Завод"), life.head), duplicates="create"))
    assert run.state == run.State.APPLIED
    update_activity(fresh(call), by=life.anna, outcome="no_answer")
    update_deal(fresh(deal), by=life.anna, amount=Decimal(1))
    life.at(9, "10:00")
    assert [closing.day.day for closing in sweep.sweep(Closing.Way.START)] == [5, 6]
    assert sweep.sweep(Closing.Way.BEAT) == []
    assert checksums(5, 6) == expected
    assert life.judged(life.anna, 5, TALKS) == (1, "missed", -2)
    assert life.value(life.anna, 5, "sum_won") == 500_000
    assert life.counted(life.anna, OVERDUE) == {6: 1, 9: 1, 10: 1}
    assert set(life.days_of(life.anna)) - {dt.date(2026, 10, 30)} == {2, 3, 5, 6, 9, 10}


def test_case_28_a_later_cut_off_from_monday_makes_one_longer_window(life):
    life.at(6, "12:00")
    set_working_hours(by=life.admin, since=MONDAY, starts=dt.time(9), cutoff=dt.time(19))
    life.at(6, "18:00")
    of_friday = life.call(life.anna)
    life.at(6, "18:00", microseconds=1)
    first = life.call(life.anna)
    life.at(9, "19:00")
    last = life.call(life.anna)
    life.at(9, "19:00", microseconds=1)
    life.call(life.anna)
    monday = life.days_of(life.anna)[9]
    assert (monday.starts, monday.ends) == (november(6, "18:00"), november(9, "19:00"))
    assert life.figure(life.anna, 6, TALKS).record_ids == [of_friday.pk]
    assert life.figure(life.anna, 9, TALKS).record_ids == [first.pk, last.pk]
    assert life.counted(life.anna, TALKS) == {6: 1, 9: 2, 10: 1}


def test_case_29_vladivostok_closes_at_its_own_six_seven_hours_before_moscow(life):
    east, vera, _head = another_team("Восток", "Вера Лис", zone="Asia/Vladivostok", by=life.admin)
    life.at(3)
    client = life.client_of(vera)
    life.at(5, "11:00")
    in_time = life.call(vera, client=client)
    life.at(5, "11:00", microseconds=1)
    after = life.call(vera, client=client)
    life.call(life.anna)
    life.over()
    ends = {closing.team: closing.ends for closing in Closing.objects.filter(day=dt.date(2026, 11, 5))}
    assert ends == {east: november(5, "11:00"), life.team: november(5, "18:00")}
    assert ends[life.team] - ends[east] == dt.timedelta(hours=7)
    assert life.figure(vera, 5, TALKS).record_ids == [in_time.pk]
    assert life.figure(vera, 6, TALKS).record_ids == [after.pk]
    assert life.counted(life.anna, TALKS) == {5: 1}


def test_case_29_it_is_closed_while_moscow_still_works(life):
    east, _vera, _head = another_team("Восток", "Вера Лис", zone="Asia/Vladivostok", by=life.admin)
    life.at(5, "11:00:01")
    life.close()
    closed = Closing.objects.filter(day=dt.date(2026, 11, 5))
    assert [closing.team for closing in closed] == [east]


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Life]:
    """The office in a database that other connections see; emptied afterwards, which the guard would refuse."""
    with life(None) as made:
        yield made
    guard.remove()


@pytest.mark.django_db(transaction=True)
def test_case_30_of_fifty_closings_at_once_one_closes_and_the_others_find_it_closed(committed, caplog):
    committed.at(2, "12:00")
    committed.call(committed.anna)
    committed.close()
    committed.clock.move_to(november(2, "18:00:01"))
    gate, answers, errors = threading.Barrier(50), [], []

    def work() -> None:
        gate.wait()
        try:
            answers.append(len(close_due("beat")))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and "was not closed" not in caplog.text
    assert sorted(answers) == [0] * 49 + [1]
    monday = dt.date(2026, 11, 2)
    assert Closing.objects.filter(day=monday).count() == 1
    assert PersonDay.objects.filter(day=monday).count() == 2
    talks = Figure.objects.get(
        person_day__day=monday, person_day__person=committed.anna, indicator__code=TALKS
    )
    assert talks.value == 1


def test_case_31_a_saturday_made_a_working_day_is_a_day(life):
    life.at(5, "12:00")
    add_calendar_exception(SATURDAY, is_working=True, by=life.admin)
    life.at(7, "11:00")
    life.call(life.anna)
    assert life.counted(life.anna, TALKS) == {7: 1}
    days = life.days_of(life.anna)
    assert (days[7].starts, days[7].ends) == (november(6, "18:00"), november(7, "18:00"))
    assert days[9].starts == november(7, "18:00")


def test_case_31_a_closed_day_is_not_changed_by_the_calendar(life):
    life.at(5, "12:00")
    add_calendar_exception(SATURDAY, is_working=True, by=life.admin)
    life.at(7, "11:00")
    life.call(life.anna)
    life.at(9, "12:00")
    life.close()
    before = checksums(5, 6, 7)
    with pytest.raises(ValidationError):
        add_calendar_exception(SATURDAY, is_working=False, by=life.admin)
    add_calendar_exception(SATURDAY, is_working=False, by=None)  # the system may
    assert life.counted(life.anna, TALKS) == {7: 1}
    assert checksums(5, 6, 7) == before and len(before) == 3
    assert Closing.objects.filter(day=MONDAY).count() == 1
