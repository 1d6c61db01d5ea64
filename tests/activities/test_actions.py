"""What is logged, planned, moved and taken back, and what the rows of clients and deals know of it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from activities.actions import (
    NextStep,
    accept_result,
    cancel_task,
    delete_activity,
    log_activity,
    move_task,
    plan_activity,
    set_task,
    update_activity,
)
from activities.models import Activity
from core import periods
from core.history import rollback
from core.history.integrity import faults
from core.history.operations import Operation
from core.history.tracked import StaleRecord
from people.models import Role
from pipeline.actions import MissingForStage, delete_deal, move_deal
from pipeline.models import LossReason, Stage
from tests.activities.factories import make_call, make_deal, make_kind, make_task, november, stage_after
from tests.factories import THURSDAY, make_user
from tests.leads.factories import make_client, make_contact

pytestmark = pytest.mark.django_db

FRIDAY = dt.date(2026, 11, 6)


@pytest.fixture(autouse=True)
def thursday():
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def deal():
    return make_deal()


def log(deal, **fields):
    return make_call(deal.client, deal=deal, **fields)


def test_one_send_records_the_call_moves_the_deal_and_plans_the_next_step(deal):
    following = stage_after(deal)
    call = log(
        deal, text="Просит скидку", to_stage=following, next_step=NextStep(FRIDAY, subject="Прислать расчёт")
    )
    deal.refresh_from_db()
    deal.client.refresh_from_db()
    assert (call.status, call.happened_at, call.entered_at) == ("done", THURSDAY, THURSDAY)
    assert call.stage == deal.stage == following
    assert deal.last_contact_at == deal.client.last_contact_at == THURSDAY
    assert deal.next_step_on == deal.client.next_step_on == FRIDAY
    step = call.next_steps.get()
    assert (step.status, step.subject, step.manager) == ("planned", "Прислать расчёт", deal.manager)
    assert Operation.objects.order_by("-pk").first().counts["activities.activity"] == [2, 0]
    assert list(faults()) == []


def test_a_task_that_is_fulfilled_becomes_the_record_and_keeps_what_was_to_be_done(deal):
    task = make_task(deal.client, deal=deal, subject="Согласовать условия")
    call = log(deal, planned=task, text="Согласовали")
    assert call.pk == task.pk
    assert (call.subject, call.text, call.status) == ("Согласовать условия", "Согласовали", "done")
    deal.refresh_from_db()
    assert deal.next_step_on is None


def test_a_task_is_fulfilled_once(deal):
    task = make_task(deal.client, deal=deal)
    log(deal, planned=task)
    with pytest.raises(ValidationError) as error:
        log(deal, planned=task)
    assert "planned" in error.value.message_dict
    assert Activity.objects.done().count() == 1


def test_a_move_that_misses_something_writes_nothing(deal):
    lost = Stage.objects.get(kind="lost")
    with pytest.raises(MissingForStage) as missing:
        log(deal, to_stage=lost)
    assert missing.value.fields == ["loss_reason"]
    assert not Activity.objects.exists()


def test_what_was_missing_can_be_sent_along(deal):
    lost = Stage.objects.get(kind="lost")
    log(deal, to_stage=lost, stage_fields={"loss_reason": LossReason.objects.first()}, outcome="refused")
    deal.refresh_from_db()
    assert deal.state == "lost"


def test_what_others_saved_meanwhile_is_no_reason_to_refuse_a_call(deal):
    make_call(deal.client, deal=deal)  # the row of the deal is newer now than the object in hand
    log(deal, to_stage=stage_after(deal))
    deal.refresh_from_db()
    assert Activity.objects.filter(deal=deal).count() == 2


def test_done_cannot_lie_in_the_future(deal):
    """Case 45."""
    with pytest.raises(ValidationError) as error:
        log(deal, happened_at=november(6, "10:00"))
    assert list(error.value.message_dict) == ["happened_at"]
    assert not Activity.objects.exists()


def test_no_answer_is_no_contact(deal):
    log(deal, outcome="no_answer", text="", next_step=NextStep(FRIDAY))
    deal.refresh_from_db()
    assert deal.last_contact_at is None
    assert deal.next_step_on == FRIDAY


def test_deal_and_person_belong_to_the_client(deal):
    stranger = make_client(manager=deal.manager)
    with pytest.raises(ValidationError) as error:
        make_call(stranger, deal=deal, contact=make_contact(deal.client))
    assert set(error.value.message_dict) == {"deal", "contact"}


def test_a_task_on_the_client_is_none_of_the_deals(deal):
    make_task(deal.client, FRIDAY)
    deal.refresh_from_db()
    deal.client.refresh_from_db()
    assert deal.next_step_on is None
    assert deal.client.next_step_on == FRIDAY


def test_the_next_step_is_the_earliest_and_a_time_comes_before_any_time_of_the_day(deal):
    make_task(deal.client, FRIDAY, deal=deal)
    make_task(deal.client, FRIDAY, deal=deal, due_at=november(6, "16:30"))
    make_task(deal.client, dt.date(2026, 11, 9), deal=deal, due_at=november(9, "9:00".zfill(5)))
    deal.refresh_from_db()
    assert (deal.next_step_on, deal.next_step_at) == (FRIDAY, november(6, "16:30"))


def test_moving_a_task_is_counted(deal, thursday):
    task = make_task(deal.client, FRIDAY, deal=deal)
    for day in (9, 10, 10):
        task = move_task(task, by=deal.manager, due_on=dt.date(2026, 11, day))
    assert task.times_moved == 2
    deal.refresh_from_db()
    assert deal.next_step_on == dt.date(2026, 11, 10)
    with pytest.raises(ValidationError):
        move_task(task, by=deal.manager, due_on=dt.date(2026, 11, 4))


def test_a_cancelled_task_is_no_next_step_and_its_reason_stays(deal):
    task = cancel_task(make_task(deal.client, deal=deal), by=deal.manager, reason="Клиент отменил")
    deal.refresh_from_db()
    assert (task.status, task.text, deal.next_step_on) == ("cancelled", "Клиент отменил", None)


def test_what_is_planned_in_a_deal_goes_and_comes_back_with_it(deal):
    make_call(deal.client, deal=deal)
    task = make_task(deal.client, deal=deal)
    elsewhere = make_task(deal.client, due_on=task.due_on + dt.timedelta(days=7))
    deal.refresh_from_db()
    operation = delete_deal(deal, by=deal.manager)
    deal.client.refresh_from_db()
    assert list(Activity.objects.planned()) == [elsewhere] and Activity.objects.contacts().count() == 1
    assert deal.client.next_step_on == elsewhere.due_on
    rollback.apply(operation, by=deal.manager, allowed=lambda model, ids: set(ids))
    deal.client.refresh_from_db()
    deal.refresh_from_db()
    assert set(Activity.objects.planned()) == {task, elsewhere}
    assert deal.client.next_step_on == deal.next_step_on == task.due_on


def test_a_deleted_record_takes_its_traces_along_and_a_rollback_brings_them_back(deal):
    call = log(deal)
    operation = delete_activity(call, by=deal.manager)
    deal.refresh_from_db()
    assert deal.last_contact_at is None
    rollback.apply(operation, by=deal.manager, allowed=lambda model, ids: set(ids))
    deal.refresh_from_db()
    assert deal.last_contact_at == THURSDAY


def test_a_rolled_back_call_leaves_what_was_logged_after_it(deal, thursday):
    first = log(deal, next_step=NextStep(FRIDAY))
    thursday.advance(minutes=5)
    log(deal)
    operation = Activity.versions.of(first).first().operation
    rollback.apply(operation, by=deal.manager, allowed=lambda model, ids: set(ids))
    deal.refresh_from_db()
    assert (deal.last_contact_at, deal.next_step_on) == (thursday.moment, None)
    assert list(faults()) == []


def test_an_activity_moved_to_another_deal_leaves_the_first_one(deal):
    other = make_deal(deal.client)
    task = make_task(deal.client, FRIDAY, deal=deal)
    update_activity(task, by=deal.manager, deal=other)
    deal.refresh_from_db()
    other.refresh_from_db()
    assert (deal.next_step_on, other.next_step_on) == (None, FRIDAY)


def test_a_stale_correction_is_refused(deal):
    call = log(deal)
    update_activity(call, by=deal.manager, text="Первая")
    with pytest.raises(StaleRecord):
        update_activity(call, by=deal.manager, text="Вторая", expected_version=1)
    call.refresh_from_db()
    assert call.text == "Первая"


def test_when_it_was_entered_cannot_be_set(deal):
    call = log(deal)
    with pytest.raises(ValueError):
        update_activity(call, by=deal.manager, entered_at=november(5, "09:00"))


def test_a_lost_deal_with_a_date_to_return_gets_a_task_on_it(deal):
    move_deal(
        deal,
        Stage.objects.get(kind="lost"),
        by=deal.manager,
        loss_reason=LossReason.objects.first(),
        return_on=dt.date(2027, 2, 1),
    )
    deal.refresh_from_db()
    assert deal.next_step_on == dt.date(2027, 2, 1)


# --- Rights ---------------------------------------------------------------------------------------------------------


def test_a_foreign_client_takes_no_activity(deal):
    stranger = make_user()
    for attempt in (
        lambda: make_call(deal.client, by=stranger),
        lambda: make_task(deal.client, by=stranger),
        lambda: move_task(make_task(deal.client), by=stranger, due_on=FRIDAY),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert not Activity.objects.done().exists()


def test_a_call_by_the_head_is_the_heads_and_the_next_step_the_managers(deal):
    head = make_user(role=Role.HEAD, team=deal.manager.team)
    call = log(deal, by=head, next_step=NextStep(FRIDAY))
    step = call.next_steps.get()
    assert (call.manager, step.manager, step.set_by) == (head, deal.manager, head)


def test_a_head_sets_a_task_and_accepts_its_result(deal):
    head = make_user(role=Role.HEAD, team=deal.manager.team)
    kind = make_kind()
    task = set_task(by=head, manager=deal.manager, client=deal.client, deal=deal, kind=kind, due_on=FRIDAY)
    with pytest.raises(ValidationError):
        accept_result(task, by=head)
    done = log_activity(
        by=deal.manager, client=deal.client, deal=deal, kind=kind, outcome="reached", planned=task
    )
    with pytest.raises(PermissionDenied):
        accept_result(done, by=deal.manager)
    assert accept_result(done, by=head).accepted_at == THURSDAY


def test_nobody_is_set_a_task_on_a_client_they_do_not_see(deal):
    head = make_user(role=Role.HEAD, team=deal.manager.team)
    colleague = make_user(team=deal.manager.team)
    with pytest.raises(ValidationError):
        set_task(by=head, manager=colleague, client=deal.client, kind=make_kind(), due_on=FRIDAY)
    with pytest.raises(PermissionDenied):
        plan_activity(by=deal.manager, manager=head, client=deal.client, kind=make_kind(), due_on=FRIDAY)
