"""The list of products."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables import Action, Column, Empty, Flag, List
from orders.filters_catalogue import ProductFilter
from orders.models import Product
from orders.pricing import margin_of
from orders.queries import ProductQuerySet
from orders.stock import with_stock
from orders.tree import Tree
from people import access
from people.pages import ForAbility


class ProductList(ForAbility, List):
    """The catalogue. What goods cost, and so the margin, is for who sees costs: on the page and in files alike."""

    ability = "sell"
    name, title = "products", _("Products")
    filterset = ProductFilter
    search_hint = _("Name, article")
    default_sort = "name"
    primary = "name"
    empty = Empty(
        _("There are no products yet"),
        _("Add the first one, or bring the price list from Excel."),
        Action(_("Add a product"), reverse_lazy("orders:new_product")),  # type: ignore[arg-type]
        Action(_("Load from Excel"), reverse_lazy("imports:new", args=["catalogue"])),  # type: ignore[arg-type]
    )

    @cached_property
    def tree(self) -> Tree:
        """The one the filters have read."""
        tree: Tree = self.selection.filters.tree  # type: ignore[union-attr]
        return tree

    def rows(self, request: HttpRequest) -> ProductQuerySet:
        return Product.objects.select_related("supplier", "manager", "group").defer(
            "note", "name_key", "search"
        )

    def find(self, rows: Any, query: str) -> ProductQuerySet:
        found: ProductQuerySet = rows.found_by(query)
        return found

    def columns(self, request: HttpRequest) -> list[Column]:
        columns = [
            Column("name", _("Name"), sort="name"),
            Column("article", _("Article"), sort="article"),
            Column(
                "group",
                _("Product group"),
                value="group.name",
                sort=("group__name", "group_id"),
                on_phone="hide",
            ),
            Column(
                "path",
                _("Product group with those above"),
                value=lambda product: self.tree.path(product.group_id),
                only_export=True,
            ),
            Column("price", _("Price with VAT"), "money", sort="price", on_phone="end"),
            Column("unit", pgettext_lazy("of measure", "Unit"), on_phone="hide"),
            Column("balance", _("In stock"), "quantity", value="stock.balance"),
            Column("reserved", _("Reserved"), "quantity", value="stock.reserved", on_phone="hide"),
            Column("free", pgettext_lazy("stock", "Free"), "quantity", value="stock.free", only_export=True),
            Column("supplier", _("Supplier"), sort="supplier__name", on_phone="hide", wide_only=True),
            Column(
                "manager",
                _("Responsible"),
                "person",
                value="manager.short_name",
                sort="manager__name",
                on_phone="hide",
                wide_only=True,
            ),
            Column(
                "support", _("Support level"), value="get_support_display", sort="support", only_export=True
            ),
            Column("lead_days", _("Lead time, days"), "int", sort="lead_days", only_export=True),
            Column("vat", _("VAT"), value="get_vat_rate_display", only_export=True),
            Column("flags", "", "flags", value=_flags, export=False),
        ]
        if access.may(request.user, "costs"):  # type: ignore[arg-type]
            columns[5:5] = [
                Column("cost", _("Cost without VAT"), "money", sort="cost", on_phone="hide"),
                Column("margin", _("Margin"), "percent", value=margin_of, on_phone="hide"),
            ]
        return columns

    def prepare(self, records: list[Product]) -> None:
        with_stock(records, periods.today(), self.tree)

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        if not access.may(request.user, "catalogue"):  # type: ignore[arg-type]
            return ()
        return (
            Action(_("Product groups"), reverse("orders:groups"), primary=False),
            Action(_("Count the stock"), reverse("orders:stock"), primary=False),
            Action(_("Load from Excel"), reverse("imports:new", args=["catalogue"]), primary=False),
            Action(_("Add a product"), reverse("orders:new_product")),
        )

    def empty_state(self, request: HttpRequest) -> Empty:
        if access.may(request.user, "catalogue"):  # type: ignore[arg-type]
            return self.empty
        return Empty(_("There are no products yet"), _("Your head fills the catalogue."))


def _flags(product: Any) -> list[Flag]:
    flags = []
    if product.retired_at is not None:
        flags.append(Flag(pgettext("product", "retired"), "plain"))
    if product.stock.is_illiquid:
        flags.append(Flag(gettext("illiquid"), "warn"))
    if product.stock.free is not None and product.stock.free < 0:
        flags.append(Flag(gettext("too little"), "bad"))
    return flags
