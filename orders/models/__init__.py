"""What is sold, ordered, shipped, paid and planned."""

from orders.models.catalogue import VAT_RATES, Product, StockCount, Supplier
from orders.models.due import Forecast, OpenDue, PastDue
from orders.models.order import ExtraCost, Instalment, Order, OrderLine
from orders.models.payment import Allocation, Payment
from orders.models.plan import PlanCell, SalesPlan
from orders.models.sales import SalesByClient, SalesByProduct
from orders.models.series import NumberSeries
from orders.models.shipment import Shipment, ShipmentLine
from orders.models.terms import Terms

__all__ = [
    "VAT_RATES",
    "Allocation",
    "ExtraCost",
    "Forecast",
    "Instalment",
    "NumberSeries",
    "OpenDue",
    "Order",
    "OrderLine",
    "PastDue",
    "Payment",
    "PlanCell",
    "Product",
    "SalesByClient",
    "SalesByProduct",
    "SalesPlan",
    "Shipment",
    "ShipmentLine",
    "StockCount",
    "Supplier",
    "Terms",
]
