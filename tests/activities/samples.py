"""Samples of the addresses of activities for the rights walk."""

from typing import Any

from people.models import Role
from tests.activities.factories import make_kind
from tests.cast import Cast, Member, Seller
from tests.samples import SELLERS, Sample


def call(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {
        "client": seller.client.pk,
        "kind": make_kind().pk,
        "outcome": "reached",
        "text": "Чужой звонок",
        "next": "none",
    }


def task(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"client": seller.client.pk, "kind": make_kind().pk, "subject": "Чужая задача", "when": "tomorrow"}


TASK = {"of": lambda cast, seller: seller.task}
CALL = {"of": lambda cast, seller: seller.call}
REFERENCES = ("?client={client}", "?client={client}&deal={deal}", "?deal={deal}")

SAMPLES = {
    "activities:my-day": Sample(shows=False),
    "activities:team": Sample(roles=SELLERS - {Role.MANAGER}, queries=("?team={team}",)),
    "activities:log": Sample(post=call, queries=(*REFERENCES, "?task={task}"), reaches=True),
    "activities:log-find": Sample(queries=("?q={phone}", "?q={number}")),
    "activities:tasks": Sample(),
    "activities:task-new": Sample(needs="?client={own}", post=task, queries=REFERENCES, reaches=True),
    "activities:task-move": Sample(**TASK, post=lambda *_: {"when": "tomorrow"}),
    "activities:task-cancel": Sample(**TASK, post=lambda *_: {"reason": "Не нужна"}),
    "activities:task-accept": Sample(**CALL, may_refuse=True),
    "activities:list": Sample(),
    "activities:activity": Sample(**CALL),
    "activities:edit": Sample(**CALL, post=lambda *_: {"text": "Чужой текст"}),
    "activities:delete": Sample(**CALL),
}
