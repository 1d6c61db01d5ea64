"""Where what a day lacks is put right: of each unmet norm the one tap that leads there."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity, ActivityKind
from kpi.indicators import unit_of
from kpi.measuring import Judged
from kpi.models import Indicator
from kpi.scorecard.sheet import in_words
from pipeline.models import Deal


@dataclass(frozen=True)
class Remedy:
    """`in_dialog`: the page opens above the one the reader is on."""

    label: str
    url: str
    in_dialog: bool = False


def remedy_of(figure: Judged) -> Remedy | None:
    """What leads to more where there is too little, to less where there is too much; None where nothing helps: lost
    deals and tasks put off stay so, a ratio follows from its parts."""
    row, norm = figure.indicator, figure.expected
    exact = figure.measured.exact()
    if norm is None or exact is None or row.kind == Indicator.Kind.RATIO:
        return None
    if norm.low is not None and exact < norm.low:
        lacks = norm.low - (figure.measured.value or 0)
        return _more(row, _("%(count)s more") % {"count": in_words(lacks, unit_of(row))})
    if norm.high is not None and exact > norm.high:
        return _less(row, figure.measured.ids)
    return None


def _more(row: Any, label: str) -> Remedy | None:
    if row.kind != Indicator.Kind.BUILT_IN:
        return Remedy(label, _log(kind=row.activity_kind_id or row.group), in_dialog=True)
    match row.code:
        case "conversations_held":
            return Remedy(label, _log(), in_dialog=True)
        case "meetings_held":
            return Remedy(label, _log(kind=ActivityKind.Group.MEETING), in_dialog=True)
        case "companies_added":
            return Remedy(label, reverse("leads:new"))
        case "deals_in_work":
            return Remedy(label, reverse("pipeline:new"))
        case "deals_won":
            return Remedy(label, _deals(state="open"))
        case "sum_won":  # beside two long numbers a third one says nothing
            return Remedy(_("to the deals"), _deals(state="open"))
    return None


def _less(row: Any, ids: tuple[int, ...]) -> Remedy | None:
    match row.code:
        case "deals_without_task":
            return _plan(ids)
        case "overdue_tasks":
            return _do(ids)
        case "deals_in_work":
            return Remedy(_("look through"), _deals(state="open"))
    return None


def _plan(ids: tuple[int, ...]) -> Remedy:
    label = _("plan")
    deal = Deal.objects.filter(pk=ids[0]).first() if len(ids) == 1 else None
    if deal is None:
        return Remedy(label, _deals(step="nothing"))
    query = urlencode({"client": deal.client_id, "deal": deal.pk})
    return Remedy(label, f"{reverse('activities:task-new')}?{query}", in_dialog=True)


def _do(ids: tuple[int, ...]) -> Remedy:
    label = _("do")
    task = Activity.objects.planned().filter(pk=ids[0]).first() if len(ids) == 1 else None
    if task is None:
        return Remedy(label, f"{reverse('activities:tasks')}?when=overdue")
    asked = {"client": task.client_id, "deal": task.deal_id or "", "task": task.pk}
    return Remedy(label, _log(**asked), in_dialog=True)


def _log(**asked: Any) -> str:
    return reverse("activities:log") + _query(asked)


def _deals(**asked: Any) -> str:
    return reverse("pipeline:deals") + _query(asked)


def _query(asked: dict[str, Any]) -> str:
    said = {key: value for key, value in asked.items() if value}
    return f"?{urlencode(said)}" if said else ""


def why_url(person_id: int, figure: Judged, day: dt.date) -> str:
    """Where the records that count by now are shown."""
    return reverse("kpi:figure-now", args=[person_id, figure.indicator.record_id, day.isoformat()])
