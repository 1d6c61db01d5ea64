"""The tree of product groups, as it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.tree import Tree
from pipeline.models import ProductGroup
from tests.factories import by_system
from tests.orders.factories_catalogue import make_group


def group(pk: int, parent: int | None = None, position: int = 0, name: str = "") -> ProductGroup:
    return ProductGroup(pk=pk, parent_id=parent, position=position, name=name or f"Группа {pk}")


@pytest.fixture
def casings() -> Tree:
    """Casings (1) with natural ones (2, below them sheep's 3) and artificial ones (4); spices (5)."""
    return Tree(
        [
            group(3, 2, name="Бараньи"),
            group(5, position=2, name="Специи"),
            group(4, 1, 2, name="Искусственная"),
            group(1, position=1, name="Оболочка"),
            group(2, 1, 1, name="Черева"),
        ]
    )


def test_groups_stand_depth_first_by_position(casings):
    assert [one.pk for one in casings.order] == [1, 2, 3, 4, 5]
    assert [one.pk for one in casings.roots] == [1, 5]
    assert [one.pk for one in casings.children(1)] == [2, 4]
    assert [casings.depth(one.pk) for one in casings.order] == [0, 1, 2, 1, 0]


def test_siblings_of_one_position_stand_by_name():
    tree = Tree([group(1, name="яблоки"), group(2, name="Груши"), group(3, name="вишни")])
    assert [one.pk for one in tree.order] == [3, 2, 1]


def test_the_path_names_all_groups_above(casings):
    assert casings.path(3) == "Оболочка / Черева / Бараньи"
    assert [one.pk for one in casings.chain(3)] == [1, 2, 3]
    assert casings.path(None) == casings.path(99) == ""


def test_a_group_holds_itself_and_all_below(casings):
    assert casings.within(1) == {1, 2, 3, 4}
    assert casings.within(4) == {4}
    assert casings.within(99) == set()


def test_a_group_whose_parent_is_gone_stands_at_the_top():
    tree = Tree([group(2, parent=1), group(3, parent=2)])
    assert [one.pk for one in tree.roots] == [2]
    assert tree.parent(2) is None
    assert tree.within(2) == {2, 3}


@given(st.lists(st.integers(1, 9), max_size=9))
def test_whatever_the_table_says_every_group_stands_once_and_below_its_parent_or_at_the_top(parents):
    """Circles, groups that are their own parent, parents that are not there."""
    tree = Tree([group(pk, parent) for pk, parent in enumerate(parents, 1)])
    assert sorted(one.pk for one in tree.order) == list(range(1, len(parents) + 1))
    assert sorted(pk for root in tree.roots for pk in tree.within(root.pk)) == sorted(
        one.pk for one in tree.order
    )
    for one in tree.order:
        above = tree.parent(one.pk)
        assert above is None or above.pk == one.parent_id
        assert one in tree.children(above.pk if above else None)
        assert len(tree.chain(one.pk)) == tree.depth(one.pk) + 1


def test_the_tree_is_read_by_one_query_without_deleted_groups(db, django_assert_num_queries):
    parent = make_group("Оболочка")
    child, deleted = make_group("Черева", parent), make_group("Прочее")
    with by_system():
        deleted.soft_delete()
    with django_assert_num_queries(1):
        tree = Tree.read()
        assert tree.path(child.pk) == "Оболочка / Черева"
    assert deleted.pk not in tree
