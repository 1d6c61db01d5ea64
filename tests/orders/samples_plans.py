"""Samples of the addresses of sales plans."""

from typing import Any

from core.history.operations import Operation
from orders.actions.plans import create_plan, set_cells
from orders.models import SalesPlan
from orders.plans import Where, months_of
from people.models import Role
from tests.cast import Cast
from tests.samples import NO_SUCH, Sample

PLANNERS = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})
WHOLE = PLANNERS - {Role.HEAD}
YEAR = 2027
NO_YEAR = {"year": 1987}


def plan_with_cells(cast: Cast) -> SalesPlan:
    """A plan in which each seller has a cell with their token among the notes."""
    known = SalesPlan.objects.filter(year=YEAR).first()
    if known:
        return known
    plan = create_plan(YEAR, by=None)
    for seller in cast.sellers:
        places = {Where(month, None, seller.user.pk): 100 for month in months_of(YEAR)}
        set_cells(plan, places, by=None, note=seller.token)  # type: ignore[arg-type]
    return plan


def year_of(cast: Cast) -> dict[str, Any]:
    return {"year": plan_with_cells(cast).year}


def version_of(cast: Cast) -> dict[str, Any]:
    """The change that the head of the north sees: Anna's."""
    year = year_of(cast)
    return {**year, "pk": Operation.objects.get(note=cast.anna.token).pk}


def _page(**options: Any) -> Sample:
    return Sample(**{"it": year_of, "missing": NO_YEAR, "roles": PLANNERS, "shows": False, **options})


def a_cell(cast: Cast, _member: Any, seller: Any) -> dict[str, Any]:
    return {f"c-{YEAR}-01-0-{seller.user.pk}": "5"}


SAMPLES = {
    "orders:plans": Sample(roles=PLANNERS, shows=False),
    "orders:plan-new": Sample(roles=WHOLE, shows=False, post=lambda *_: {"year": "2028"}),
    "orders:plan": _page(post=a_cell, queries=("?seller={user}", "?rows=sellers", "?measure=quantity")),
    "orders:plan-sheet": _page(queries=("?seller={user}", "?rows=sellers", "?against=original")),
    "orders:plan-file": _page(),
    "orders:plan-copy": _page(post=lambda *_: {"source": "sales-2026", "growth": "5"}),
    "orders:plan-adopt": _page(roles=WHOLE),
    "orders:plan-tolerance": _page(roles=WHOLE, post=lambda *_: {"tolerance": "5"}),
    "orders:plan-versions": _page(),
    "orders:plan-version": _page(it=version_of, missing={"pk": NO_SUCH}),
}
