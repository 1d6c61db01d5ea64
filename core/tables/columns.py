"""Columns of a list, as its declaration names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Expression, F, OrderBy
from django.utils.functional import Promise

from core.tables.kinds import KINDS, Kind

Label = str | Promise
SortTerm = str | F | Expression
KindName = Literal[
    "text",
    "longtext",
    "number",
    "int",
    "quantity",
    "money",
    "sum",
    "percent",
    "date",
    "moment",
    "person",
    "phone",
    "email",
    "stage",
    "next_step",
    "bool",
    "flags",
    "spark",
]


@dataclass(frozen=True)
class Column:
    """One column.

    `value` finds the cell in the row: an attribute path ("manager.short_name", methods are called, a None on the way
    is an empty cell) or a function of the row; by default the attribute named like the column. `link` is the same for
    an address. `sort`: what ascending order means, one or several terms of order_by; without it there is no sorting.
    Rows without a value stand at the end either way (`emptiness_last`). `in_dialog`: the link opens over the list and
    leads back to it. `total`: an aggregate over everything filtered (`Sum("amount")`). `only_export` columns are in
    files only, `export=False` ones never. `on_phone`: "end" stands at the right of the row's first line, "line" on its
    second, "hide" is left out; the list's primary column is the first line itself. `wide_only` columns wait for a wide
    screen. `tone`: the verdict a cell is coloured by in a workbook: met, near, missed, or nothing.
    """

    key: str
    label: Label
    kind: KindName = "text"
    value: str | Callable[[Any], Any] | None = None
    link: str | Callable[[Any], str | None] | None = None
    in_dialog: bool = False
    sort: SortTerm | Sequence[SortTerm] | None = None
    total: Any = None
    export: bool = True
    only_export: bool = False
    on_phone: Literal["line", "end", "hide"] = "line"
    wide_only: bool = False
    tone: Callable[[Any], str] | None = None

    @cached_property
    def css(self) -> str:
        kind = "stage-cell" if self.kind == "stage" else self.kind  # "stage" is the mark inside
        on_phone = "" if self.on_phone == "line" else f" phone-{self.on_phone}"
        return f"{kind}{' num' if self.type.right else ''}{on_phone}{' wide-only' if self.wide_only else ''}"

    @cached_property
    def head_css(self) -> str:
        """The classes of the column's head."""
        return f"{'num' if self.type.right else ''}{' wide-only' if self.wide_only else ''}".strip()

    @property
    def in_files(self) -> bool:
        return self.export and not self.type.drawn

    @property
    def type(self) -> Kind:
        return KINDS[self.kind]

    def value_of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        return follow(row, self.value or self.key)

    def link_of(self, row: Any) -> str | None:
        if self.link is None:
            return None
        found = self.link(row) if callable(self.link) else follow(row, self.link)
        return str(found) if found else None

    def order_by(self, *, descending: bool) -> list[SortTerm]:
        """The terms of order_by, turned round for `descending`."""
        terms = [self.sort] if isinstance(self.sort, (str, F, Expression)) else list(self.sort or ())
        return [turned(term) if descending else term for term in terms]


def follow(row: Any, path: str) -> Any:
    """The attribute at the end of a dotted path, methods called on the way; None as soon as something is None."""
    for name in path.split("."):
        if row is None:
            return None
        row = getattr(row, name)
        if callable(row):
            row = row()
    return row


def turned(term: SortTerm) -> SortTerm:
    """The opposite order of one term of order_by."""
    if isinstance(term, str):
        return term.removeprefix("-") if term.startswith("-") else f"-{term}"
    if isinstance(term, OrderBy) and term.nulls_last:  # what is empty stays at the end
        return OrderBy(term.expression, descending=not term.descending, nulls_last=True)
    if isinstance(term, OrderBy):
        copy = term.copy()
        copy.reverse_ordering()
        return copy
    return OrderBy(term, descending=True)


def emptiness_last(term: SortTerm, model: type[Model]) -> SortTerm:
    """The term with empty values at the end, in either direction: databases disagree which end is theirs.

    A term by a name that cannot be empty stays as it is, and so do expressions, which say themselves what they mean:
    an index made for an order serves that very order only.
    """
    if not isinstance(term, str) or not _may_be_empty(term.removeprefix("-"), model):
        return term
    name = F(term.removeprefix("-"))
    return name.desc(nulls_last=True) if term.startswith("-") else name.asc(nulls_last=True)


def _may_be_empty(path: str, model: type[Model]) -> bool:
    """Whether any field on the way is nullable; an annotation's name may hold anything."""
    at: Any = model
    for name in path.split(LOOKUP_SEP):
        try:
            field: Any = at._meta.pk if name == "pk" else at._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        at = field.related_model
    return False
