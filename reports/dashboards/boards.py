"""The dashboards of the director, of a head, of a manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.team_today import Line as Today
from activities.team_today import by_team, lines_of
from core.money import format_money
from kpi.scorecard.asked import Asked as ScorecardAsked
from kpi.scorecard.days import sheet_of_day
from people.models import Role
from reports.catalog.receipts import LATE, OVERDUE
from reports.dashboards.base import BROAD, HALF, Dashboard, Now, Tile, report_url
from reports.drawing import figure
from reports.pictures import Picture, Series
from reports.report import added

# More rows than these are a report.
_SHOWN = 6


# --- What tiles say -------------------------------------------------------------------------------------------------


def plan(now: Now) -> dict[str, Any]:
    """Plan and fact of the month."""
    sheet = now.sheet("plan-fact")
    return {"sheet": sheet, "total": sheet.total, "figure": figure(sheet.picture, BROAD)}


def receipts(now: Now) -> dict[str, Any]:
    """What is still to come this month, what has come, what is overdue; the weeks ahead. The report splits a week that
    crosses months."""
    sheet = now.sheet("receipts")
    lines = {line.key: line.values for line in sheet.lines}
    month = sheet.asked.first.isoformat()[:7]
    return {
        **added([line for line in sheet.lines if line.key.startswith(month)], ["expected", "received"]),
        "overdue": lines.get(OVERDUE, {}).get("expected"),
        "late": lines.get(LATE, {}).get("expected"),
        "figure": figure(sheet.picture, HALF),
    }


def deviations(now: Now) -> dict[str, Any]:
    """Where the month goes otherwise than planned: the groups that are furthest behind, and ahead, to date."""
    sheet = now.sheet("plan-fact")
    planned = [line for line in sheet.lines if line.values.get("to_date") is not None]
    parents = {line.parent for line in planned}  # of a tree the lowest groups that have a plan
    lines = [line for line in planned if line.key not in parents and line.values["to_date"]]
    lines.sort(key=lambda line: line.values["to_date"])
    behind = [line for line in lines if line.values["to_date"] < 0][:_SHOWN]
    ahead = [line for line in reversed(lines) if line.values["to_date"] > 0][: max(_SHOWN - len(behind), 2)]
    return {"behind": behind, "ahead": ahead}


def changes(now: Now) -> dict[str, Any]:
    """Won, lost and put off since yesterday evening; the deals that decide the month."""
    report: Any = now.sheet("plan-fact").report
    beside = report.beside()
    return {"beside": beside, "deciding": beside.deciding[:_SHOWN]}


def funnel(now: Now) -> dict[str, Any]:
    """Open deals by stage, as they stand."""
    sheet = now.sheet("stuck", rows="stage")
    picture = Picture(
        "bars",
        _("Open deals by stage"),
        [line.label for line in sheet.lines],
        [
            Series(
                _("Deals"),
                [line.values["deals"] for line in sheet.lines],
                notes=[format_money(_roubles(line.values["amount"])) for line in sheet.lines],
            )
        ],
    )
    return {"total": sheet.total, "figure": figure(picture, HALF) if sheet.lines else ""}


def stuck(now: Now) -> dict[str, Any]:
    """Money in deals that are stuck, and whose they are."""
    sheet = now.sheet("stuck")
    lines = [line for line in sheet.lines if line.values["stuck"] or line.values["forgotten"]]
    return {"sheet": sheet, "total": sheet.total, "lines": lines[:_SHOWN]}


def teams(now: Now) -> dict[str, Any]:
    """Today, team by team."""
    return _today(by_team(lines_of(now.user, now.moment)))


def team(now: Now) -> dict[str, Any]:
    """Today, person by person."""
    return _today(lines_of(now.user, now.moment))


def _today(lines: Sequence[Today]) -> dict[str, Any]:
    return {"lines": lines, "total": Today.total(_("Total"), lines)}


def norms(now: Now) -> dict[str, Any]:
    """The indicators of the running day beside their norms, all people together: the scorecard's line of totals."""
    asked = ScorecardAsked.of(now.user, {}, now.moment)
    sheet = sheet_of_day(asked.teams, asked.day, now.moment)
    return {
        "asked": asked,
        "totals": sheet.whole.totals,
        "points": sheet.whole.points,
        "people": len(sheet.people),
    }


def month(now: Now) -> dict[str, Any]:
    """The reader's month: sold, deals made, won, lost."""
    made = now.sheet("funnel", period="this-month")
    lost = now.sheet("loss-reasons", period="this-month")
    return {
        "sold": now.sheet("plan-fact").total.get("fact"),
        "made": made.total.get("reached"),
        "won_share": made.total.get("from_first"),
        "lost": lost.total.get("deals"),
        "lost_amount": lost.total.get("amount"),
    }


def _roubles(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(Decimal(1))


# --- The dashboards -------------------------------------------------------------------------------------------------


def _scorecard() -> str:
    return reverse("kpi:scorecard")


def _team() -> str:
    return reverse("activities:team")


_PLAN = Tile(
    "plan", gettext_lazy("Plan and fact of the month"), "plan", plan, report_url("plan-fact"), "broad"
)
_CHANGES = Tile(
    "changes", gettext_lazy("Since yesterday evening"), "changes", changes, report_url("plan-fact"), "third"
)
_FUNNEL = Tile(
    "funnel", gettext_lazy("Funnel now"), "funnel", funnel, report_url("stuck", "?rows=stage"), "half"
)
_RECEIPTS = Tile(
    "receipts", gettext_lazy("Receipts of the month"), "receipts", receipts, report_url("receipts"), "half"
)
_STUCK = Tile("stuck", gettext_lazy("Stuck money"), "stuck", stuck, report_url("stuck"), "half")

DIRECTOR = Dashboard(
    "director",
    gettext_lazy("Overview"),
    frozenset({Role.DIRECTOR, Role.ADMIN}),
    (
        _PLAN,
        _CHANGES,
        _RECEIPTS,
        _FUNNEL,
        Tile(
            "deviations",
            gettext_lazy("Deviations to date"),
            "deviations",
            deviations,
            report_url("plan-fact"),
            "half",
        ),
        Tile("teams", gettext_lazy("Teams today"), "today", teams, _team, "half", on_wall=False),
    ),
)
HEAD = Dashboard(
    "team",
    gettext_lazy("The department now"),
    frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),
    (
        Tile("team", gettext_lazy("The team now"), "today", team, _team, "broad"),
        Tile("norms", gettext_lazy("Activity against norms"), "norms", norms, _scorecard, "third"),
        _STUCK,
        _FUNNEL,
        replace(_PLAN, on_wall=False),
        _CHANGES,
    ),
)
MANAGER = Dashboard(
    "own",
    gettext_lazy("My month"),
    frozenset({Role.MANAGER}),
    (
        Tile("plan", gettext_lazy("My plan"), "plan", plan, report_url("plan-fact"), "broad"),
        Tile(
            "month",
            gettext_lazy("My month"),
            "month",
            month,
            report_url("funnel", "?period=this-month"),
            "third",
        ),
        Tile(
            "funnel", gettext_lazy("My funnel"), "funnel", funnel, report_url("stuck", "?rows=stage"), "half"
        ),
        _STUCK,
    ),
)
