"""Shipments, returns and corrections: the facts of sales. Written once, never changed."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.money import MoneyField, QuantityField
from leads.models import Client
from orders.models.catalogue import Product
from orders.models.order import Order, OrderLine
from orders.queries import ShipmentLineQuerySet, ShipmentQuerySet
from people.models import User


class Shipment(models.Model):
    """One document of an order: goods that went out, came back, or cost something else than was written.

    A return has negative quantities and sums, and counts in its own month; a correction has sums alone. `day` is the
    actual one; `manager` and `client` are those of the order then. Only a merge of cards changes the client.
    """

    class Kind(models.TextChoices):
        SHIPMENT = "shipment", _("shipment")
        RETURN = "return", _("return")
        CORRECTION = "correction", _("correction")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SHIPMENT)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(_("document number"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by")
    client = models.ForeignKey(Client, models.PROTECT, related_name="shipments", db_index=False)
    manager = models.ForeignKey(User, models.PROTECT, related_name="shipments", db_index=False)
    day = models.DateField(_("day"))
    # The first of the month of `day`.
    month = models.DateField()
    amount = MoneyField(_("amount"))
    net = MoneyField(_("amount without VAT"))
    cost = MoneyField(_("cost of the goods"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+", db_index=False)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["day", "id"]
        indexes = [
            models.Index(fields=["day", "manager", "amount", "net", "cost"], name="orders_shipment_days"),
            models.Index(fields=["client", "day"]),
            models.Index(fields=["manager", "day"]),
        ]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="orders_shipment_number_once")]

    def __str__(self) -> str:
        return f"№ {self.number}/{self.year}"

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.order_id]) + f"#shipment-{self.pk}"


class ShipmentLine(models.Model):
    """What a shipment holds of one order line. Quantity and sums have the sign of what they do to sales."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipment_lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="shipment_lines", db_index=False)
    # That of its shipment, here for the index.
    day = models.DateField(_("day"), editable=False)
    quantity = QuantityField(_("quantity"))
    amount = MoneyField(_("sum"))
    net = MoneyField(_("sum without VAT"))
    cost = MoneyField(_("cost"))

    objects = ShipmentLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a shipment")
        verbose_name_plural = _("lines of shipments")
        ordering = ["id"]
        # What went out of a product since a day, and when the last of it did: by the index alone.
        indexes: ClassVar = [
            models.Index(fields=["product", "day", "quantity"], name="orders_shipped_of_product")
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}: {self.product_id} × {self.quantity}"
