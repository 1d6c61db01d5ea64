"""Products, who supplies them, how many there are."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from core.money import MoneyField, QuantityField
from core.text import SearchField, SearchIndex
from leads.models import NamedList
from orders.queries import ProductQuerySet
from people.models import User
from pipeline.models import ProductGroup

# Percent. The usual rate is 22 since 2026, 20 stands in older documents; None is «без НДС».
VAT_RATES = (22, 20, 10, 7, 5, 0)
VAT_CHOICES = [(rate, f"{rate} %") for rate in VAT_RATES]


class Supplier(NamedList):
    """Whom products are bought from."""

    objects = alive_manager(TrackedQuerySet["Supplier"])
    all_objects = TrackedQuerySet["Supplier"].as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["position", "name"]


class Product(Tracked):
    """One thing that is sold. A retired one keeps its history and goes into no new order.

    `price` is what a client pays for a unit, VAT included; `cost` is ours, without VAT.
    """

    class Support(models.TextChoices):
        STOCK = "stock", _("always in stock")
        ORDER = "order", _("to order")
        PHASE_OUT = "phase_out", _("being phased out")

    group = models.ForeignKey(
        ProductGroup, models.PROTECT, related_name="products", verbose_name=_("product group")
    )
    name = models.CharField(_("name"), max_length=200)
    article = models.CharField(_("article"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=20, default="шт.")
    price = MoneyField(_("price with VAT, ₽"), null=True, blank=True)
    cost = MoneyField(_("cost without VAT, ₽"), null=True, blank=True)
    vat_rate = models.PositiveSmallIntegerField(
        _("VAT"), choices=VAT_CHOICES, null=True, blank=True, default=VAT_RATES[0]
    )
    manager = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("responsible manager"),
    )
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("supplier"),
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time, days"), null=True, blank=True)
    support = models.CharField(_("support level"), max_length=10, choices=Support, default=Support.STOCK)
    note = models.TextField(_("note"), blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    # Derived: the name without signs and case, which no two products of the catalogue share; all it is found by.
    name_key = SearchField()
    search = SearchField()
    untracked_fields = ("name_key", "search")

    objects = alive_manager(ProductQuerySet)
    all_objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name", "id"]
        indexes = [SearchIndex("search", name="orders_product_search")]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(deleted_at__isnull=True) & ~Q(article=""),
                name="orders_product_article_once",
            ),
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(deleted_at__isnull=True), name="orders_product_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orders:product", args=[self.pk])


class StockCount(Tracked):
    """How many there were at the end of a day, as counted or as the accounts say: the balance goes on from there."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="counts", verbose_name=_("product"))
    counted_on = models.DateField(_("day"))
    quantity = QuantityField(_("quantity"))

    objects = alive_manager(TrackedQuerySet["StockCount"])
    all_objects = TrackedQuerySet["StockCount"].as_manager()

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "counted_on"],
                condition=Q(deleted_at__isnull=True),
                name="orders_stock_counted_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}, {self.counted_on}: {self.quantity}"
