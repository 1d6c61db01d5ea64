"""The number that figures are kept in."""

from decimal import Decimal

from django.db.models.expressions import Combinable

from core.money import MoneyField


class NumberField(MoneyField[Decimal | int | str | Combinable, Decimal]):
    """A count, a quantity or a sum: `Decimal` with two places, kept as whole hundredths as money is, so that one column
    holds whatever an indicator measures and adds up exactly on both databases."""
