"""Sales added up by month, kept by the transaction that writes a shipment (`orders.rollup`).

A year of a million shipments is read from here within a second. `manage.py rebuild_sales` makes them anew from the
shipments; a test holds them equal.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import MoneyField, QuantityField
from leads.models import Client
from orders.models.catalogue import Product
from orders.queries import SalesQuerySet
from people.models import User


class Sales(models.Model):
    """Net of returns. `amount` is gross, `net` without VAT."""

    month = models.DateField()
    manager = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    amount = MoneyField()
    net = MoneyField()
    cost = MoneyField()

    objects = SalesQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}, {self.manager_id}: {self.amount}"


class SalesByProduct(Sales):
    """Of one product by one seller in one month."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = QuantityField()

    class Meta:
        verbose_name = _("sales of a product in a month")
        verbose_name_plural = _("sales of products by month")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "manager", "product"], name="orders_sales_by_product_once"
            )
        ]


class SalesByClient(Sales):
    """To one client by one seller in one month."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    # Documents of the kind shipment: returns and corrections are none.
    shipments = models.IntegerField()

    class Meta:
        verbose_name = _("sales to a client in a month")
        verbose_name_plural = _("sales to clients by month")
        constraints = [
            models.UniqueConstraint(fields=["month", "manager", "client"], name="orders_sales_by_client_once")
        ]
