"""Numbers of a picture in words, and how wide words are."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from core import show
from core.places import Text
from reports.pictures import Value

_GLUED = {"₽", "%"}


def exact(value: Value, unit: Text = "") -> str:
    """«1 240 000 ₽»: the whole number, for whoever points at it; a dash for none."""
    if value is None:
        return show.DASH
    number = Decimal(str(value))
    if unit == "%":
        return show.percent(number / 100, 1 if number % 1 else 0)
    places = 0 if number == number.to_integral_value() or unit == "₽" else None
    said = show.number(number, places)
    return f"{said}{show.NBSP}{unit}" if unit else said


def short(value: Value, unit: Text = "") -> str:
    """«1,2 млн», «340 тыс.», «98 %»: as much of a number as a picture has place for; a currency is left out."""
    if value is None:
        return ""
    number = Decimal(str(value))
    if unit == "%":
        return show.percent(number / 100)
    size = abs(number)
    for limit, words in (
        (Decimal(10) ** 9, _("%(number)s bn")),
        (Decimal(10) ** 6, _("%(number)s m")),
        (Decimal(10) ** 3, _("%(number)s k")),
    ):
        # What rounds up to the next unit is said in it: «1 млн», not «1 000 тыс.».
        if size >= limit * Decimal("0.9995") and size >= (10_000 if limit == 1000 else 0):
            part = number / limit
            said = show.number(part.quantize(Decimal("0.01" if abs(part) < 10 else "0.1")).normalize())
            return (words % {"number": said}).replace(" ", show.NBSP)
    return show.number(number.quantize(Decimal("0.1")) if size < 100 else number, None if size < 100 else 0)


def breadth(text: str, size: float = 12) -> float:
    """About how wide the words are in units of the picture."""
    return sum(_NARROW if char in ".,:;|'!ilI1\u00a0 " else _USUAL for char in text) * size


_NARROW, _USUAL = 0.34, 0.6


def fitting(text: Text, room: float, size: float = 12) -> str:
    """The words, cut with «…» where they are wider than the room."""
    words = str(text)
    if breadth(words, size) <= room:
        return words
    while words and breadth(words + "…", size) > room:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""
