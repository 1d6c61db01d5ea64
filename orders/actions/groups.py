"""Verbs of product groups, for who may "catalogue". What stands in a group is never lost with it.

The tree is locked as a whole: it has hundreds of rows, and two moves at one moment could close a circle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.history.operations import Operation, operation
from core.text import normal
from orders.models import PlanCell, Product
from orders.tree import Tree
from people import access
from people.models import User
from pipeline.models import Deal, ProductGroup

GROUP_FIELDS = frozenset({"name", "parent", "illiquid_days"})
LONGEST = 3650  # days

Way = Literal["up", "down", "in", "out"]


@dataclass(frozen=True)
class Contents:
    """What stands right in a group. `plans`: the years in whose sales plans it has cells."""

    products: int = 0
    groups: int = 0
    deals: int = 0
    plans: Sequence[int] = ()

    @property
    def need_target(self) -> bool:
        return bool(self.products or self.groups or self.deals)


def contents(group: ProductGroup) -> Contents:
    """What has to go somewhere before the group may go."""
    years = PlanCell.objects.filter(group=group).values_list("plan__year", flat=True)
    return Contents(
        products=Product.objects.filter(group=group).count(),
        groups=ProductGroup.objects.filter(parent=group).count(),
        deals=Deal.objects.filter(product_group=group).count(),
        plans=sorted(set(years)),
    )


def add_group(
    name: str, *, by: User, parent: ProductGroup | None = None, illiquid_days: int | None = None
) -> ProductGroup:
    """A new group, the last one below its parent. ValidationError where there is one of that name."""
    access.require(by, "catalogue")
    with operation(by=by):
        tree = _locked()
        above = _known(tree, parent) if parent else None
        group = ProductGroup(
            name=_free_name(tree, name, above), parent=above, illiquid_days=_days(illiquid_days)
        )
        group.position = _after_last(tree, above)
        group.save()
    return group


def ensure_groups(paths: Mapping[str, Sequence[str]], *, by: User) -> dict[str, ProductGroup]:
    """{key: the group at this path}, for paths as names from the top; what of them is not there yet is made."""
    access.require(by, "catalogue")
    found: dict[str, ProductGroup] = {}
    with operation(by=by):
        for key, names in paths.items():
            tree = _locked()
            group: ProductGroup | None = None
            for name in names:
                below = (
                    tree.children(group.pk if group else None) if group is None or group.pk in tree else []
                )
                same = [one for one in below if normal(one.name) == normal(name)]
                group = same[0] if same else add_group(name, by=by, parent=group)
            if group is None:
                raise ValidationError({"name": _("Enter the name.")})
            found[key] = group
    return found


def update_group(group: ProductGroup, *, by: User, **fields: Any) -> ProductGroup:
    """Other values for `GROUP_FIELDS`; what is not named stays. Below another parent it stands last.

    `StaleRecord` if somebody saved it meanwhile; ValidationError by field.
    """
    access.require(by, "catalogue")
    if unknown := fields.keys() - GROUP_FIELDS:
        raise TypeError(f"not fields of a group: {', '.join(sorted(unknown))}")
    with operation(by=by):
        tree = _locked()
        above = fields["parent"] if "parent" in fields else _above(tree, group)
        if "parent" in fields:
            above = _known(tree, above) if above else None
            _require_outside(tree, group, above)
            group.parent, group.position = above, _after_last(tree, above)
        if fields.keys() & {"name", "parent"}:
            group.name = _free_name(tree, fields.get("name", group.name), above, but=group)
        if "illiquid_days" in fields:
            group.illiquid_days = _days(fields["illiquid_days"])
        group.save()
    return group


def place_group(group: ProductGroup, parent: ProductGroup | None, place: int, *, by: User) -> None:
    """Puts the group below `parent` (None: at the top), at this place among those there, from 0; with all below it.

    ValidationError where that is below itself, or where one of its name stands there already.
    """
    access.require(by, "catalogue")
    with operation(by=by):
        tree = _locked()
        _put(tree, _known(tree, group), _known(tree, parent) if parent else None, place)


def move_group(group: ProductGroup, way: Way, *, by: User) -> None:
    """One step: up or down among its siblings, in below the one before it, out beside its parent. Where there is no
    such step, nothing happens."""
    access.require(by, "catalogue")
    with operation(by=by):
        tree = _locked()
        group = _known(tree, group)
        above = _above(tree, group)
        siblings = [one.pk for one in tree.children(above.pk if above else None)]
        here = siblings.index(group.pk)
        if way in ("up", "down"):
            there = here + (-1 if way == "up" else 1)
            if 0 <= there < len(siblings):
                _put(tree, group, above, there)
        elif way == "in" and here:
            _put(tree, group, tree[siblings[here - 1]], len(tree.children(siblings[here - 1])))
        elif way == "out" and above:
            beyond = tree.parent(above.pk)
            around = [one.pk for one in tree.children(beyond.pk if beyond else None)]
            _put(tree, group, beyond, around.index(above.pk) + 1)


def delete_group(group: ProductGroup, target: ProductGroup | None, *, by: User) -> Operation:
    """Takes the group away; its products, the groups below it and its deals go to `target` in the same operation.

    `target` may be None where the group is empty. ValidationError without one, for one inside the group itself, and for
    a group that sales plans speak of: what a plan says of it cannot be said of another group.
    """
    access.require(by, "catalogue")
    note = _("Product group “%(group)s” deleted") % {"group": group.name}
    with operation(by=by, kind=Operation.Kind.BULK, note=note) as op:
        tree = _locked()
        group = _known(tree, group)
        found = contents(group)
        if found.plans:
            years = ", ".join(map(str, found.plans))
            raise ValidationError(
                _("Sales plans speak of this group (%(years)s): take it out of them first.")
                % {"years": years}
            )
        if found.need_target:
            _empty(tree, group, target)
        group.soft_delete()
    return op


def _empty(tree: Tree, group: ProductGroup, target: ProductGroup | None) -> None:
    if target is None:
        raise ValidationError({"target": _("Something stands in this group: choose where it goes.")})
    target = _known(tree, target)
    if target.pk in tree.within(group.pk):
        raise ValidationError({"target": _("Choose a group outside of the one that is deleted.")})
    moved = tree.children(group.pk)
    for child in moved:
        _free_name(tree, child.name, target, but=child)
    place = _after_last(tree, target)
    for position, child in enumerate(moved, place):
        child.parent, child.position = target, position
    ProductGroup.objects.bulk_update(moved, ["parent", "position"])
    Product.objects.filter(group=group).update(group=target)
    Deal.objects.filter(product_group=group).update(product_group=target)


# --- Rules ----------------------------------------------------------------------------------------------------------


def _locked() -> Tree:
    """The tree as it stands; until the operation ends nobody else changes it."""
    return Tree(ProductGroup.objects.select_for_update().order_by("pk"))


def _known(tree: Tree, group: ProductGroup) -> ProductGroup:
    """The group as the tree holds it."""
    if group.pk not in tree:
        raise ValidationError(_("The groups have changed meanwhile: look at them and try again."))
    return tree[group.pk]


def _above(tree: Tree, group: ProductGroup) -> ProductGroup | None:
    return tree.parent(group.pk) if group.pk in tree else None


def _after_last(tree: Tree, parent: ProductGroup | None) -> int:
    return max((one.position for one in tree.children(parent.pk if parent else None)), default=0) + 1


def _require_outside(tree: Tree, group: ProductGroup, parent: ProductGroup | None) -> None:
    if parent is not None and parent.pk in tree.within(group.pk):
        raise ValidationError({"parent": _("A group cannot stand below itself.")})


def _put(tree: Tree, group: ProductGroup, parent: ProductGroup | None, place: int) -> None:
    _require_outside(tree, group, parent)
    _free_name(tree, group.name, parent, but=group)
    others = [one for one in tree.children(parent.pk if parent else None) if one.pk != group.pk]
    place = max(0, min(place, len(others)))
    changed = []
    for position, one in enumerate([*others[:place], group, *others[place:]], 1):
        if one.position != position or (one is group and one.parent_id != (parent.pk if parent else None)):
            one.position = position
            changed.append(one)
    group.parent = parent
    if changed:
        ProductGroup.objects.bulk_update(changed, ["parent", "position"])


def _free_name(tree: Tree, name: str, parent: ProductGroup | None, but: ProductGroup | None = None) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise ValidationError({"name": _("Enter the name.")})
    if len(name) > 100:
        raise ValidationError({"name": _("Too long: at most %(max)s characters.") % {"max": 100}})
    siblings = tree.children(parent.pk if parent else None)
    if any(normal(one.name) == normal(name) for one in siblings if but is None or one.pk != but.pk):
        where = (
            _("“%(parent)s” has a group “%(name)s” already.")
            if parent
            else _("There is a group “%(name)s” already.")
        )
        raise ValidationError({"name": where % {"parent": parent, "name": name}})
    return name


def _days(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= LONGEST:
        raise ValidationError({"illiquid_days": _("From 1 to %(max)s days.") % {"max": LONGEST}})
    return days
