"""What has still to be paid, part by part: kept by the operations that change it, and written down month by month.

Derived by `orders.dues` and written by `orders.open_dues` and `orders.forecasts`; `manage.py rebuild_sales` makes both
anew. Their keys bind nothing in the database, so writing them waits for nobody who holds an order or a client.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.money import MoneyField
from leads.models import Client
from orders.models.order import Order
from orders.queries import DueQuerySet, OpenDueQuerySet
from people.models import User


class DueBase(models.Model):
    """A part of an order that payments and the client's advances have left.

    `due_on` as agreed: it may be a day off. `is_debt`: it is for goods that have gone out. `ships_on`: when its goods
    are to go out, where the client need not pay before; past that day they are late, and so is no debt of the client's.
    """

    order = models.ForeignKey(Order, models.DO_NOTHING, related_name="+", db_constraint=False)
    client = models.ForeignKey(Client, models.DO_NOTHING, related_name="+", db_constraint=False)
    manager = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    due_on = models.DateField()
    amount = MoneyField()
    source = models.CharField(max_length=10)
    confidence = models.PositiveSmallIntegerField()
    is_debt = models.BooleanField()
    ships_on = models.DateField(null=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.order_id}, {self.due_on}: {self.amount}"


class OpenDue(DueBase):
    """As it stands now; with the last day on which the client has paid in each form."""

    non_cash_on = models.DateField(null=True)
    cash_on = models.DateField(null=True)
    unstated_on = models.DateField(null=True)

    objects = OpenDueQuerySet.as_manager()

    class Meta:
        verbose_name = _("part still to be paid")
        verbose_name_plural = _("parts still to be paid")


class Forecast(models.Model):
    """The dues as they were known when the day began have been written down."""

    day = models.DateField(unique=True)

    class Meta:
        verbose_name = _("forecast of receipts")
        verbose_name_plural = _("forecasts of receipts")

    def __str__(self) -> str:
        return str(self.day)


class PastDue(DueBase):
    """As it was known when the day of the forecast began; with the form in which the client paid in the year before."""

    order = models.ForeignKey(Order, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    client = models.ForeignKey(
        Client, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    manager = models.ForeignKey(
        User, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    form = models.CharField(max_length=8, blank=True)

    class Meta:
        verbose_name = _("part of a forecast of receipts")
        verbose_name_plural = _("parts of forecasts of receipts")
        indexes = [models.Index(fields=["day", "manager", "due_on"])]
