"""Running numbers of documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """The last number given in a year: taken in the transaction that uses it, so numbers run without gaps."""

    class Kind(models.TextChoices):
        ORDER = "order", _("orders")
        SHIPMENT = "shipment", _("shipments")

    kind = models.CharField(max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="orders_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
