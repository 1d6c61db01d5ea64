"""Activities as functions call for them, made by the program's own verbs."""

import datetime as dt
from typing import Any

from activities.actions import log_activity, plan_activity
from activities.models import Activity, ActivityKind
from core import periods
from leads.models import Client
from pipeline.actions import create_deal
from pipeline.models import Deal, Stage
from tests.leads.factories import make_client


def november(day: int, time: str = "12:00") -> dt.datetime:
    """A moment of November 2026 by Moscow's clocks; seconds may be said: «17:59:30»."""
    return periods.local(dt.date(2026, 11, day), dt.time.fromisoformat(time))


def make_kind(group: str = ActivityKind.Group.CONVERSATION) -> ActivityKind:
    """The first kind of the group that every company starts with."""
    kind: ActivityKind = ActivityKind.objects.filter(group=group).first()
    return kind


def make_deal(client: Client | None = None, **fields: Any) -> Deal:
    client = client or make_client()
    return create_deal(client, by=client.manager, **fields)


def stage_after(deal: Deal) -> Stage:
    return (
        Stage.objects.filter(funnel=deal.stage.funnel, position__gt=deal.stage.position)
        .order_by("position")
        .first()
    )


def make_call(client: Client | None = None, **fields: Any) -> Activity:
    """A conversation that has just been logged by the client's manager."""
    client = client or make_client()
    fields = {
        "by": client.manager,
        "kind": make_kind(),
        "outcome": Activity.Outcome.REACHED,
        "text": "Обсудили",
    } | fields
    return log_activity(client=client, **fields)


def make_task(client: Client | None = None, due_on: dt.date | None = None, **fields: Any) -> Activity:
    """A call planned for the day (tomorrow by default) by the client's manager."""
    client = client or make_client()
    fields = {"by": client.manager, "kind": make_kind(), "subject": "Перезвонить"} | fields
    return plan_activity(client=client, due_on=due_on or periods.today() + dt.timedelta(1), **fields)
