"""Samples of the discipline's addresses for the rights walk."""

import datetime as dt
from typing import Any

from kpi.actions.norms import set_norm
from kpi.models import Indicator, Norm
from people.models import Role
from tests.cast import Cast
from tests.kpi import pay_samples, scorecard_samples
from tests.samples import ADMIN, SELLERS, Sample

OVERSEERS = frozenset({Role.HEAD, Role.ADMIN})


def indicator(_cast: Cast) -> Any:
    return Indicator.objects.get(code="conversations_held")


def norm_from(since: dt.date) -> Norm:
    """The company's norm that begins on the day, made where there is none."""
    known = Norm.objects.filter(since=since).first()
    return known or set_norm(indicator(None), by=None, since=since, low=15)  # type: ignore[arg-type]


def norm_in_force(_cast: Cast) -> Norm:
    return norm_from(dt.date(2026, 1, 12))


def norm_to_come(_cast: Cast) -> Norm:
    return norm_from(dt.date(2026, 11, 16))


def norm_data(*_: Any) -> dict[str, Any]:
    worth = {"points_met": 1, "points_within": 0, "points_missed": -2}
    return {
        "period": "day",
        "direction": "at_least",
        "low": 20,
        "tolerance": 10,
        "since": "2026-11-09",
        **worth,
    }


OF_INDICATOR: dict[str, Any] = {"it": indicator, "roles": ADMIN, "shows": False}

SAMPLES = {
    "kpi:indicators": Sample(roles=ADMIN, shows=False),
    "kpi:indicator_new": Sample(
        roles=ADMIN,
        shows=False,
        post=lambda *_: {"name": "Письма", "kind": "count", "group": "letter", "on_scorecard": "on"},
    ),
    "kpi:indicator": Sample(**OF_INDICATOR),
    "kpi:indicator_edit": Sample(**OF_INDICATOR, post=lambda *_: {"name": "Звонки и встречи"}),
    "kpi:indicator_move": Sample(
        it=lambda cast: {"pk": indicator(cast).pk, "way": "down"}, roles=ADMIN, shows=False
    ),
    "kpi:indicator_column": Sample(**OF_INDICATOR),
    "kpi:indicator_retire": Sample(**OF_INDICATOR),
    "kpi:indicator_restore": Sample(**OF_INDICATOR),
    "kpi:norm_new": Sample(**OF_INDICATOR, post=norm_data),
    "kpi:norm_proposal": Sample(**OF_INDICATOR, post=norm_data),
    "kpi:norm_end": Sample(
        it=norm_in_force, roles=ADMIN, shows=False, post=lambda *_: {"until": "2026-12-31"}
    ),
    "kpi:norm_drop": Sample(it=norm_to_come, roles=ADMIN, shows=False),
    "kpi:help": Sample(roles=SELLERS, shows=False, queries=("?team={team}",)),
    "kpi:rules": Sample(roles=SELLERS, shows=False, queries=("?team={team}", "?day=2026-01-12")),
    "kpi:rules_confirm": Sample(roles=frozenset({Role.MANAGER}), post=lambda *_: {"digest": "0" * 64}),
    "kpi:closings": Sample(roles=OVERSEERS, shows=False),
    "kpi:close-now": Sample(roles=ADMIN, post=lambda *_: {}),
    "kpi:my": Sample(shows=False, queries=("?month=2026-10",)),
    "kpi:my-figures": Sample(shows=False),
    "kpi:clock": Sample(shows=False),
    **pay_samples.SAMPLES,
    **scorecard_samples.SAMPLES,
}
