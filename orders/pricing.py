"""What a product earns, as its card says it."""

from decimal import Decimal

from orders.lines import net_of
from orders.models import Product


def margin_of(product: Product) -> Decimal | None:
    """The share of the price without VAT that stays after the cost: 0.25 is 25 %. None where either is not known."""
    if not product.price or product.cost is None:
        return None
    net = net_of(product.price, product.vat_rate)
    return (net - product.cost) / net if net else None
