"""Payments, and which orders they are for."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, alive_manager
from core.money import MoneyField
from leads.models import Client
from orders.models.order import ORDER, Order
from orders.queries import AllocationQuerySet, PaymentQuerySet


class Payment(Tracked):
    """Money that came in. Without a client nobody knows yet whose it is; what is for no order yet is an advance."""

    class Form(models.TextChoices):
        NON_CASH = "non_cash", _("non-cash")
        CASH = "cash", _("cash")
        UNSTATED = "", _("not stated")

    client = models.ForeignKey(
        Client,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("client"),
        db_index=False,
    )
    paid_on = models.DateField(_("paid on"))
    amount = MoneyField(_("sum"))
    form = models.CharField(_("form"), max_length=8, choices=Form, default=Form.NON_CASH, blank=True)
    number = models.CharField(_("number of the document"), max_length=40, blank=True)
    payer = models.CharField(_("payer"), max_length=200, blank=True)
    payer_inn = models.CharField(_("INN of the payer"), max_length=12, blank=True)
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    # What a line of a bank's statement is known by, so that the same file changes nothing the second time.
    bank_key = models.CharField(max_length=64, blank=True, editable=False)

    # Derived from the allocations by `orders.sums.refresh_payments`.
    allocated = MoneyField(_("matched to orders"), default=Decimal("0.00"), editable=False)
    derived_fields = ("allocated",)

    objects = alive_manager(PaymentQuerySet)
    all_objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            models.Index(fields=["paid_on", "id"]),
            models.Index(fields=["client", "paid_on"]),
            # What is for no order yet: counted on every page of who matches it, a small part of all.
            models.Index(
                fields=["client"],
                condition=Q(deleted_at__isnull=True, allocated__lt=F("amount")),
                name="orders_payment_unmatched",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="orders_payment_above_zero"),
            models.UniqueConstraint(
                fields=["bank_key"],
                condition=Q(deleted_at__isnull=True) & ~Q(bank_key=""),
                name="orders_payment_bank_key_once",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}" if self.number else str(self.paid_on)

    def get_absolute_url(self) -> str:
        return reverse("orders:payment", args=[self.pk])

    @property
    def advance(self) -> Decimal:
        """What is matched to no order yet."""
        return self.amount - self.allocated


class Allocation(Tracked):
    """The part of a payment that is for one order."""

    part_of = "payment"
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="allocations", verbose_name=_("payment")
    )
    order = models.ForeignKey(Order, models.PROTECT, related_name="allocations", verbose_name=ORDER)
    amount = MoneyField(_("sum"))

    objects = alive_manager(AllocationQuerySet)
    all_objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("matched part of a payment")
        verbose_name_plural = _("matched parts of payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="orders_allocation_above_zero"),
            models.UniqueConstraint(
                fields=["payment", "order"],
                condition=Q(deleted_at__isnull=True),
                name="orders_allocation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.order_id}: {self.amount}"
