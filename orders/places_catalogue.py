"""The catalogue in the places of the frame and of the rooms below."""

from core.history.rollback import restored
from orders.actions import products
from orders.models import OrderLine, Product, StockCount, Supplier
from people import access
from pipeline.models import ProductGroup


def fill() -> None:
    """Called once, when the program is ready."""
    for model in (ProductGroup, Product, Supplier, StockCount):
        access.kept_by(model, "catalogue")
    access.keep_secret(Product, "cost", "costs")
    access.keep_secret(OrderLine, "unit_cost", "costs")
    restored.connect(products.after_rollback, dispatch_uid="orders.product_names")
