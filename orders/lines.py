"""Lines of an order: what is typed, what it costs, and how a part of it is told from the rest to the kopeck.

A sum is rounded once, half up, when the line is written; every later document takes a part of what is left of it, and
the last part takes the rest. So shipments add up to their line, whatever was shipped when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.money import KOPECK, LARGEST, plain_quantity
from orders.models import OrderLine, Product

OF_PRODUCT: Final = "product"
HUNDRED = Decimal(100)
ZERO = Decimal("0.00")
MOST_LINES = 300


class Sums(NamedTuple):
    """Gross, net, cost: of a line, or of a part of one."""

    amount: Decimal = ZERO
    net: Decimal = ZERO
    cost: Decimal = ZERO

    def plus(self, other: "Sums", sign: int = 1) -> "Sums":
        return Sums(*(mine + sign * theirs for mine, theirs in zip(self, other, strict=True)))

    def minus(self, other: "Sums") -> "Sums":
        return self.plus(other, -1)

    def part(self, quantity: Decimal, of: Decimal) -> "Sums":
        """What falls to `quantity` out of `of`; all of it where these are the same."""
        return self if quantity == of else Sums(*(rounded(one * quantity / of) for one in self))


@dataclass(frozen=True)
class LineDraft:
    """A line as somebody typed it. What is not said is the product's: price, rate of VAT, cost.

    `line`: the line of the order that this one goes on from; None for a new one. `vat_rate` None is «без НДС».
    """

    product: Product
    quantity: Decimal
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    vat_rate: int | str | None = OF_PRODUCT
    unit_cost: Decimal | None = None
    line: OrderLine | None = None


def rounded(amount: Decimal) -> Decimal:
    """To the kopeck, half up as invoices are."""
    return amount.quantize(KOPECK, rounding=ROUND_HALF_UP)


def net_of(amount: Decimal, vat_rate: int | None) -> Decimal:
    """The sum without the VAT that is in it."""
    return rounded(amount * HUNDRED / (HUNDRED + (vat_rate or 0)))


def sums_of(line: OrderLine, *, prices_with_vat: bool) -> Sums:
    """What the whole line comes to by quantity, price, discount and VAT, inside the price or on top of it."""
    as_priced = rounded(line.quantity * line.price * (HUNDRED - line.discount) / HUNDRED)
    if prices_with_vat:
        amount, net = as_priced, net_of(as_priced, line.vat_rate)
    else:
        amount, net = rounded(as_priced * (HUNDRED + (line.vat_rate or 0)) / HUNDRED), as_priced
    return Sums(amount, net, rounded(line.quantity * (line.unit_cost or 0)))


def written(draft: LineDraft, position: int, *, prices_with_vat: bool) -> OrderLine:
    """The draft as a line of an order, not yet saved: prices and rates filled in, sums not yet.

    ValidationError, which names the line by its place, for what no line can be.
    """
    line = draft.line or OrderLine()
    product = draft.product
    rate = product.vat_rate if isinstance(draft.vat_rate, str) else draft.vat_rate
    if line.product_id != product.pk and (product.retired_at or product.deleted_at):
        _refuse(position, _("“%(product)s” is not sold any more.") % {"product": product})
    price = draft.price if draft.price is not None else product.price
    if price is None:
        _refuse(position, _("“%(product)s” has no price: say one.") % {"product": product})
    if draft.price is None and not prices_with_vat:  # the catalogue says what a client pays
        price = net_of(price, rate)
    if draft.quantity <= 0:
        _refuse(position, _("Say how many."))
    if price < 0:
        _refuse(position, _("A price cannot be negative."))
    if not 0 <= draft.discount <= HUNDRED:
        _refuse(position, _("A discount is between 0 and 100 %."))
    if draft.quantity < line.shipped:
        sentence = _("%(quantity)s have been shipped already: it cannot be fewer.")
        _refuse(position, sentence % {"quantity": plain_quantity(line.shipped)})
    known = _priced(line)
    line.position, line.product, line.quantity = position, product, draft.quantity
    line.price, line.discount, line.vat_rate = price, draft.discount, rate
    if draft.unit_cost is not None or known[0] != product.pk:
        line.unit_cost = draft.unit_cost if draft.unit_cost is not None else product.cost
    if line.shipped and known != _priced(line):
        _refuse(
            position, _("It has been shipped in part: the price of what went out is changed by a correction.")
        )
    if line.quantity * line.price * 2 > LARGEST:
        _refuse(position, _("The sum is too large."))
    return line


def require_some(lines: Sequence[object]) -> None:
    """ValidationError unless an order can have as many lines."""
    if not lines:
        raise ValidationError({"lines": _("Say what is ordered: at least one line.")})
    if len(lines) > MOST_LINES:
        sentence = _("An order has at most %(max)s lines: make two of it.")
        raise ValidationError({"lines": sentence % {"max": MOST_LINES}})


def _priced(line: OrderLine) -> tuple[object, ...]:
    """What a part that has been shipped was priced by."""
    return line.product_id, line.price, line.discount, line.vat_rate


def _refuse(position: int, sentence: str) -> NoReturn:
    place = _("Line %(number)s: %(sentence)s") % {"number": position, "sentence": after_colon(sentence)}
    raise ValidationError({"lines": place})


def after_colon(sentence: str) -> str:
    """The sentence as the second half of one."""
    return sentence[:1].lower() + sentence[1:]
