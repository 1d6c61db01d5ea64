"""What is kept of the client base is what contacts and shipments say, whatever happens to them."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.actions import delete_activity, update_activity
from activities.models import Activity
from core import periods
from core.history import rollback
from leads import base
from leads.actions import merge_clients
from leads.models import BaseChange, Client
from people import journal
from people.models import Role, User
from reports.asking import AskingForm
from reports.base_of_clients import numbers, on_day
from reports.catalog.client_base import ClientBase
from reports.facts.clients import CLIENTS
from tests.activities.factories import make_call
from tests.factories import make_user
from tests.orders.factories import line, make_order, make_product, ship_all
from tests.pipeline.factories import make_plain_client

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 5)


@pytest.fixture
def clock(db: None) -> Iterator[periods.Clock]:
    with periods.clock(_noon(dt.date(2024, 1, 10))) as clock:
        yield clock


def _noon(day: dt.date) -> dt.datetime:
    return periods.local(day, dt.time(12))


def _ends() -> list[dt.date]:
    """The last days of the months up to the one before today's."""
    first = dt.date(2023, 12, 1)
    return [periods.add_months(first, number + 1) - dt.timedelta(1) for number in range(35)]


def _form(user: User, **said: str) -> AskingForm:
    return ClientBase.form(user, {"period": "2023-12-01..2026-11-30", **said}, periods.now())


def _differ(user: User, **said: str) -> list[dt.date]:
    """The ends of months of which what is kept says something else than contacts and shipments."""
    asked = _form(user, **said).asked
    kept = numbers(asked, [*_ends(), TODAY])
    wrong = []
    for day in kept:
        # As of a day that is over, so that nothing but what happened is asked.
        rows = on_day(CLIENTS.records(asked), day, today=TODAY + dt.timedelta(9))
        if +Counter(kept[day]) != Counter(rows.values_list("state", flat=True)):
            wrong.append(day)
    return wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_the_ends_of_months_are_those_that_contacts_and_shipments_say(
    clock: periods.Clock, seed: int
) -> None:
    rng = random.Random(seed)
    anna, boris, director = make_user("Анна Белова"), make_user("Борис"), make_user(role=Role.DIRECTOR)
    product = make_product()
    clients: list[Client] = []
    day = dt.date(2024, 1, 10)
    for step in range(45):
        day = min(day + dt.timedelta(rng.choice([1, 9, 40])), TODAY)
        clock.move_to(_noon(day))
        if len(clients) < 5 and step % 3 == 0:
            clients.append(make_plain_client(f"Клиент {step}", rng.choice([anna, boris])))
            continue
        client = rng.choice(clients)
        known = Activity.objects.done().filter(client=client).order_by("pk")
        done = rng.choice([None, *known])
        deed = rng.choice(["call", "late", "unanswered", "ship", "delete", "edit"])
        if deed in ("call", "late", "unanswered"):
            back = rng.choice([30, 100, 400]) if deed == "late" else 0
            outcome = Activity.Outcome.NO_ANSWER if deed == "unanswered" else Activity.Outcome.REACHED
            make_call(client, happened_at=_noon(day - dt.timedelta(back)), outcome=outcome)
        elif deed == "ship":
            ship_all(make_order(client, lines=[line(1, product)]))
        elif done and deed == "delete":
            delete_activity(done, by=client.manager)
        elif done:
            earlier = _noon(day - dt.timedelta(rng.choice([0, 60, 200])))
            update_activity(done, by=client.manager, happened_at=earlier)
    clock.move_to(_noon(TODAY))
    assert not _differ(director)
    assert not _differ(director, manager=str(anna.pk))
    merged = merge_clients(clients[0], clients[1], by=director)
    assert not _differ(director)
    rollback.apply(merged, by=director, allowed=journal.changeable_by(director))
    assert not _differ(director)


def test_rebuilding_changes_nothing_that_was_right(clock: periods.Clock) -> None:
    client = make_plain_client()
    clock.move_to(_noon(dt.date(2024, 7, 1)))
    make_call(client)
    kept = list(BaseChange.objects.order_by("place").values_list("month", "was", "became"))
    assert kept == base.changes(dt.date(2024, 1, 10), [dt.date(2024, 7, 1)])
    BaseChange.objects.update(became="lost")
    call_command("rebuild_client_base")
    assert list(BaseChange.objects.order_by("place").values_list("month", "was", "became")) == kept


def test_time_alone_makes_a_client_sleep_and_get_lost() -> None:
    """Made on 10 January 2025 and spoken with on 1 July: 31 January is the 22nd day; 30 September is the 92nd after the
    call, 31 July of the year after the 396th, 30 June the 365th."""
    assert base.changes(dt.date(2025, 1, 10), [dt.date(2025, 7, 1)]) == [
        (dt.date(2025, 1, 1), "", "new"),
        (dt.date(2025, 2, 1), "new", "sleeping"),
        (dt.date(2025, 7, 1), "sleeping", "active"),
        (dt.date(2025, 9, 1), "active", "sleeping"),
        (dt.date(2026, 7, 1), "sleeping", "lost"),
    ]


def test_a_second_contact_of_a_month_asks_one_question_more(clock: periods.Clock) -> None:
    client = make_plain_client()
    make_call(client)
    with CaptureQueriesContext(connection) as asked:
        make_call(client)
    of_base = [each["sql"] for each in asked.captured_queries if "basechange" in each["sql"]]
    assert len(of_base) == 1
