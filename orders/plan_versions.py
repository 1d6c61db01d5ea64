"""The versions of a plan: every operation that changed its cells, and what it changed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count

from core import show
from core.history.changes import with_predecessors
from core.history.operations import Operation
from orders.models import PlanCell, SalesPlan
from orders.plan_grid import words
from orders.tree import Tree
from people.access import owners_visible_to
from people.models import User
from pipeline.models import ProductGroup

# The latest changes a page lists, and the cells of one that it shows.
MOST = 200
MOST_CELLS = 500


@dataclass(frozen=True)
class Version:
    """One change of the plan. `is_original`: the plan was adopted as it left it."""

    pk: int
    at: dt.datetime
    by: str
    note: str
    cells: int
    is_original: bool


@dataclass(frozen=True)
class Change:
    """One cell in one measure: from what to what."""

    month: str
    group: str
    seller: str
    measure: str
    before: Decimal | None
    after: Decimal | None

    @property
    def before_text(self) -> str:
        return words(self.before, self.measure) or show.DASH

    @property
    def after_text(self) -> str:
        return words(self.after, self.measure) or show.DASH

    @property
    def delta(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


def versions_of(plan: SalesPlan, user: User) -> list[Version]:
    """The latest changes of the cells the user sees, newest first."""
    counted = _visible(plan, user).order_by().values("operation").annotate(cells=Count("pk"))
    cells = {row["operation"]: row["cells"] for row in counted.order_by("-operation")[:MOST]}
    operations = Operation.objects.select_related("by").filter(pk__in=cells).order_by("-pk")
    found, seen_original = [], False
    for one in operations:
        is_original = plan.adopted_at is not None and one.at <= plan.adopted_at and not seen_original
        seen_original = seen_original or is_original
        by = one.by.name if one.by else ""
        found.append(Version(one.pk, one.at, by, one.words, cells[one.pk], is_original))
    return found


def changes_of(plan: SalesPlan, operation: Operation, user: User) -> list[Change]:
    """What the operation changed of the cells the user sees, in the order of months and groups."""
    tree = Tree.read()
    versions = list(_visible(plan, user).filter(operation=operation).order_by("month", "pk"))
    pairs: list[tuple[Any, Any]] = with_predecessors(PlanCell, versions)
    names = _names([version for version, _before in pairs], tree)
    found = []
    for after, before in sorted(pairs, key=lambda pair: (pair[0].month, _place(pair[0], tree))):
        for measure in ("amount", "quantity"):
            was = getattr(before, measure) if before else None
            now = None if after.deleted_at else getattr(after, measure)
            if was != now:
                group, seller = (
                    names["group"].get(after.group_id, ""),
                    names["manager"].get(after.manager_id, ""),
                )
                found.append(Change(show.month(after.month), group, seller, measure, was, now))
    return found


def _visible(plan: SalesPlan, user: User) -> Any:
    owners = owners_visible_to(user)
    versions: Any = PlanCell.versions.filter(plan=plan)
    return versions if owners is None else versions.filter(manager__in=owners)


def _place(version: Any, tree: Tree) -> tuple[int, int]:
    place = (
        tree.place(version.group_id)
        if version.group_id in tree
        else -1
        if version.group_id is None
        else len(tree)
    )
    return place, version.manager_id or 0


def _names(versions: list[Any], tree: Tree) -> dict[str, Mapping[int | None, str]]:
    """Paths of groups and names of sellers, deleted ones too."""
    groups = {version.group_id for version in versions} - {None}
    people = {version.manager_id for version in versions} - {None}
    gone = dict(
        ProductGroup.all_objects.filter(pk__in=[pk for pk in groups if pk not in tree]).values_list(
            "pk", "name"
        )
    )
    return {
        "group": {pk: tree.path(pk) or gone.get(pk, "") for pk in groups},
        "manager": dict(User.all_objects.filter(pk__in=people).values_list("pk", "name")),
    }
