"""Norms in words: «по пятницам не меньше 8», what it is worth, whom it is for."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core import show
from core.money import format_money
from kpi import indicators
from kpi.models import Norm, Rule
from kpi.norms import words_of

WEEKDAYS: list[tuple[int, str | Promise]] = [
    (0, pgettext_lazy("norm", "on Mondays")),
    (1, pgettext_lazy("norm", "on Tuesdays")),
    (2, pgettext_lazy("norm", "on Wednesdays")),
    (3, pgettext_lazy("norm", "on Thursdays")),
    (4, pgettext_lazy("norm", "on Fridays")),
    (5, pgettext_lazy("norm", "on Saturdays")),
    (6, pgettext_lazy("norm", "on Sundays")),
]


def norm_in_words(row: Any, unit: str = Rule.Unit.COUNT) -> str:
    """«по пятницам не меньше 8», «не меньше 40 в неделю», «не больше 50 %»; `unit` is the indicator's."""
    limits = words_of(row) if unit not in (Rule.Unit.MONEY, Rule.Unit.PERCENT) else _with_unit(row, unit)
    if row.period == Norm.Period.WEEK:
        return _("%(norm)s a week") % {"norm": limits}
    if row.period == Norm.Period.MONTH:
        return _("%(norm)s a month") % {"norm": limits}
    if row.weekday is not None:
        return f"{dict(WEEKDAYS)[row.weekday]} {limits}"
    return limits


def _with_unit(row: Any, unit: str) -> str:
    def said(limit: Any) -> str:
        return format_money(limit) if unit == Rule.Unit.MONEY else f"{show.number(limit)}{show.NBSP}%"

    if row.direction == Norm.Direction.AT_LEAST:
        return _("at least %(low)s") % {"low": said(row.low)}
    if row.direction == Norm.Direction.AT_MOST:
        return _("at most %(high)s") % {"high": said(row.high)}
    low = show.number(row.low)
    return _("from %(low)s to %(high)s") % {"low": low, "high": said(row.high)}


def points_in_words(row: Any) -> str:
    """«+1 / 0 / −2»: met, within tolerance, missed; without a tolerance only the two."""
    worth = [row.points_met, row.points_within, row.points_missed]
    if not row.tolerance:
        del worth[1]
    return f"{show.NBSP}/ ".join(show.number(points, signed=True) for points in worth)


def scope_in_words(row: Any) -> str:
    """«Компания», the team's name, the person's."""
    return str(row.user or row.team or _("Company"))


def unit_in_words(indicator: Any) -> str:
    """«шт.», «₽», «%»; of a quantity the unit of its kind."""
    unit = indicators.unit_of(indicator)
    if unit == Rule.Unit.QUANTITY:
        return str(indicator.activity_kind.unit if indicator.activity_kind else Rule.Unit.QUANTITY.label)
    return {"money": "₽", "percent": "%", "count": _("pcs")}.get(str(unit), "")
