"""Filters of the list of products."""

from typing import Any

import django_filters
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from core.tables import TickFilter
from orders.choices import group_choices
from orders.models import Product, Supplier
from orders.queries import ProductQuerySet
from orders.tree import Tree
from people.models import User


def _choices() -> dict[str, list[tuple[int, str]]]:
    """Suppliers, and the people who are responsible for a product, in one query."""
    found: dict[str, list[tuple[int, str]]] = {"supplier": [], "manager": []}
    responsible = Product.objects.filter(manager__isnull=False).order_by()
    people = User.objects.filter(pk__in=responsible.values("manager"))
    columns = ("of", "name", "pk")
    suppliers, managers = (
        rows.annotate(of=Value(of)).order_by().values_list(*columns)
        for of, rows in (("supplier", Supplier.objects.all()), ("manager", people))
    )
    for of, name, pk in suppliers.union(managers, all=True).order_by(*columns):
        found[of].append((pk, name))
    return found


class ProductFilter(django_filters.FilterSet):
    """By default what is in use; `retired` asks for the others."""

    group = django_filters.ChoiceFilter(label=_("Product group"), method="by_group")
    supplier = django_filters.ChoiceFilter(label=_("Supplier"))
    manager = django_filters.ChoiceFilter(label=_("Responsible"))
    support = django_filters.ChoiceFilter(label=_("Support level"), choices=Product.Support.choices)
    retired = TickFilter(label=_("Retired ones"), method="by_retired")

    class Meta:
        model = Product
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree = Tree.read()
        choices = {"group": group_choices(self.tree), **_choices()}
        for name, some in choices.items():
            self.filters[name].extra["choices"] = some

    def filter_queryset(self, queryset: ProductQuerySet) -> ProductQuerySet:
        rows: ProductQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("retired") else rows.in_use()

    def by_group(self, rows: ProductQuerySet, name: str, value: str) -> ProductQuerySet:
        return rows.filter(group__in=self.tree.within(int(value)))

    def by_retired(self, rows: ProductQuerySet, name: str, value: Any) -> ProductQuerySet:
        return rows.filter(retired_at__isnull=False)
