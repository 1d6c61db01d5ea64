"""Verbs of deals: create, update, move, assign, delete. Those of funnels and stages stand in `pipeline/funnels/`.

Whoever sees a deal may change it; handing it to somebody else is for who may "assign". Every move is a `StageMove`
with who and when; the rules of entering a stage (P4, P5) hold here, so no side door goes around them.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from leads import actions as leads_actions
from leads.drafts import ContactDraft
from leads.models import Client
from people import access
from people.models import Company, User
from pipeline import control
from pipeline.models import Deal, Funnel, LossReason, Stage, StageMove
from pipeline.passage import Moves

# Fields that `create_deal` and `update_deal` take; stage, manager and what derives from them have verbs of their own.
DEAL_FIELDS = frozenset({"name", "amount", "expected_on", "product_group", "note", "waiting_until"})
# What belongs to a loss and goes with it when the deal is opened again.
LOSS_FIELDS = frozenset({"loss_reason", "loss_note", "return_on"})

OnMove = Callable[[Deal, StageMove, Operation], None]
# Functions of upper rooms called inside the operation after each single move and each creation (not where an admin
# retires a stage: then the deals have not moved, the stage has).
on_move: list[OnMove] = []

OnDealsDeleted = Callable[[Sequence[Deal], Operation], None]
# Functions of upper rooms called inside the operation that deletes deals (those that go with their client are told of
# by `leads.actions.on_clients_deleted`). They may refuse it by a ValidationError.
on_deals_deleted: list[OnDealsDeleted] = []


class MissingForStage(Exception):
    """The deal lacks what the stage asks for; nothing was written. `fields`: keys of `control.CONTROLS` and
    "loss_reason", in the order of asking."""

    def __init__(self, deal: Deal, stage: Stage, fields: list[str]) -> None:
        super().__init__(f"deal {deal.pk} into stage {stage.pk}: {', '.join(fields)} missing")
        self.deal, self.stage, self.fields = deal, stage, fields


def first_stage() -> Stage | None:
    """Where a deal begins: the first open stage of the first funnel; None while there is none."""
    stage: Stage | None = (
        Stage.objects.in_use()
        .open()
        .select_related("funnel")
        .order_by("funnel__position", "funnel_id", "position", "pk")
        .first()
    )
    return stage


def entry_stage(funnel: Funnel) -> Stage:
    """The first open stage of the funnel, which a deal may begin in whatever it lacks."""
    stage: Stage = Stage.objects.in_use().open().filter(funnel=funnel).order_by("position", "pk")[:1].get()
    return stage


def create_deal(
    client: Client, *, by: User, stage: Stage | None = None, manager: User | None = None, **fields: Any
) -> Deal:
    """A new deal of the client, in the first stage unless another one is named; responsible is the client's manager
    by default. `fields`: `DEAL_FIELDS`, and `LOSS_FIELDS` for a deal entered as lost.

    ValidationError for a wrong value, `MissingForStage` where the stage (other than the funnel's first) asks for more.
    """
    require_known(fields, DEAL_FIELDS | LOSS_FIELDS)
    stage = stage or first_stage()
    if stage is None:
        raise ValidationError(_("There is no funnel to put the deal in: the administrator sets one up."))
    deal = Deal(client=client, stage=stage, manager=manager or client.manager, **fields)
    create_deals([deal], by=by)
    return deal


def create_deals(deals: Sequence[Deal], *, by: User) -> None:
    """Saves deals made in memory (client, stage, manager and fields set) with their first moves, set-based.

    All or nothing; errors as of `create_deal`.
    """
    _require_clients(deals, by)
    for owner in {deal.manager_id: deal.manager for deal in deals}.values():
        access.require_owner(by, owner)
    entries: dict[int, int] = {}
    for deal in deals:
        funnel = deal.stage.funnel
        _require_in_use(deal.stage)
        require_right_values(deal)
        if funnel.pk not in entries:
            entries[funnel.pk] = entry_stage(funnel).pk
        if deal.stage_id != entries[funnel.pk]:
            _require_filled(deal, deal.stage)
    with operation(by=by) as op:
        _create(deals, op)


def update_deal(deal: Deal, *, by: User, **fields: Any) -> Deal:
    """Other values for `DEAL_FIELDS` (and `LOSS_FIELDS` of a lost deal). What holds the deal in its stage cannot be
    emptied: the amount of a won one, the reason of a lost one. `StaleRecord` if somebody else saved it meanwhile.
    """
    access.require_change(by, deal)
    require_known(fields, DEAL_FIELDS | (LOSS_FIELDS if deal.state == Deal.State.LOST else frozenset()))
    with operation(by=by):
        for name, value in fields.items():
            setattr(deal, name, value)
        require_right_values(deal)
        if deal.state == Deal.State.WON and not deal.amount:
            raise ValidationError({"amount": _("A won deal needs an amount.")})
        if deal.state == Deal.State.LOST and deal.loss_reason_id is None:
            raise ValidationError({"loss_reason": _("A lost deal needs a reason.")})
        deal.save()
    return deal


def move_deal(
    deal: Deal,
    to_stage: Stage,
    *,
    by: User,
    amount: Decimal | None = None,
    loss_reason: LossReason | None = None,
    loss_note: str | None = None,
    return_on: dt.date | None = None,
    fields: Mapping[str, Any] | None = None,
) -> StageMove | None:
    """Moves the deal to any stage that is in use: forward, back, skipping, to another funnel, out of won and lost.

    What is given is set before the check, so that a form can ask for what `MissingForStage` named and send it along;
    `fields` holds the values of control points by their keys, those of the client ("client.inn") included. Loss fields
    are for a lost stage and are emptied in any other. None where the deal stands in the stage already (then nothing is
    written). `StaleRecord` if somebody else saved the deal since it was read.
    """
    access.require_change(by, deal)
    if to_stage.pk == deal.stage_id:
        return None
    _require_in_use(to_stage)
    with operation(by=by) as op:
        own, of_client = _by_owner(fields or {})
        given = {
            "amount": amount,
            "loss_reason": loss_reason,
            "loss_note": loss_note,
            "return_on": return_on,
            **own,
        }
        for name, value in given.items():
            if value is not None:
                setattr(deal, name, value)
        if of_client:
            _fill_client(deal.client, of_client, by=by)
        if to_stage.kind != Stage.Kind.LOST:
            deal.loss_reason, deal.loss_note, deal.return_on = None, "", None
        require_right_values(deal)
        _require_filled(deal, to_stage)
        moves, former = Moves(op, [deal]), deal.stage_id
        _put(deal, to_stage, op)
        move = moves.add(deal, former)
        deal.save()
        moves.write()
        _tell(deal, move, op)
    return move


def assign_deals(deals: Iterable[Deal], *, manager: User, by: User) -> int:
    """Makes `manager` responsible for the deals; how many were handed over. The clients keep their own managers."""
    access.require(by, "assign")
    access.require_owner(by, manager)
    ids = [deal.pk for deal in deals]
    if access.changeable(by, Deal, ids) != set(ids):
        raise PermissionDenied("deals of others")
    with operation(by=by, kind=Operation.Kind.FORM if len(ids) == 1 else Operation.Kind.BULK):
        handed = Deal.objects.filter(pk__in=ids).exclude(manager=manager).update(manager=manager)
    return int(handed)


def delete_deal(deal: Deal, *, by: User) -> Operation:
    """Takes the deal and what is planned in it away everywhere; its history stays, and rolling the returned operation
    back brings all of it again. ValidationError where an upper room objects."""
    access.require_change(by, deal)
    with operation(by=by) as op:
        # Clients are locked before deals, as everywhere: what hears of the deletion writes to both.
        list(Client.all_objects.select_for_update().filter(pk=deal.client_id).values_list("pk"))
        deal.soft_delete()
        for hook in on_deals_deleted:
            hook([deal], op)
    return op


# --- What the room of clients calls (registered in pipeline/apps.py) ------------------------------------------------


def give_new_clients_a_deal(clients: Sequence[Client], op: Operation) -> None:
    """Each new client has a deal in the first stage from the start (C9), where the company wishes so."""
    stage = first_stage()
    if stage is not None and Company.get().deal_for_new_client:
        _create([Deal(client=client, stage=stage, manager=client.manager) for client in clients], op)


def hand_over_open_deals(clients: Sequence[Client], manager: User, op: Operation) -> None:
    """Open deals go along with clients handed to `manager`: those of the clients' former managers, whom `clients` still
    name. A deal that somebody else works on stays theirs."""
    for former in {client.manager_id for client in clients}:
        ids = [client.pk for client in clients if client.manager_id == former]
        Deal.objects.open().filter(client__in=ids, manager=former).update(manager=manager)


def delete_deals_of(clients: Sequence[Client], op: Operation) -> None:
    """Deals of deleted clients are deleted in the same operation, so that its rollback brings back both."""
    Deal.objects.filter(client__in=[client.pk for client in clients]).soft_delete()


# --- What the verbs have in common ----------------------------------------------------------------------------------


def enter(deals: Sequence[Deal], stage: Stage, op: Operation) -> list[StageMove]:
    """Puts deals into the stage in bulk, with a move each, asking for nothing; for verbs of this room that have
    checked rights and rules themselves."""
    moves = Moves(op, deals)
    for deal in deals:
        former = deal.stage_id
        _put(deal, stage, op)
        moves.add(deal, former)
    Deal.objects.bulk_update(deals, ["stage", "state", "stage_since", "closed_at"])
    moves.write_deals()
    return moves.write()


def _create(deals: Sequence[Deal], op: Operation) -> None:
    moves = Moves(op)
    for deal in deals:
        _put(deal, deal.stage, op)
        moves.add(deal, None)
    Deal.objects.bulk_create(deals)
    for deal, move in zip(deals, moves.write(), strict=True):
        _tell(deal, move, op)


def _put(deal: Deal, stage: Stage, op: Operation) -> None:
    was_closed = deal.closed_at is not None and deal.state == stage.kind
    deal.stage, deal.state, deal.stage_since = stage, stage.kind, op.at
    if stage.kind == Stage.Kind.OPEN:
        deal.closed_at = None
    elif not was_closed:
        deal.closed_at = op.at


def _tell(deal: Deal, move: StageMove, op: Operation) -> None:
    for listener in on_move:
        listener(deal, move, op)


def _by_owner(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of control points, those of the deal and those of its client, by plain names."""
    unknown = set(fields) - set(control.CONTROLS)
    if unknown:
        raise TypeError(f"no control points: {', '.join(sorted(unknown))}")
    of_client = {
        key.removeprefix(control.CLIENT): value
        for key, value in fields.items()
        if control.CONTROLS[key].of_client
    }
    return {key: value for key, value in fields.items() if not control.CONTROLS[key].of_client}, of_client


def _fill_client(client: Client, values: Mapping[str, Any], *, by: User) -> None:
    """Control points of the client, by the verbs of its room (and with their errors)."""
    values = dict(values)
    phone, email, contact = (values.pop(name, None) for name in ("phone", "email", "contact"))
    if values:
        leads_actions.update_client(client, by=by, **values)
    if phone or email:
        leads_actions.set_contact_points(
            client, by=by, phones=[phone] if phone else None, emails=[email] if email else None
        )
    if contact:
        leads_actions.add_contact(client, ContactDraft(name=contact), by=by)


def require_known(fields: Mapping[str, Any], known: frozenset[str]) -> None:
    """TypeError for a field that the verb does not set."""
    if unknown := set(fields) - known:
        raise TypeError(f"not fields of a deal that may be set here: {', '.join(sorted(unknown))}")


def _require_in_use(stage: Stage) -> None:
    if stage.retired_at or stage.deleted_at or stage.funnel.retired_at or stage.funnel.deleted_at:
        raise ValidationError(
            {"stage": _("The stage “%(stage)s” takes no deals any more.") % {"stage": stage}}
        )


def _require_filled(deal: Deal, stage: Stage) -> None:
    if missing := control.missing_for(deal, stage):
        raise MissingForStage(deal, stage, missing)


def require_right_values(deal: Deal, own: Collection[str] = DEAL_FIELDS | LOSS_FIELDS) -> None:
    """ValidationError by field: too long, negative, unknown. What the verbs set themselves is not looked at."""
    deal.clean_fields(exclude=[field.name for field in deal._meta.fields if field.name not in own])
    if deal.amount is not None and deal.amount < 0:
        raise ValidationError({"amount": _("An amount cannot be negative.")})


def _require_clients(deals: Sequence[Deal], by: User) -> None:
    ids = {deal.client_id for deal in deals}
    if access.changeable(by, Client, ids) != ids:
        raise PermissionDenied("clients of others")
