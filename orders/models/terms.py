"""On which terms a client buys."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, alive_manager
from core.money import MoneyField
from leads.models import Client
from orders.queries import TermsQuerySet


class Terms(Tracked):
    """Discount, deferral, credit limit and purchase potential of a client (C7). None of a limit: nobody has set one."""

    part_of = "client"
    client = models.ForeignKey(Client, models.PROTECT, related_name="terms", verbose_name=_("client"))
    discount = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    deferral_days = models.PositiveSmallIntegerField(
        _("deferral of payment, days"), default=0, validators=[MaxValueValidator(365)]
    )
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True)
    potential = MoneyField(_("may buy in a month"), null=True, blank=True)

    objects = alive_manager(TermsQuerySet)
    all_objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of trade")
        verbose_name_plural = _("terms of trade")
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(deleted_at__isnull=True), name="orders_terms_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.discount} %, {self.deferral_days}"
