"""The indicators. Each built-in one is a file of this folder; nothing else need be touched to add another.

`definition_of(row)` says how a row of `kpi.models.Indicator` (or of its versions) is counted.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from kpi.indicators.activities import Chosen, ChosenQuantity
from kpi.indicators.base import Definition
from kpi.models import Indicator, Rule

_Kind = Indicator.Kind


@cache
def built_in() -> dict[str, type[Definition]]:
    """Every declared indicator by its code."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    found = {}
    waiting = Definition.__subclasses__()
    while waiting:
        declared = waiting.pop()
        waiting += declared.__subclasses__()
        if isinstance(vars(declared).get("code"), str):
            found[str(vars(declared)["code"])] = declared
    return found


def definition_of(row: Any) -> Definition:
    """How the indicator of the row is counted; the row is an `Indicator` or one of its versions, but no ratio."""
    if row.kind == _Kind.COUNT:
        return Chosen(row)
    if row.kind == _Kind.QUANTITY:
        return ChosenQuantity(row)
    return built_in()[row.code](counts_imports=row.counts_imports)


def name_of(row: Any) -> str:
    """The indicator's name, a built-in one's own in the reader's language."""
    return row.name or str(built_in()[row.code].name)


def unit_of(row: Any) -> str:
    """In what it is measured (`Rule.Unit`)."""
    if row.kind == _Kind.RATIO:
        return Rule.Unit.PERCENT if row.as_percent else Rule.Unit.NUMBER
    return definition_of(row).unit


def is_flow(row: Any) -> bool:
    """Whether it counts what happened in a time, and not what stands at a moment. A ratio is of what it divides."""
    return True if row.kind == _Kind.RATIO else definition_of(row).is_flow


def formula_of(row: Any) -> str:
    """The rule in words, in the reader's language."""
    from django.utils.translation import gettext as _

    if row.kind == _Kind.RATIO:
        words = _("%(numerator)s divided by %(denominator)s; no value where there was nothing to divide by.")
        return words % {"numerator": row.numerator, "denominator": row.denominator}
    return str(definition_of(row).formula)
