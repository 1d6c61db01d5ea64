"""Samples of the scorecard's addresses: closed days of the sellers, made as a closing leaves them."""

import datetime as dt
import json
from typing import Any

from kpi.models import Closing, Figure, Indicator, Objection, PersonDay, Rule
from people import calendar
from people.models import Role, Team
from tests.cast import Cast, Seller
from tests.factories import by_system
from tests.samples import Sample

ASSIGN = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})
# The day before the walk's.
DAY = dt.date(2026, 11, 3)


def closing_of(team: Team, *, system_down: bool = False) -> Closing:
    known = Closing.objects.filter(team=team, day=DAY).first()
    if known:
        return known
    window = calendar.window(DAY, team)
    made: Closing = Closing.objects.create(
        team=team,
        day=DAY,
        starts=window.start,
        ends=window.end,
        closed_at=window.end,
        way="beat",
        checksum="0" * 64,
        system_down=system_down,
    )
    return made


def day_of(_cast: Cast, seller: Seller) -> PersonDay:
    team = seller.user.team
    assert team is not None
    closing = closing_of(team)
    day, _made = PersonDay.objects.get_or_create(
        person=seller.user,
        day=DAY,
        defaults={
            "closing": closing,
            "starts": closing.starts,
            # Past the moment of the walk: the seller's call was there when the day ended.
            "ends": seller.call.created_at + dt.timedelta(seconds=1),
            "seconds_present": 32_400,
            "seconds_of_day": 32_400,
        },
    )
    return day


def figure_of(cast: Cast, seller: Seller) -> Figure:
    """One conversation that was counted: the seller's own."""
    day = day_of(cast, seller)
    indicator = Indicator.objects.get(code="conversations_held")
    known = Figure.objects.filter(person_day=day, indicator=indicator).first()
    if known:
        return known
    texts = {"name": "Разговоры", "formula": "Состоявшиеся разговоры"}
    rule, _made = Rule.objects.get_or_create(
        digest="0" * 64,
        defaults={
            "indicator": indicator,
            "code": indicator.code,
            "texts": {"ru": texts, "en": texts},
            "unit": Rule.Unit.COUNT,
            "is_flow": True,
            "period": "day",
            "direction": "at_least",
            "low": 15,
        },
    )
    made: Figure = Figure.objects.create(
        person_day=day,
        rule=rule,
        indicator=indicator,
        period="day",
        value=1,
        verdict="missed",
        records=json.dumps([seller.call.pk]),
    )
    return made


def objection_of(cast: Cast, seller: Seller) -> Objection:
    figure = figure_of(cast, seller)
    known = Objection.objects.filter(figure=figure).first()
    if known:
        return known
    with by_system():
        made: Objection = Objection.objects.create(
            manager=seller.user, person_day=figure.person_day, figure=figure, reason=f"Забыли {seller.token}"
        )
    return made


def a_figure_now(_cast: Cast, seller: Seller) -> dict[str, Any]:
    indicator = Indicator.objects.get(code="deals_in_work")
    return {"person": seller.user.pk, "indicator": indicator.pk, "day": "2026-11-05"}


def figure_days(cast: Cast, seller: Seller) -> dict[str, Any]:
    figure = figure_of(cast, seller)
    return {
        "person": seller.user.pk,
        "indicator": figure.indicator_id,
        "view": "week",
        "day": DAY.isoformat(),
    }


def reason(*_: Any) -> dict[str, Any]:
    return {"reason": "Не было связи"}


def corrected(*_: Any) -> dict[str, Any]:
    return {"value": "15", "reason": "Не было связи"}


WORD: dict[str, Any] = {"shows": False, "may_refuse": True}
MANAGERS: dict[str, Any] = {"person": 987_654_321}

SAMPLES = {
    "kpi:scorecard": Sample(
        roles=ASSIGN,
        shows=False,
        queries=("?team={team}", "?view=week", "?view=month&day=2026-10-30", "?day=x"),
    ),
    "kpi:scorecard-beside": Sample(roles=ASSIGN, shows=False, queries=("?team={team}", "?view=week")),
    "kpi:scorecard-file": Sample(roles=ASSIGN, shows=False, queries=("?team={team}", "?view=month")),
    "kpi:figure": Sample(of=figure_of),
    "kpi:figure-now": Sample(of=a_figure_now, missing=MANAGERS, shows=False),
    "kpi:figure-days": Sample(of=figure_days, missing=MANAGERS, shows=False),
    "kpi:person": Sample(of=lambda cast, seller: day_of(cast, seller).person, shows=False),
    "kpi:day": Sample(of=day_of, shows=False),
    "kpi:figure-correct": Sample(of=figure_of, post=corrected, **WORD),
    "kpi:figure-object": Sample(of=figure_of, post=reason, **WORD),
    "kpi:day-excuse": Sample(of=day_of, post=reason, **WORD),
    "kpi:day-score": Sample(of=day_of, post=reason, **WORD),
    "kpi:day-object": Sample(of=day_of, post=reason, **WORD),
    "kpi:day-decide": Sample(
        it=lambda cast: closing_of(cast.north, system_down=True),
        roles=ASSIGN,
        shows=False,
        post=lambda *_: {"counts": "yes", "reason": "Так решили"},
    ),
    "kpi:objection": Sample(
        of=objection_of, post=lambda *_: {"decline": "yes", "answer": "Нет"}, may_refuse=True
    ),
    "kpi:objection-withdraw": Sample(of=objection_of, **WORD),
}
