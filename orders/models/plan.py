"""Sales plans: a year by months, product groups and sellers."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from core.money import MoneyField, QuantityField
from orders.queries import PlanCellQuerySet
from people.models import User
from pipeline.models import ProductGroup


class SalesPlan(Tracked):
    """The plan of one year. What stood in its cells when it was adopted is the original; every later state is kept too.

    Sums are net of VAT, as sales are shown.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    # How far below the plan a result is still "within tolerance", %.
    tolerance = models.PositiveSmallIntegerField(
        _("tolerance, %"), default=10, validators=[MaxValueValidator(100)]
    )
    adopted_at = models.DateTimeField(_("adopted"), null=True, editable=False)

    objects = alive_manager(TrackedQuerySet["SalesPlan"])
    all_objects = TrackedQuerySet["SalesPlan"].as_manager()

    class Meta:
        verbose_name = _("sales plan")
        verbose_name_plural = _("sales plans")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(deleted_at__isnull=True), name="orders_plan_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class PlanCell(Tracked):
    """What is to be sold of a group (None: of everything) by a seller (None: by whomever) in a month, net of VAT.

    A cell may stand at any level of the tree. What it says is at least what the levels below it say together; what it
    says more is not distributed yet (`orders.plans`).
    """

    part_of = "plan"
    plan = models.ForeignKey(SalesPlan, models.PROTECT, related_name="cells", verbose_name=_("sales plan"))
    month = models.DateField(_("month"))
    group = models.ForeignKey(
        ProductGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_cells",
        verbose_name=_("product group"),
    )
    manager = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="plan_cells", verbose_name=_("seller")
    )
    amount = MoneyField(_("sum without VAT"), null=True, blank=True)
    quantity = QuantityField(_("quantity"), null=True, blank=True)

    version_indexes: ClassVar[tuple[tuple[str, ...] | models.Index, ...]] = (("plan", "valid_from"),)

    objects = alive_manager(PlanCellQuerySet)
    all_objects = PlanCellQuerySet.as_manager()

    class Meta:
        verbose_name = _("cell of a sales plan")
        verbose_name_plural = _("cells of sales plans")
        constraints = [
            models.UniqueConstraint(
                "plan",
                "month",
                Coalesce("group", 0),
                Coalesce("manager", 0),
                condition=Q(deleted_at__isnull=True),
                name="orders_plan_cell_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}, {self.group_id}, {self.manager_id}: {self.amount}"
