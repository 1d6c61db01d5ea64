"""The taxpayer's number (ИНН): ten digits of a company, twelve of a person, the last ones control digits."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_TENTH = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVENTH = (7, *_TENTH)
_TWELFTH = (3, *_ELEVENTH)
_SEPARATORS = re.compile(r"[\s\-‐-―]+")


def clean_inn(text: str) -> str:
    """The digits of an INN typed with any separators; "" of an empty text.

    Raises ValidationError with a sentence when it cannot be one: other characters, a wrong count, wrong control digits.
    """
    inn = _SEPARATORS.sub("", text)
    if not inn:
        return ""
    if not (inn.isascii() and inn.isdigit()):
        raise ValidationError(_("An INN consists of digits only."), code="inn_digits")
    if len(inn) not in (10, 12):
        raise ValidationError(
            _("An INN has 10 digits (a company) or 12 (a person); here there are %(count)s."),
            code="inn_length",
            params={"count": len(inn)},
        )
    digits = [int(digit) for digit in inn]
    wrong = (
        digits[9] != _control(digits, _TENTH)
        if len(inn) == 10
        else digits[10] != _control(digits, _ELEVENTH) or digits[11] != _control(digits, _TWELFTH)
    )
    if wrong or not any(digits):
        raise ValidationError(
            _("There is a slip in this INN: its control digits do not match."), code="inn_control"
        )
    return inn


def complete_inn(beginning: str) -> str:
    """A valid INN that begins with these 9 or 10 digits (for invented companies and people)."""
    digits = [int(digit) for digit in beginning]
    if len(digits) == 9:
        return beginning + str(_control(digits, _TENTH))
    if len(digits) == 10:
        digits.append(_control(digits, _ELEVENTH))
        return beginning + f"{digits[10]}{_control(digits, _TWELFTH)}"
    raise ValueError("An INN is completed from its first 9 (company) or 10 (person) digits.")


def validate_inn(text: str) -> None:
    """Validator for fields that hold an INN already cleaned: raises ValidationError as `clean_inn` does."""
    clean_inn(text)


def _control(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10
