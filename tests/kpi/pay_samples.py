"""Samples of the addresses of money."""

import datetime as dt
from typing import Any

from kpi.actions.pay import set_bonus, set_rate
from kpi.models import Bonus, Rate
from people.models import Role
from tests.cast import Cast, Seller
from tests.samples import ADMIN, Sample

ASSIGN = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})
DECEMBER = dt.date(2026, 12, 1)


def rate_to_come(_cast: Cast) -> Rate:
    known = Rate.objects.filter(since=DECEMBER).first()
    return known or set_rate(by=None, since=DECEMBER, plus_rate=100, minus_rate=100)


def bonus_to_come(_cast: Cast, seller: Seller) -> Bonus:
    known = Bonus.objects.filter(user=seller.user).first()
    return known or set_bonus(seller.user, by=None, since=DECEMBER, amount=3000)


def rate_data(*_: Any) -> dict[str, Any]:
    return {"since": "2026-12", "plus_rate": "100", "minus_rate": "100"}


def bonus_data(*_: Any) -> dict[str, Any]:
    return {"since": "2026-12", "amount": "3000"}


SAMPLES = {
    "kpi:payroll": Sample(
        roles=ASSIGN,
        shows=False,
        post=lambda *_: {"month": "2026-10"},
        queries=("?team={team}", "?team={team}&export=xlsx", "?month=2026-10&export=xlsx"),
    ),
    "kpi:payroll-person": Sample(of=lambda _cast, seller: seller.user, shows=False),
    "kpi:rates": Sample(roles=ASSIGN, shows=False),
    "kpi:rate-new": Sample(roles=ADMIN, shows=False, post=rate_data, queries=("?team={team}",)),
    "kpi:rate-drop": Sample(it=rate_to_come, roles=ADMIN, shows=False),
    # Nobody sets the own bonus, but for the administrator.
    "kpi:bonus-new": Sample(
        of=lambda _cast, seller: seller.user, roles=ASSIGN, shows=False, post=bonus_data, may_refuse=True
    ),
    "kpi:bonus-drop": Sample(of=bonus_to_come, roles=ASSIGN, shows=False, may_refuse=True),
}
