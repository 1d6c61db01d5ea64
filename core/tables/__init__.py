"""The list machine: a list is declared once, in a room's lists.py; see `List` and `Column`."""

from core.tables.columns import Column
from core.tables.filters import DayRangeFilter, TickFilter
from core.tables.table import Cell, Row, Table
from core.tables.values import Flag, NextStep
from core.tables.view import Action, Empty, List

__all__ = [
    "Action",
    "Cell",
    "Column",
    "DayRangeFilter",
    "Empty",
    "Flag",
    "List",
    "NextStep",
    "Row",
    "Table",
    "TickFilter",
]
