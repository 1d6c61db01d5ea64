"""Whatever is logged, planned, corrected, deleted and rolled back: the rows of deals and clients tell the truth."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import actions
from activities.models import Activity
from activities.steps import refresh_steps
from core import periods
from core.history import rollback
from core.history.integrity import faults
from core.history.operations import Operation
from leads.models import Client
from people.models import User
from pipeline.models import Deal
from tests.activities.factories import make_call, make_deal, make_task
from tests.factories import THURSDAY, by_system, make_user
from tests.leads.factories import make_client

pytestmark = pytest.mark.django_db


@dataclass
class Told:
    """What the oracle says of one row: read one by one in Python, nothing of the program's own query."""

    last: dt.datetime | None = None
    on: dt.date | None = None
    at: dt.datetime | None = None


def oracle(activities) -> Told:
    told = Told()
    planned = []
    for one in activities:
        if one.status == "done" and one.outcome != "no_answer":
            told.last = max(told.last or one.happened_at, one.happened_at)
        if one.status == "planned":
            planned.append(one)
    if planned:
        told.on = min(one.due_on for one in planned)
        told.at = min((one.due_at for one in planned if one.due_on == told.on and one.due_at), default=None)
    return told


def rows_tell_the_truth(of: User) -> None:
    everything = list(Activity.objects.filter(client__manager=of))
    for key, model in (("client_id", Client), ("deal_id", Deal)):
        for row in model.objects.filter(manager=of):
            told = oracle(one for one in everything if getattr(one, key) == row.pk)
            assert Told(row.last_contact_at, row.next_step_on, row.next_step_at) == told


class Day:
    """A manager at work on two deals of one client and on a client without any."""

    def __init__(self) -> None:
        client = make_client()
        self.by = client.manager
        self.deals = [client.deals.first() or make_deal(client), make_deal(client)]
        self.clients = [client, make_client(manager=self.by)]

    def place(self, number: int):
        deal = [*self.deals, None][number % 3]
        return {"deal": deal, "client": deal.client if deal else self.clients[number % 2]}

    def log(self, n: int, m: int) -> None:
        step = actions.NextStep(periods.today() + dt.timedelta(m % 5)) if n % 2 else None
        planned = Activity.objects.planned().filter(client=self.place(n)["client"]).first() if m % 2 else None
        outcome = Activity.Outcome.values[m % 4]
        make_call(**self.place(n), outcome=outcome, planned=planned, next_step=step)

    def plan(self, n: int, m: int) -> None:
        due_on = periods.today() + dt.timedelta(m % 4)
        due_at = periods.local(due_on, dt.time(9 + m)) if n % 3 == 0 else None
        make_task(**self.place(n), due_on=due_on, due_at=due_at)

    def some(self, number: int, **status):
        rows = list(Activity.objects.filter(manager=self.by, **status).order_by("pk"))
        if not rows:
            raise ValidationError("nothing there")
        return rows[number % len(rows)]

    def move(self, n: int, m: int) -> None:
        actions.move_task(
            self.some(n, status="planned"), by=self.by, due_on=periods.today() + dt.timedelta(m)
        )

    def cancel(self, n: int, m: int) -> None:
        actions.cancel_task(self.some(n, status="planned"), by=self.by)

    def correct(self, n: int, m: int) -> None:
        one = self.some(n)
        changes = {"deal": self.deals[m % 2] if one.client_id == self.clients[0].pk and m % 3 else None}
        if one.is_done:
            changes |= {
                "outcome": Activity.Outcome.values[m % 4],
                "happened_at": THURSDAY - dt.timedelta(hours=m),
            }
        actions.update_activity(one, by=self.by, **changes)

    def delete(self, n: int, m: int) -> None:
        actions.delete_activity(self.some(n), by=self.by)

    def roll_back(self, n: int, m: int) -> None:
        done = (
            Operation.objects.filter(by=self.by, counts__has_key="activities.activity")
            .order_by("-pk")[n % 3 :]
            .first()
        )
        if done is None:
            return
        plan = rollback.plan(done, allowed=lambda _model, ids: set(ids))
        choices = {conflict.key: rollback.BEFORE if m % 2 else rollback.KEEP for conflict in plan.conflicts}
        rollback.apply(done, by=self.by, allowed=lambda _model, ids: set(ids), choices=choices)


VERBS = [Day.log, Day.log, Day.plan, Day.move, Day.cancel, Day.correct, Day.delete, Day.roll_back]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 8), st.integers(0, 8)), max_size=14))
def test_after_any_day_at_work_the_rows_tell_the_truth(db, steps):
    with periods.clock(THURSDAY) as clock:
        day = Day()
        for verb, n, m in steps:
            clock.advance(minutes=7)
            try:
                verb(day, n, m)
            except (ValidationError, rollback.Refused):
                continue
            rows_tell_the_truth(day.by)
        assert [str(fault) for fault in faults()] == []


def test_rows_that_stay_as_they_were_get_no_version(django_assert_num_queries):
    with periods.clock(THURSDAY):
        deal = make_deal()
        make_call(deal.client, deal=deal)
        before = Deal.versions.of(deal).count()
        locks = 2 if connection.features.has_select_for_update else 0
        with (
            by_system(),
            django_assert_num_queries(3 + locks),
        ):  # one plain question for each of both, one for the client base
            refresh_steps([deal.pk], [deal.client_id])
        assert Deal.versions.of(deal).count() == before


def test_five_hundred_rows_cost_as_many_statements_as_one(django_assert_max_num_queries):
    manager = make_user()
    with periods.clock(THURSDAY):
        deals = [make_deal(make_client(manager=manager)) for _ in range(12)]
        with by_system():
            Activity.objects.bulk_create(
                [
                    Activity(
                        client=deal.client,
                        deal=deal,
                        manager=deal.manager,
                        kind_id=1,
                        status="done",
                        outcome="reached",
                        happened_at=THURSDAY,
                        entered_at=THURSDAY,
                    )
                    for deal in deals
                ]
            )
            with django_assert_max_num_queries(8):
                refresh_steps([deal.pk for deal in deals], [deal.client_id for deal in deals])
        rows_tell_the_truth(manager)
