"""Signs of gaming are questions for the head: each is asked of who gives cause, and of nobody else."""

from decimal import Decimal

import pytest
from django.utils import translation

from activities.actions import move_task
from activities.models import Activity
from kpi.gaming import signs
from kpi.models import Closing
from people import calendar
from pipeline.actions import update_deal
from pipeline.models import Deal
from tests.activities.factories import make_call, make_task
from tests.kpi.factories import Office, close_all, november_day
from tests.kpi.test_drill import won
from tests.leads.factories import make_client


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def asked(office: Office, day: int = 5) -> dict[int, list[str]]:
    closings = list(Closing.objects.filter(day=november_day(day)))
    window = calendar.window(november_day(day), office.team)
    found: dict[int, list[str]] = {}
    for sign in signs([office.anna.pk, office.boris.pk], window, closings):
        found.setdefault(sign.person_id, []).append(sign.text)
    return found


def test_what_was_entered_in_the_last_minutes(office):
    office.at(5, "12:00")
    for _ in range(4):
        make_call(make_client(manager=office.boris))
    make_call(make_client(manager=office.anna))
    office.at(5, "17:50")
    for _ in range(4):
        make_call(make_client(manager=office.anna))
    office.at(5, "18:00")
    assert asked(office) == {office.anna.pk: ["4 of 5 contacts were entered in the last 15 minutes"]}


def test_a_task_put_off_for_the_third_time(office):
    office.at(2, "12:00")
    task = make_task(make_client(manager=office.anna), november_day(3))
    for day, due in ((2, 5), (3, 6), (5, 9)):
        office.at(day, "13:00")
        move_task(Activity.objects.get(pk=task.pk), by=office.anna, due_on=november_day(due))
        office.at(day, "14:00")
        if day < 5:
            assert asked(office, day) == {}
    assert asked(office) == {office.anna.pk: [f"the task with {task.client.name} was moved 3×"]}


def test_many_contacts_with_one_client_in_a_day(office):
    office.at(5, "12:00")
    client = make_client(manager=office.anna)
    for _ in range(3):
        make_call(client)
    make_call(client, outcome=Activity.Outcome.NO_ANSWER)
    assert asked(office) == {office.anna.pk: [f"3 contacts with {client.name} in one day"]}


def test_a_counted_record_changed_after_the_closing(office):
    office.at(5, "12:00")
    deal = won(office)
    won(office, person=office.boris)
    office.at(5, "18:30")
    close_all()
    assert asked(office) == {}
    update_deal(Deal.objects.get(pk=deal.pk), by=office.anna, note="Не меняет ничего")
    assert asked(office) == {}
    update_deal(Deal.objects.get(pk=deal.pk), by=office.anna, amount=Decimal(1))
    assert asked(office) == {office.anna.pk: ["1 counted record was changed after the day was closed"]}
