"""What a change of a stage would touch, in sentences, before it is saved."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import periods
from core.money import format_money
from pipeline.marks import norm_limit
from pipeline.models import Deal, Stage


def touches(stage: Stage, changes: Mapping[str, Any]) -> list[str]:
    """Sentences about the stage as it stands in the database and the new values; empty where nothing changes."""
    said = [
        sentence
        for name, value in changes.items()
        if name in _SENTENCES and value != getattr(stage, name)
        for sentence in [_SENTENCES[name](stage, value)]
        if sentence
    ]
    return [_standing(stage), *said] if changes else []


def stuck_with(stage: Stage, norm_days: int | None) -> int:
    """How many of the stage's open deals would be stuck with this norm."""
    if norm_days is None:
        return 0
    limit = norm_limit(norm_days, periods.now())
    return int(Deal.objects.open().filter(stage=stage, stage_since__lt=limit).count())


def _standing(stage: Stage) -> str:
    count = Deal.objects.filter(stage=stage).count()
    if not count:
        return _("No deal stands in this stage.")
    sentence = ngettext("%(count)s deal stands in this stage.", "%(count)s deals stand in this stage.", count)
    return sentence % {"count": count}


def _name(stage: Stage, value: str) -> str:
    return _("The board and reports will say “%(new)s”; moves of the past keep “%(old)s”.") % {
        "new": value,
        "old": stage.name,
    }


def _norm(stage: Stage, value: int | None) -> str:
    more = stuck_with(stage, value) - stuck_with(stage, stage.norm_days)
    head = _("Norm %(old)s → %(new)s") % {"old": stage.norm_days or "—", "new": value or "—"}
    if more > 0:
        tail = ngettext("%(count)s more deal becomes stuck", "%(count)s more deals become stuck", more)
    elif more < 0:
        tail = ngettext("%(count)s deal is stuck no more", "%(count)s deals are stuck no more", -more)
    else:
        return f"{head}: {_('as many deals are stuck as before')}."
    return f"{head}: {tail % {'count': abs(more)}}."


def _probability(stage: Stage, value: int | None) -> str:
    total = Deal.objects.filter(stage=stage).aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if not total:
        return ""
    return _("The weighted sum of its deals goes from %(old)s to %(new)s.") % {
        "old": format_money(total * stage.probability / 100),
        "new": format_money(total * (value or 0) / 100),
    }


def _control_points(stage: Stage, value: list[str]) -> str:
    if set(value) - set(stage.control_points):
        return _(
            "The new control points are asked for at the next moves; deals that stand here already stay."
        )
    return ""


_SENTENCES: dict[str, Callable[[Stage, Any], str]] = {
    "name": _name,
    "norm_days": _norm,
    "probability": _probability,
    "control_points": _control_points,
}
