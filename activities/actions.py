"""Verbs of the activities room: what was done is logged, what is to be done is planned, moved, set for others.

Every verb checks the right first, writes in one operation, and brings the steps of the deals and clients it touches up
to date. A wrong value is a ValidationError by the name of its field.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from activities.models import Activity, ActivityKind
from activities.moments import entered
from activities.steps import lock, refresh_steps
from core import periods
from core.history.operations import Operation, current, operation
from leads.models import Client, Contact
from people import access
from people.models import User
from pipeline.actions import move_deal
from pipeline.models import Deal, Stage


@dataclass(frozen=True)
class NextStep:
    """What is promised for a day (`due_at`: at a time of it). Without a kind it is another of the same kind."""

    due_on: dt.date
    due_at: dt.datetime | None = None
    subject: str = ""
    kind: ActivityKind | None = None


def log_activity(
    *,
    by: User,
    client: Client,
    kind: ActivityKind,
    outcome: str,
    text: str = "",
    happened_at: dt.datetime | None = None,
    deal: Deal | None = None,
    contact: Contact | None = None,
    direction: str = Activity.Direction.OUT,
    quantity: Decimal | None = None,
    planned: Activity | None = None,
    next_step: NextStep | None = None,
    to_stage: Stage | None = None,
    stage_fields: Mapping[str, Any] | None = None,
    manager: User | None = None,
) -> Activity:
    """A contact took place: one operation records it, moves the deal's stage and plans the next step (A1–A3).

    `happened_at` is now unless said, and cannot lie in the future. `planned` is the task it fulfils: that very record
    becomes the done one. `to_stage` moves the deal through `move_deal` with `stage_fields` (its keyword arguments);
    its `MissingForStage` goes through, with nothing written. The activity is `by`'s unless a `manager` is given (an
    import), the next step belongs to who is responsible for the deal, else for the client.
    """
    access.require_change(by, *(record for record in (client, deal, planned) if record is not None))
    if manager is not None and manager != by:
        access.require_owner(by, manager)
    with operation(by=by) as op:
        lock([deal.pk if deal else None], [client.pk])
        if deal is not None:
            # As it stands now: what others saved since the form was opened is no reason to refuse a logged call.
            # (Its client and stages are asked for where they matter.)
            deal = Deal.objects.get(pk=deal.pk)
        activity = _the_task(planned, client) if planned else Activity(client=client)
        touched = [activity.deal_id, deal.pk if deal else None]
        activity.deal, activity.contact, activity.kind = deal, contact, kind
        activity.manager = manager or by
        activity.status, activity.direction, activity.outcome = Activity.Status.DONE, direction, outcome
        activity.text, activity.quantity = text.strip(), quantity
        activity.happened_at = happened_at or op.at
        check(activity, op.at)
        if to_stage is not None and deal is not None:
            move_deal(deal, to_stage, by=by, **(stage_fields or {}))
        activity.stage_id = deal.stage_id if deal else None
        activity.entered_at = entered(None, activity, op.at)
        _save(activity)
        if next_step is not None:
            _plan_next(activity, next_step, by)
        refresh_steps(touched, [client.pk])
    return activity


def plan_activity(
    *,
    by: User,
    client: Client,
    kind: ActivityKind,
    due_on: dt.date,
    due_at: dt.datetime | None = None,
    subject: str = "",
    deal: Deal | None = None,
    contact: Contact | None = None,
    manager: User | None = None,
    follows: Activity | None = None,
) -> Activity:
    """A task: something is to be done for a client on a day, maybe at a time of it.

    It belongs to who is responsible for the deal, else for the client, unless a `manager` is given: setting it for
    somebody else than oneself and the responsible one is for heads and above, and they must see the client themselves.
    """
    access.require_change(by, *(record for record in (client, deal) if record is not None))
    owner = deal.manager if deal else client.manager
    manager = manager or owner
    if manager not in (by, owner):
        access.require(by, "assign")
        access.require_owner(by, manager)
    if not Client.objects.visible_to(manager).filter(pk=client.pk).exists():
        raise ValidationError(
            {
                "manager": _("%(name)s does not see this client: hand the client over first.")
                % {"name": manager}
            }
        )
    with operation(by=by) as op:
        if due_on < periods.day_of(op.at):
            raise ValidationError({"due_on": _("This day is over: choose today or a later day.")})
        task = Activity(
            client=client, deal=deal, contact=contact, kind=kind, manager=manager, follows=follows,
            status=Activity.Status.PLANNED, subject=subject.strip(), set_by=by if manager != by else None,
        )  # fmt: skip
        _set_due(task, due_on, due_at)
        check(task, op.at)
        _save(task)
        refresh_steps([task.deal_id], [client.pk])
    return task


def set_task(*, by: User, manager: User, **plan: Any) -> Activity:
    """A head's task for somebody of theirs (A2): as `plan_activity`; `by` accepts the result later."""
    access.require(by, "assign")
    access.require_owner(by, manager)
    return plan_activity(by=by, manager=manager, **plan)


def move_task(task: Activity, *, by: User, due_on: dt.date, due_at: dt.datetime | None = None) -> Activity:
    """The task is put off (or brought forward); how often is counted on it, as signs of gaming want to know (K12)."""
    access.require_change(by, task)
    with operation(by=by) as op:
        task = _the_task(task, task.client)
        if (task.due_on, task.due_at) == (due_on, due_at):
            return task
        if due_on < periods.day_of(op.at):
            raise ValidationError({"due_on": _("This day is over: choose today or a later day.")})
        _set_due(task, due_on, due_at)
        task.times_moved += 1
        _save(task)
        refresh_steps([task.deal_id], [task.client_id])
    return task


def cancel_task(task: Activity, *, by: User, reason: str = "") -> Activity:
    """The task is not needed any more; it stays in the client's story as cancelled, with the reason."""
    access.require_change(by, task)
    with operation(by=by):
        task = _the_task(task, task.client)
        task.status, task.text = Activity.Status.CANCELLED, reason.strip()
        _save(task)
        refresh_steps([task.deal_id], [task.client_id])
    return task


# What `update_activity` may set; the rest follows from other verbs.
EDITABLE = frozenset(
    {"kind", "direction", "outcome", "subject", "text", "happened_at", "deal", "contact", "quantity"}
)


def update_activity(
    activity: Activity, *, by: User, expected_version: int | None = None, **changes: Any
) -> Activity:
    """Corrects a record or a task; `changes` are fields of `EDITABLE`. A task's day changes by `move_task` only.

    Since when a done one counts follows from `activities.moments.entered`. `StaleRecord` if the record was saved since
    `expected_version` was read.
    """
    if unknown := set(changes) - EDITABLE:
        raise ValueError(f"update_activity cannot set {', '.join(sorted(unknown))}.")
    deal = changes.get("deal")
    access.require_change(by, activity, *([deal] if deal else []))
    with operation(by=by) as op:
        before = Activity.objects.get(pk=activity.pk)
        after = Activity.objects.select_related("client", "manager").get(pk=activity.pk)
        if expected_version is not None:
            after.version = expected_version  # the save compares it with the row's
        for name, value in changes.items():
            setattr(after, name, value)
        check(after, op.at)
        if after.is_done:
            after.entered_at = entered(before, after, op.at, after.manager.team)
        _save(after)
        refresh_steps([before.deal_id, after.deal_id], [after.client_id])
    return after


def delete_activity(activity: Activity, *, by: User) -> Operation:
    """Takes a record or a task away (history keeps it); returns the operation, so that it can be undone."""
    access.require_change(by, activity)
    with operation(by=by) as op:
        row = Activity.objects.get(pk=activity.pk)
        row.soft_delete()
        refresh_steps([row.deal_id], [row.client_id])
    return op


def accept_result(task: Activity, *, by: User) -> Activity:
    """Who set the task (or a head above) has seen what came of it and is content."""
    access.require_change(by, task)
    if task.set_by_id != by.pk:
        access.require(by, "assign")
    if task.manager_id == by.pk:
        raise PermissionDenied("one's own result")
    with operation(by=by) as op:
        task = Activity.objects.get(pk=task.pk)
        if not task.is_done or not task.set_by_id:
            raise ValidationError(_("Only a done task that somebody set can be accepted."))
        if task.accepted_at is None:
            task.accepted_at = op.at
            _save(task)
    return task


def _the_task(task: Activity, client: Client) -> Activity:
    """The task as it stands now. ValidationError if it was done or cancelled meanwhile: nobody does it twice."""
    row: Activity = Activity.objects.select_for_update().get(pk=task.pk)
    if not row.is_planned:
        raise ValidationError({"planned": _("This task has been done or cancelled meanwhile.")})
    if row.client_id != client.pk:
        raise ValidationError({"planned": _("This task belongs to another client.")})
    row.client = client
    return row


def _plan_next(done: Activity, step: NextStep, by: User) -> None:
    if step.due_on < periods.day_of(current().at):
        raise ValidationError({"next_on": _("The next step lies in the past: choose today or a later day.")})
    of = done.deal or done.client
    owner = by if of.manager_id == by.pk else of.manager
    task = Activity(
        client=done.client, deal=done.deal, contact=done.contact, kind=step.kind or done.kind, manager=owner,
        status=Activity.Status.PLANNED, subject=step.subject.strip(), follows=done,
        set_by=by if owner != by else None,
    )  # fmt: skip
    _set_due(task, step.due_on, step.due_at)
    _save(task)


def _set_due(task: Activity, due_on: dt.date, due_at: dt.datetime | None) -> None:
    if due_at is not None and periods.day_of(due_at) != due_on:
        raise ValidationError({"due_at": _("The time belongs to another day.")})
    task.due_on, task.due_at = due_on, due_at


def check(activity: Activity, at: dt.datetime) -> None:
    """What must hold of every activity, whichever door it comes by."""
    errors: dict[str, Any] = {}
    if activity.is_done:
        if activity.outcome not in Activity.Outcome.values:
            errors["outcome"] = _("Say how it went.")
        if activity.happened_at is None:
            errors["happened_at"] = _("Say when it happened.")
        elif activity.happened_at > at:
            errors["happened_at"] = _("What is done cannot lie in the future: plan it as a task instead.")
        elif activity.happened_at.year < 2000:
            errors["happened_at"] = _("This is too long ago: check the year.")
    if activity.deal is not None and activity.deal.client_id != activity.client_id:
        errors["deal"] = _("This deal belongs to another client.")
    if activity.contact is not None and activity.contact.client_id != activity.client_id:
        errors["contact"] = _("This person belongs to another client.")
    if activity.quantity is not None and activity.quantity < 0:
        errors["quantity"] = _("A quantity is not negative.")
    if errors:
        raise ValidationError(errors)


def _save(activity: Activity) -> None:
    activity.fill_search()
    activity.save()
