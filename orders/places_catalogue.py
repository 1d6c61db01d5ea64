"""The catalogue in the places of the frame and of the rooms below."""

from django.utils.translation import gettext_lazy as _

from core.history.rollback import restored
from core.imports import importer
from core.places import rail
from leads import named_lists
from orders.actions import products
from orders.choices import group_choices
from orders.importing.catalogue import Catalogue
from orders.models import OrderLine, Product, StockCount, Supplier
from orders.tree import Tree
from people import access
from people.models import Role
from pipeline import forms as deal_forms
from pipeline.models import ProductGroup


def fill() -> None:
    """Called once, when the program is ready."""
    for model in (ProductGroup, Product, Supplier, StockCount):
        access.kept_by(model, "catalogue")
    access.keep_secret(Product, "cost", "costs")
    access.keep_secret(OrderLine, "unit_cost", "costs")
    selling = {Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    rail.add(_("Products"), "orders:products", "box-seam", roles=selling, order=55)
    named_lists.register("suppliers", Supplier, _("Suppliers"))
    importer.register(Catalogue())
    deal_forms.group_choices.append(lambda: group_choices(Tree.read()))
    restored.connect(products.after_rollback, dispatch_uid="orders.product_names")
