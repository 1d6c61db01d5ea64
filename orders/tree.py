"""The tree of product groups, read at once and asked in memory: a company has hundreds of groups, not millions."""

from collections.abc import Iterable, Sequence
from typing import Self

from pipeline.models import ProductGroup

SEPARATOR = " / "


class Tree:
    """All groups that are not deleted. An id it does not know is a KeyError, but for `path` and `within`.

    What cannot be hung up stands at the top: a group whose parent is deleted, the first one of a circle. So every group
    is in `order` exactly once, whatever the table says.
    """

    def __init__(self, groups: Iterable[ProductGroup]) -> None:
        self._groups = {group.pk: group for group in sorted(groups, key=_place)}
        self._below: dict[int | None, list[ProductGroup]] = {}
        for group in self._groups.values():
            parent = group.parent_id if group.parent_id in self._groups else None
            self._below.setdefault(parent, []).append(group)
        self._above: dict[int, int | None] = {}
        self._depth: dict[int, int] = {}
        self._end: dict[int, int] = {}
        self._order: list[ProductGroup] = []
        roots = self._below.setdefault(None, [])
        for root in roots:
            self._walk(root)
        for group in self._groups.values():  # nothing but circles is left
            if group.pk not in self._depth:
                roots.append(group)
                self._walk(group)
        self._place = {group.pk: place for place, group in enumerate(self._order)}

    @classmethod
    def read(cls) -> Self:
        """The tree as it stands, by one query."""
        return cls(ProductGroup.objects.all())

    def _walk(self, root: ProductGroup) -> None:
        """Puts the group and all below it into the order; without recursion, so that depth has no limit."""
        todo: list[tuple[ProductGroup, int | None, bool]] = [(root, None, False)]
        while todo:
            group, parent, is_done = todo.pop()
            if is_done:
                self._end[group.pk] = len(self._order)
            elif group.pk not in self._depth:
                self._above[group.pk] = parent
                self._depth[group.pk] = 0 if parent is None else self._depth[parent] + 1
                self._order.append(group)
                todo.append((group, parent, True))
                todo += [(one, group.pk, False) for one in reversed(self._below.get(group.pk, []))]

    def __contains__(self, group_id: object) -> bool:
        return group_id in self._groups

    def __getitem__(self, group_id: int) -> ProductGroup:
        return self._groups[group_id]

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def order(self) -> Sequence[ProductGroup]:
        """Every group, depth first; those of one parent by position, then name."""
        return self._order

    @property
    def roots(self) -> Sequence[ProductGroup]:
        """Those that stand at the top."""
        return self._below[None]

    def children(self, group_id: int | None) -> Sequence[ProductGroup]:
        """Those right below the group (None: the roots)."""
        return [
            one
            for one in self._below.get(group_id, [])
            if self._above[one.pk] == group_id  # the link that closed a circle is none
        ]

    def parent(self, group_id: int) -> ProductGroup | None:
        """The group above; None at the top."""
        above = self._above[group_id]
        return None if above is None else self._groups[above]

    def chain(self, group_id: int) -> list[ProductGroup]:
        """From the root down to the group itself."""
        found: list[ProductGroup] = []
        here: int | None = group_id
        while here is not None:
            found.append(self._groups[here])
            here = self._above[here]
        return found[::-1]

    def path(self, group_id: int | None) -> str:
        """«Оболочка / Черева»; "" for a group that is not there."""
        if group_id not in self._groups:
            return ""
        return SEPARATOR.join(group.name for group in self.chain(group_id))

    def depth(self, group_id: int) -> int:
        """0 at the top."""
        return self._depth[group_id]

    def place(self, group_id: int) -> int:
        """Its place in `order`, from 0: what rows of groups are sorted by."""
        return self._place[group_id]

    def within(self, group_id: int) -> set[int]:
        """Ids of the group and of all below it; nothing for a group that is not there."""
        if group_id not in self._groups:
            return set()
        return {group.pk for group in self._order[self._place[group_id] : self._end[group_id]]}


def _place(group: ProductGroup) -> tuple[int, str, int]:
    return group.position, group.name.casefold(), group.pk
