"""Orders: what a client wants, for how much, by when it is to be shipped and paid."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history.tracked import Tracked, alive_manager
from core.money import MoneyField, QuantityField
from leads.models import Client
from orders.models.catalogue import VAT_CHOICES, Product
from orders.queries import OrderQuerySet, PartOfOrderQuerySet
from people.models import User
from pipeline.models import Deal

ZERO = Decimal("0.00")
# The same word as the one things are sorted in.
ORDER = pgettext_lazy("of a client", "order")


class Order(Tracked):
    """A client's order. Its number runs without gaps within its year; an order is cancelled, never deleted.

    What has been shipped is changed by a further `Shipment` only. The sums are derived from lines, shipments and
    allocations by `orders.sums.refresh_orders`.
    """

    class Shipping(models.TextChoices):
        NONE = "none", _("not shipped")
        PART = "part", _("shipped in part")
        WHOLE = "whole", _("shipped")

    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    number = models.PositiveIntegerField(_("document number"), editable=False)
    # No index of a key's own where one below begins with it.
    client = models.ForeignKey(
        Client, models.PROTECT, related_name="orders", verbose_name=_("client"), db_index=False
    )
    deal = models.ForeignKey(
        Deal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("deal"),
        db_index=False,
    )
    manager = models.ForeignKey(
        User, models.PROTECT, related_name="orders", verbose_name=_("manager"), db_index=False
    )
    ordered_on = models.DateField(_("ordered on"))
    ship_on = models.DateField(_("planned shipment"))
    # Days from shipment to payment; 0 or less is a payment in advance (R5, C7).
    deferral_days = models.SmallIntegerField(
        _("deferral of payment, days"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(365)],
    )
    prices_with_vat = models.BooleanField(_("prices include VAT"), default=True)
    delivery_is_ours = models.BooleanField(_("delivery at our expense"), default=False)
    promised_on = models.DateField(_("promised to pay on"), null=True, blank=True)
    originals_on = models.DateField(_("originals came back on"), null=True, blank=True)
    # Why it was made against the client's terms.
    terms_reason = models.CharField(_("why against the terms"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("why cancelled"), max_length=300, blank=True, editable=False)

    # Gross sums but where they say net; `cost` is that of the goods, extra costs stand apart.
    amount = MoneyField(_("amount"), default=ZERO, editable=False)
    net = MoneyField(_("amount without VAT"), default=ZERO, editable=False)
    cost = MoneyField(_("cost of the goods"), default=ZERO, editable=False)
    extra_costs = MoneyField(_("extra costs"), default=ZERO, editable=False)
    shipped = MoneyField(_("shipped for"), default=ZERO, editable=False)
    paid = MoneyField(_("paid"), default=ZERO, editable=False)
    shipping = models.CharField(
        _("shipment"), max_length=5, choices=Shipping, default=Shipping.NONE, editable=False
    )
    last_shipped_on = models.DateField(_("last shipped on"), null=True, editable=False)

    derived_fields = (
        "amount",
        "net",
        "cost",
        "extra_costs",
        "shipped",
        "paid",
        "shipping",
        "last_shipped_on",
    )

    objects = alive_manager(OrderQuerySet)
    all_objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = ORDER
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["client", "ordered_on"]),
            models.Index(fields=["manager", "ordered_on"]),
            models.Index(fields=["ordered_on", "id"]),
            models.Index(fields=["deal"], condition=Q(deal__isnull=False), name="orders_order_deal"),
            # What is still owed, and what has still to be shipped: small parts of a table that only grows.
            models.Index(
                fields=["client", "last_shipped_on"],
                condition=Q(cancelled_on__isnull=True, deleted_at__isnull=True, paid__lt=F("amount")),
                name="orders_order_unpaid",
            ),
            models.Index(
                fields=["ship_on"],
                condition=Q(cancelled_on__isnull=True, deleted_at__isnull=True) & ~Q(shipping="whole"),
                name="orders_order_unshipped",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="orders_order_number_once")]

    def __str__(self) -> str:
        return f"№ {self.number}/{self.year}"

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Neither cancelled nor wholly shipped: its lines may still change."""
        return self.cancelled_on is None and self.shipping != self.Shipping.WHOLE

    @property
    def debt(self) -> Decimal:
        """Shipped and not paid; below zero: paid in advance."""
        return self.shipped - self.paid

    @property
    def advance(self) -> Decimal:
        """What was paid before it was shipped."""
        return max(-self.debt, ZERO)

    @property
    def unpaid(self) -> Decimal:
        """What has still to come in for all of it; below zero: paid too much."""
        return self.amount - self.paid


class OrderLine(Tracked):
    """One product of an order. `price` as the order says, with VAT or without; `amount` is the stored gross sum."""

    part_of = "order"
    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=ORDER)
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="order_lines", verbose_name=_("product")
    )
    quantity = QuantityField(_("quantity"))
    price = MoneyField(_("price"))
    discount = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    vat_rate = models.PositiveSmallIntegerField(_("VAT"), choices=VAT_CHOICES, null=True, blank=True)
    # Of one unit, without VAT, as it stood when the line was written; None where nobody knew it.
    unit_cost = MoneyField(_("cost"), null=True, blank=True)

    amount = MoneyField(_("sum"), editable=False)
    net = MoneyField(_("sum without VAT"), editable=False)
    cost = MoneyField(_("cost of all"), default=ZERO, editable=False)
    shipped = QuantityField(_("shipped"), default=Decimal("0.000"), editable=False)
    derived_fields = ("amount", "net", "cost", "shipped")

    objects = alive_manager(PartOfOrderQuerySet)
    all_objects = PartOfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.product}: {self.quantity}"


class Instalment(Tracked):
    """A part of an order's sum with a date of its own. An order without any is paid `deferral_days` after shipment."""

    part_of = "order"
    order = models.ForeignKey(Order, models.PROTECT, related_name="instalments", verbose_name=ORDER)
    due_on = models.DateField(_("due on"))
    amount = MoneyField(_("sum"))
    # How sure the seller is that it comes then (R5).
    confidence = models.PositiveSmallIntegerField(
        _("confidence, %"), default=100, validators=[MaxValueValidator(100)]
    )

    objects = alive_manager(PartOfOrderQuerySet)
    all_objects = PartOfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="orders_instalment_above_zero")]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.amount}"


class ExtraCost(Tracked):
    """What an order costs beside its goods: transport, commission. Accrued on a day, paid on another or not yet."""

    class Kind(models.TextChoices):
        TRANSPORT = "transport", _("transport")
        COMMISSION = "commission", _("commission")
        CUSTOMS = "customs", _("customs")
        OTHER = "other", _("other costs")

    part_of = "order"
    order = models.ForeignKey(Order, models.PROTECT, related_name="costs", verbose_name=ORDER)
    kind = models.CharField(_("what for"), max_length=10, choices=Kind)
    amount = MoneyField(_("sum"))
    accrued_on = models.DateField(_("accrued on"))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = alive_manager(PartOfOrderQuerySet)
    all_objects = PartOfOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("extra cost")
        verbose_name_plural = _("extra costs")
        ordering = ["accrued_on", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="orders_extra_cost_above_zero")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"
