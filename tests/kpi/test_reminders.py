"""The letter before the cut-off: to whom, once, and to whom not."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail

from core.outbox import tick
from people.models import Absence
from tests.activities.factories import make_call, make_task
from tests.factories import by_system
from tests.kpi.factories import Office, make_norm, november_day
from tests.leads.factories import make_client


@pytest.fixture(autouse=True)
def _norm(office: Office) -> None:
    make_norm("conversations_held", 2)


def letters(person: Any) -> list[str]:
    """What the person has been written, the subject first."""
    mine = [each for each in mail.outbox if each.to == [person.email]]
    return [f"{each.subject}\n{each.body}".replace("\u00a0", " ") for each in mine]


def test_an_hour_before_the_cut_off_who_lacks_something_is_written_once(office: Office) -> None:
    office.at(2, "16:59")
    make_call(make_client(manager=office.anna))
    for _call in range(2):
        make_call(make_client(manager=office.boris))
    tick()
    assert not mail.outbox
    for time in ("17:00", "17:01", "17:45", "17:59"):
        office.at(2, time)
        tick()
    [letter] = letters(office.anna)
    assert "До 18:00 осталось 1 ч" in letter
    assert "разговоры — 1 / 2" in letter
    assert "+3" in letter
    assert not letters(office.boris)
    assert not letters(office.head)


def test_the_next_day_they_are_written_again(office: Office) -> None:
    for day in (2, 3):
        office.at(day, "17:10")
        tick()
    assert len(letters(office.anna)) == 2


def test_on_a_day_off_nobody_is_written(office: Office) -> None:
    office.at(4, "17:30")
    tick()
    assert not mail.outbox


def test_who_is_away_is_not_written(office: Office) -> None:
    with by_system():
        Absence.objects.create(
            user=office.anna, since=november_day(2), until=november_day(3), kind=Absence.Kind.VACATION
        )
        Absence.objects.create(
            user=office.boris,
            since=november_day(2),
            until=november_day(2),
            kind=Absence.Kind.VACATION,
            from_time=dt.time(14),
        )
    office.at(2, "17:30")
    tick()
    assert not mail.outbox


def test_a_worker_that_comes_after_the_cut_off_reminds_nobody(office: Office) -> None:
    from kpi.reminders import every_minute

    office.at(2, "17:30")
    every_minute("beat")
    office.at(2, "18:00:01")
    tick()
    assert not mail.outbox


def test_who_has_left_is_not_written(office: Office) -> None:
    with by_system():
        office.anna.is_active = False
        office.anna.save()
    office.at(2, "17:30")
    tick()
    assert not letters(office.anna)
    assert letters(office.boris)


def test_the_letter_speaks_the_language_of_its_reader(office: Office) -> None:
    with by_system():
        office.anna.language = "en"
        office.anna.save()
    make_task(make_client(manager=office.anna))
    office.at(2, "17:30")
    tick()
    assert "Still lacking today" in letters(office.anna)[0]
