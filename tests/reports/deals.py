"""Deals of reports' tests: made on a day and moved on others."""

import datetime as dt
from typing import Any

from core import periods
from pipeline.actions import move_deal
from pipeline.models import Deal, Funnel, LossReason
from tests.pipeline.factories import make_deal, stage_of


def at(day: str, time: str = "12:00") -> dt.datetime:
    """«11-05»: noon of that day of 2026."""
    return periods.local(dt.date.fromisoformat(f"2026-{day}"), dt.time.fromisoformat(time))


def lived(funnel: Funnel, path: str, **fields: Any) -> Deal:
    """A deal that went this way: «10-01 Новый, 10-05 Договор, 10-09 Отказ»."""
    steps = [step.strip().split(" ", 1) for step in path.split(",")]
    (day, name), *rest = steps
    reason = fields.pop("reason", None)
    if rest or reason is None:
        deal = make_deal(stage=stage_of(funnel, name), since=at(day), **fields)
    else:
        deal = make_deal(stage=stage_of(funnel, name), since=at(day), loss_reason=reason, **fields)
    for day, name in rest:
        stage = stage_of(funnel, name)
        values: dict[str, Any] = {}
        if stage.kind == "lost":
            values["loss_reason"] = reason or LossReason.objects.first()
        if stage.kind == "won" and deal.amount is None:
            values["amount"] = 1000
        with periods.clock(at(day)):
            move_deal(deal, stage, by=deal.manager, **values)
        deal.refresh_from_db()
    return deal
