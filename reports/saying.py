"""How reports say numbers in a sentence."""

from decimal import ROUND_HALF_UP, Decimal

from core.money import format_money


def roubles(amount: Decimal | int) -> str:
    """«1 240 000 ₽»: in a sentence the kopecks say nothing; the table has them."""
    return format_money(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))
