"""Money: `Decimal` roubles with two places in Python, whole kopecks in the database.

SQLite keeps decimals as floats, and there 1.10 + 2.20 = 3.30 is false; whole kopecks add up everywhere.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, register_combinable_fields
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KOPECK = Decimal("0.01")
# What a bigint of kopecks holds, rounded down to a sum a sentence can name: 90 trillion roubles.
LARGEST = Decimal(90_000_000_000_000)
THOUSANDTH = Decimal("0.001")
MOST = Decimal(1_000_000_000)

_NBSP = "\u00a0"
_MINUS = "\u2212"
_CURRENCY = re.compile(r"(?:руб(?:\.|лей|ля|ль)?|р\.?|₽|rub\.?)$", re.IGNORECASE)
_SPACES = "[ '’]"
# Whole part: plain, or in groups of three with one and the same separator; kopecks after a comma or a dot.
_SUM = re.compile(
    rf"(?P<whole>\d+|\d{{1,3}}(?:{_SPACES}\d{{3}})+)(?:[.,](?P<part>\d*))?"
    r"|(?P<dots>\d{1,3}(?:\.\d{3})+),(?P<dots_part>\d{1,2})|(?P<many_dots>\d{1,3}(?:\.\d{3}){2,})"
    r"|(?P<commas>\d{1,3}(?:,\d{3})+)\.(?P<commas_part>\d{1,2})|(?P<many_commas>\d{1,3}(?:,\d{3}){2,})",
    re.ASCII,
)


def money(value: Decimal | int | str) -> Decimal:
    """The sum with exactly two places. Raises ValidationError for more than two, for no number and for too large a one.

    Floats are refused: by the time a sum is a float, its kopecks are already a guess.
    """
    if isinstance(value, (float, bool)) or not isinstance(value, (Decimal, int, str)):
        raise ValidationError(_("“%(value)s” is not a sum of money."), code="money", params={"value": value})
    try:
        amount = Decimal(value)
        if not amount.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        message = _("“%(value)s” is not a sum of money.")
        raise ValidationError(message, code="money", params={"value": value}) from None
    if abs(amount) > LARGEST:
        raise ValidationError(_("The sum is too large."), code="money_large")
    exact = amount.quantize(KOPECK)
    if exact != amount:
        raise ValidationError(_("A sum has at most two places after the comma."), code="money_places")
    return exact or Decimal("0.00")  # never a negative zero


def parse_money(text: str) -> Decimal:
    """The sum in a text as Russians write it: «1 200 000,50 руб.», «−500 ₽», «1.200.000,5», «1200.50».

    «1.200» and «1,200» are refused: they may mean one thousand two hundred as well as one and a fifth.
    Raises ValidationError with a sentence that says what is wrong.
    """
    shown = text.strip()
    plain = " ".join(shown.replace(_MINUS, "-").replace("–", "-").split())
    negative = plain.startswith("-")
    plain = _CURRENCY.sub("", plain[1:] if plain[:1] in ("-", "+") else plain).strip()
    match = _SUM.fullmatch(plain)
    if not match:
        raise ValidationError(
            _("“%(value)s” is not a sum of money: write it like 1 240 000,50."),
            code="money",
            params={"value": shown},
        )
    parts = match.groupdict()
    whole = next(parts[key] for key in ("whole", "dots", "many_dots", "commas", "many_commas") if parts[key])
    kopecks = parts["part"] or parts["dots_part"] or parts["commas_part"] or ""
    if len(kopecks) > 2:
        raise ValidationError(_("A sum has at most two places after the comma."), code="money_places")
    amount = money(re.sub(r"\D", "", whole) + "." + (kopecks or "0"))
    return -amount if negative and amount else amount


def plain_money(amount: Decimal) -> str:
    """«1 240 000» or «1 240 000,50», without the currency: as a form field and a spreadsheet cell show it."""
    exact = amount.quantize(KOPECK, rounding=ROUND_HALF_UP)
    whole, kopecks = f"{abs(exact):,.2f}".split(".")
    text = whole.replace(",", _NBSP) + ("" if kopecks == "00" else f",{kopecks}")
    return (_MINUS if exact < 0 else "") + text


def format_money(amount: Decimal | None) -> str:
    """«1 240 000 ₽», «−500,50 ₽»; no-break spaces; kopecks only where there are some. "" for None."""
    return "" if amount is None else f"{plain_money(amount)}{_NBSP}₽"


class MoneyFormField(forms.Field):
    """One line for a sum, understood as `parse_money` does. Empty: None. `min_value` refuses smaller sums."""

    widget = forms.TextInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "min_value": gettext_lazy("The sum must be at least %(limit)s.")
    }

    def __init__(self, *, min_value: Decimal | None = None, **kwargs: Any) -> None:
        self.min_value = min_value
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return plain_money(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        return parse_money(value) if isinstance(value, str) and value.strip() else self._given(value)

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is not None and self.min_value is not None and value < self.min_value:
            raise ValidationError(
                self.error_messages["min_value"],
                code="min_value",
                params={"limit": format_money(self.min_value)},
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    @staticmethod
    def _given(value: Any) -> Decimal | None:
        return None if isinstance(value, str) else money(value)


def quantity(value: Decimal | int | str) -> Decimal:
    """How much of something, with exactly three places; of a text in Russian notation («1 200,5»).

    ValidationError for what is no number, for more than three places and for too many.
    """
    if isinstance(value, str):
        value = "".join(value.split()).replace(_MINUS, "-").replace(",", ".")
    try:
        if isinstance(value, (float, bool)):
            raise InvalidOperation
        amount = Decimal(value)
        if not amount.is_finite():
            raise InvalidOperation
    except (InvalidOperation, TypeError):
        raise ValidationError(
            _("“%(value)s” is not a quantity: write it like 12,5."), code="quantity", params={"value": value}
        ) from None
    if abs(amount) > MOST:
        raise ValidationError(_("The quantity is too large."), code="quantity_large")
    exact = amount.quantize(THOUSANDTH)
    if exact != amount:
        raise ValidationError(
            _("A quantity has at most three places after the comma."), code="quantity_places"
        )
    return exact or Decimal("0.000")


def plain_quantity(amount: Decimal) -> str:
    """«1 200,5»: as a form field shows it, without the places that say nothing."""
    whole, part = f"{abs(amount):,.3f}".split(".")
    part = part.rstrip("0")
    return (_MINUS if amount < 0 else "") + whole.replace(",", _NBSP) + (f",{part}" if part else "")


class QuantityFormField(forms.Field):
    """One line for a quantity, understood as `quantity` does. Empty: None."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return plain_quantity(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        return None if value in self.empty_values or not str(value).strip() else quantity(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:

    class _Field(models.Field[_Set, _Get]):
        """For the type checker a field knows what may be set and what is got; Django's own class cannot say so."""

else:

    class _Field(models.Field, Generic[_Set, _Get]):
        pass


class FixedPointField(_Field[_Set, _Get]):
    """A `Decimal` with `places` places after the comma in Python, kept as a whole number of its last place.

    Not an IntegerField on purpose: Django would average and divide one as a plain number. Works in filters, `Sum`,
    `Avg` (rounded to the last place), `Min`, `Max`, and in `F` sums and differences of one kind and in its product with
    whole numbers. A bare number in an expression is refused: say `Value(amount, MoneyField())`.
    """

    places: ClassVar[int]
    _pyi_private_set_type: Decimal | int | str | Combinable
    _pyi_private_get_type: Decimal

    # No internal type of Django's own: whatever a query gives for one named …IntegerField is cut to a whole number,
    # an average too.
    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint"

    @classmethod
    def exact(cls, value: Any) -> Decimal:
        """The value with exactly as many places. ValidationError for what is none, or has more."""
        raise NotImplementedError

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        if value is None:
            return None
        if type(value) is int:
            return Decimal(value).scaleb(-self.places)
        # PostgreSQL sums bigint as numeric; an average has parts of the last place.
        whole = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return whole.scaleb(-self.places)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None or value == "" else self.exact(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return int(self.exact(value).scaleb(self.places))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)


class MoneyField(FixedPointField[_Set, _Get]):
    """A sum of money, in whole kopecks."""

    description = gettext_lazy("Sum of money")
    places = 2

    @classmethod
    def exact(cls, value: Any) -> Decimal:
        return money(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MoneyFormField, **kwargs})


class QuantityField(FixedPointField[_Set, _Get]):
    """How much of something: pieces, kilograms, metres; in whole thousandths."""

    description = gettext_lazy("Quantity")
    places = 3

    @classmethod
    def exact(cls, value: Any) -> Decimal:
        return quantity(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": QuantityFormField, **kwargs})


for _field in (MoneyField, QuantityField):
    for _connector in (Combinable.ADD, Combinable.SUB):
        register_combinable_fields(_field, _connector, _field, _field)
    register_combinable_fields(_field, Combinable.MUL, models.IntegerField, _field)
    register_combinable_fields(models.IntegerField, Combinable.MUL, _field, _field)
