"""Factories of deals: a funnel to move in, a client's deal in any stage. Written as the system does, past the rules."""

import datetime as dt
from typing import Any

from core import periods
from leads import base
from leads.models import Client
from people.models import User
from pipeline.models import Deal, Funnel, LossReason, Stage
from pipeline.passage import Moves
from tests.factories import by_system, make_user


def make_funnel(name: str = "Сервис", *, norm_days: int | None = 5) -> Funnel:
    """A small funnel besides the starting one: Новый → Переговоры → Договор → Продано / Отказ."""
    with by_system():
        funnel: Funnel = Funnel.objects.create(name=name, position=9)
        kinds = [
            ("Новый", "open"),
            ("Переговоры", "open"),
            ("Договор", "open"),
            ("Продано", "won"),
            ("Отказ", "lost"),
        ]
        for number, (stage, kind) in enumerate(kinds, 1):
            Stage.objects.create(
                funnel=funnel,
                name=stage,
                kind=kind,
                position=number,
                colour=number,
                probability=number * 20 if kind != "lost" else 0,
                norm_days=norm_days if kind == "open" else None,
            )
    return funnel


def stage_of(funnel: Funnel, name: str) -> Stage:
    stage: Stage = Stage.objects.select_related("funnel").get(funnel=funnel, name=name)
    return stage


def start_stage(name: str = "Холодный") -> Stage:
    """A stage of the funnel every company starts with."""
    stage: Stage = Stage.objects.select_related("funnel").get(funnel__name="Основная", name=name)
    return stage


def make_plain_client(name: str = "ООО «Вектор»", manager: User | None = None, **fields: Any) -> Client:
    """A client without a deal of its own."""
    with by_system():
        client: Client = Client.objects.create(name=name, manager=manager or make_user(), **fields)
        base.refresh([client.pk])
    return client


def make_deal(
    client: Client | None = None,
    *,
    stage: Stage | None = None,
    manager: User | None = None,
    since: dt.datetime | None = None,
    **fields: Any,
) -> Deal:
    """A deal standing in the stage since the moment (now by default), with its first move."""
    stage = stage or start_stage()
    client = client or make_plain_client(manager=manager)
    if stage.kind == "won":
        fields.setdefault("amount", 100_000)
    if stage.kind == "lost":
        fields.setdefault("loss_reason", LossReason.objects.first())
    with periods.clock(since or periods.now()), by_system() as op:
        closed_at = None if stage.kind == "open" else op.at
        deal = Deal(
            client=client,
            manager=manager or client.manager,
            stage=stage,
            state=stage.kind,
            stage_since=op.at,
            closed_at=closed_at,
            **fields,
        )
        moves = Moves(op)
        moves.add(deal, None)
        deal.save()
        moves.write()
    deal.refresh_from_db()
    return deal
