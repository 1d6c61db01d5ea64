"""Parsers for an importer's columns: of a cell they make a value that fits JSON, or raise `CellError`."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import show
from core.imports import parse
from core.imports.parse import CellError
from core.imports.sandbox.spool import Cell
from core.money import THOUSANDTH, format_money, money, plain_quantity, quantity

# What a quantity made by a formula is beside a whole thousandth, and nobody means.
_NOISE = 1e-6


def text(model: type[Any], field: str) -> Callable[[Cell], str]:
    """A line that fits the model's field."""
    most = model._meta.get_field(field).max_length
    return lambda cell: parse.line(cell, most=most)


def word(cell: Cell) -> str:
    """A word that names a record of a list."""
    return parse.line(cell, most=200)


def long_text(cell: Cell) -> str:
    return parse.paragraphs(cell, most=20_000)


def amount(cell: Cell) -> str | None:
    """A sum that is not negative: «1200.50»."""
    value = parse.amount(cell)
    if value is not None and value < 0:
        raise CellError(_("An amount cannot be negative."))
    return None if value is None else str(value)


def amount_words(value: str) -> str:
    return format_money(money(value))


def how_much(cell: Cell) -> str | None:
    """A quantity: «12.500». A number of the workbook is a float already, and rounded like sums are."""
    if parse.is_blank(cell):
        return None
    try:
        if isinstance(cell, float):
            rounded = round(cell, 3)
            cell = f"{rounded:.3f}" if abs(rounded - cell) < _NOISE else repr(cell)
        return str(quantity(parse.as_text(cell)).quantize(THOUSANDTH))
    except ValidationError as error:
        raise CellError(error.messages[0]) from None


def how_much_words(value: str) -> str:
    return plain_quantity(quantity(value))


def day(cell: Cell) -> str | None:
    """«2026-11-05»."""
    value = parse.day(cell)
    return value.isoformat() if value else None


def day_words(value: str) -> str:
    return show.day(dt.date.fromisoformat(value))
