"""Choices of the catalogue in forms and filters: product groups by their path, depth first."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue

from orders.tree import Tree
from people.models import User
from pipeline.models import ProductGroup


class _Paths(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        tree = Tree.read()
        for group in tree.order:
            yield ModelChoiceIteratorValue(group.pk, group), tree.path(group.pk)


class GroupField(forms.ModelChoiceField):
    """A product group, called by its path: «Оболочка / Черева»."""

    iterator = _Paths

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ProductGroup.objects.all(), **kwargs)


def group_choices(tree: Tree) -> list[tuple[int, str]]:
    return [(group.pk, tree.path(group.pk)) for group in tree.order]


def people_to_choose(current: User | None = None) -> Any:
    """Who may be responsible for a product: those who sell today, and who is responsible now."""
    people = User.objects.sellers()
    return (people | User.objects.filter(pk=current.pk)).distinct() if current else people
