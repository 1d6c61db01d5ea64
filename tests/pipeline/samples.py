"""Samples of the addresses of deals and funnels for the rights walk."""

from typing import Any

from people.models import Role
from pipeline.models import Stage
from tests.cast import Cast, Member, Seller
from tests.pipeline.factories import start_stage
from tests.samples import ADMIN, SELLERS, Sample


def second_stage(_cast: Cast, _member: Member, _seller: Seller) -> dict[str, Any]:
    return {"stage": start_stage("Интересуется").pk}


def stage(_cast: Cast) -> Stage:
    return start_stage("Интересуется")


def funnel(_cast: Cast) -> Any:
    return start_stage().funnel


def new_deal(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"client": seller.phone, "name": "Новая сделка", "stage": start_stage().pk}


def stage_data(*_: Any) -> dict[str, Any]:
    return {"name": "Выдуманный", "kind": "open", "colour": "3", "probability": "10"}


DEAL = {"of": lambda cast, seller: seller.deal}
SETUP = {"roles": ADMIN}

SAMPLES = {
    "pipeline:board": Sample(queries=("?q={phone}", "?manager={user}"), shows=False),
    "pipeline:board(pk)": Sample(it=funnel, roles=Sample().roles, queries=("?manager={user}",)),
    "pipeline:column": Sample(it=lambda cast: {"pk": funnel(cast).pk, "stage": stage(cast).pk}),
    "pipeline:deals": Sample(queries=("?manager={user}",)),
    "pipeline:new": Sample(post=new_deal, queries=("?client={client}",), reaches=True),
    "pipeline:deal": Sample(**DEAL),
    "pipeline:edit": Sample(**DEAL, post=lambda *_: {"name": "Чужая сделка"}),
    "pipeline:move": Sample(**DEAL, post=second_stage),
    "pipeline:assign": Sample(
        **DEAL,
        roles=SELLERS - {Role.MANAGER},
        post=lambda cast, member, _s: {"manager": member.user.pk},
        shows=False,
    ),
    "pipeline:delete": Sample(**DEAL),
    "pipeline:funnels": Sample(**SETUP),
    "pipeline:new_funnel": Sample(**SETUP, post=lambda *_: {"name": "Выдуманная"}),
    "pipeline:funnel": Sample(it=funnel, **SETUP),
    "pipeline:rename_funnel": Sample(it=funnel, **SETUP, post=lambda *_: {"name": "Выдуманная"}),
    "pipeline:retire_funnel": Sample(it=funnel, **SETUP),
    "pipeline:order_stages": Sample(it=funnel, **SETUP),
    "pipeline:new_stage": Sample(it=funnel, **SETUP, post=stage_data),
    "pipeline:stage": Sample(it=stage, **SETUP, post=stage_data),
    "pipeline:preview_stage": Sample(it=stage, **SETUP, post=stage_data),
    "pipeline:retire_stage": Sample(it=stage, **SETUP),
    "pipeline:bring_back_stage": Sample(it=stage, **SETUP),
    "pipeline:move_stage": Sample(it=lambda cast: {"pk": stage(cast).pk, "way": "down"}, **SETUP),
}
