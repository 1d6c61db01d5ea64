"""What the address asks of a list: search, filters, sort. Wrong values say so beside their field and the rest holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import NullBooleanField
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_filters import FilterSet
from django_filters.filters import QuerySetRequestMixin

from core import show
from core.tables.columns import Column, SortTerm, emptiness_last, turned
from core.tables.filters import FilterField, dressed

QUERY, SORT, PAGE, EXPORT = "q", "sort", "page", "export"
RESERVED = frozenset({QUERY, SORT, PAGE, EXPORT})
_LONGEST_QUERY = 200
_LONGEST_KEY = 18  # digits of a bigint, one less to be safe


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the address of the list without it."""

    label: str
    value: str
    without: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


class Selection:
    """The part of `rows` that the request asks for. Nothing of the request reaches the database as a name.

    `keeps` are keys of the address that say which rows these are, and stay whatever is sorted or leafed.
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        columns: Sequence[Column],
        *,
        filterset: type[FilterSet] | None = None,
        default_sort: str = "",
        keeps: Iterable[str] = (),
    ) -> None:
        self.request = request
        self._keeps = frozenset(keeps)
        self.columns = columns
        self.default_sort = default_sort
        self.query = request.GET.get(QUERY, "").replace("\x00", "").strip()[:_LONGEST_QUERY]
        self.filters = (
            filterset(data=_safe(request.GET, filterset), queryset=rows, request=request)
            if filterset
            else None
        )
        self._rows = rows
        asked = request.GET.get(SORT, "")
        self.sort_column: Column | None
        self.sort_column, self.descending = self._sort(asked) or self._sort(default_sort) or (None, False)

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """The rows that pass the filters, without the search."""
        return self.filters.qs if self.filters is not None else self._rows

    @property
    def order_by(self) -> list[SortTerm]:
        """The terms of the order, the last of them the primary key: equal rows must not change places between pages."""
        if self.sort_column:
            terms = self.sort_column.order_by(descending=self.descending)
        else:
            terms = [self.default_sort] if self.default_sort else []
        falls = bool(terms) and (
            terms[0].startswith("-") if isinstance(terms[0], str) else getattr(terms[0], "descending", False)
        )
        model = self._rows.model
        return [*(emptiness_last(term, model) for term in terms), turned("pk") if falls else "pk"]

    def _sort(self, asked: str) -> tuple[Column, bool] | None:
        """The sortable column named so (a leading minus: descending), or None."""
        key, descending = asked.removeprefix("-"), asked.startswith("-")
        for column in self.columns:
            if column.key == key and column.sort is not None:
                return column, descending
        return None

    @property
    def sort(self) -> str:
        """The sort in force as the address writes it; empty where the default is no column."""
        return _sort_key(self.sort_column, self.descending) if self.sort_column else ""

    def sort_url(self, column: Column) -> str:
        """The list sorted by the column; the other way round if it already is."""
        descending = not self.descending if column is self.sort_column else column.type.falls
        return self.url(**{SORT: _sort_key(column, descending)})

    def aria_sort(self, column: Column) -> str:
        if column is not self.sort_column:
            return ""
        return "descending" if self.descending else "ascending"

    @property
    def sort_choices(self) -> list[tuple[str, str, bool]]:
        """Every sort there is, as (key, words, whether it is in force): for phones, which have no headers."""
        return [
            (key, f"{column.label} {'↓' if descending else '↑'}", key == self.sort)
            for column in self.columns
            if column.sort is not None
            for descending in (column.type.falls, not column.type.falls)
            for key in [_sort_key(column, descending)]
        ]

    @cached_property
    def fields(self) -> list[FilterField]:
        return dressed(self.filters.form) if self.filters is not None else []

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or self.chips)

    @property
    def is_asked(self) -> bool:
        """Whether the address asks for anything at all, be it wrong: an empty answer is then no empty list."""
        return self.is_narrowed or any(field.bound.errors for field in self.fields)

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in force in words, without the search (its words stand in its box)."""
        if self.filters is None or not self.filters.is_bound:
            return []
        form = self.filters.form
        form.is_valid()  # cleaned_data then holds the valid ones, whatever is wrong with the rest
        return [
            Chip(str(field.label), words, self.url(**dict.fromkeys([PAGE, *self._keys_of(name)])))
            for name, value in form.cleaned_data.items()
            for field in [form.fields[name]]
            for words in [_in_words(value, field)]
            if words
        ]

    @property
    def caption(self) -> list[str]:
        """The selection in sentences, for the head of a file or of a printed page."""
        search = [f"{_('Search')}: «{self.query}»"] if self.query else []
        return [*search, *map(str, self.chips)]

    def url(self, **changes: str | None) -> str:
        """The address of this list with the changes (None takes a key away); the page starts anew unless given."""
        known = set(RESERVED - {EXPORT}) | self._keeps
        if self.filters is not None:
            known.update(key for name in self.filters.form.fields for key in self._keys_of(name))
        params = QueryDict(mutable=True)
        for key, values in self.request.GET.lists():
            if key in known and key != PAGE and key not in changes:
                params.setlist(key, [value for value in values if value and "\x00" not in value])
        for key, change in changes.items():
            if change is not None:
                params[key] = change
        if params.get(SORT) == self.default_sort:
            params.pop(SORT, None)
        return f"{self.request.path}?{params.urlencode()}" if params.urlencode() else self.request.path

    def _keys_of(self, name: str) -> list[str]:
        """The keys of the address that belong to one filter; a range has one for each end."""
        assert self.filters is not None
        widget = self.filters.form.fields[name].widget
        suffixes: Any = getattr(widget, "suffixes", None) or getattr(widget, "widgets_names", ())
        return [name, *(f"{name}_{suffix.removeprefix('_')}" for suffix in suffixes)]


def _sort_key(column: Column, descending: bool) -> str:
    return f"-{column.key}" if descending else column.key


def _safe(data: QueryDict, filterset: type[FilterSet]) -> QueryDict:
    """The same without what databases stop at: NUL characters, and keys of records greater than any key can be."""
    clean = data.copy()
    for name, values in data.lists():
        is_key = isinstance(filterset.base_filters.get(name), QuerySetRequestMixin)
        clean.setlist(name, [_safe_key(value) if is_key else value.replace("\x00", "") for value in values])
    return clean


def _safe_key(value: str) -> str:
    digits = value.strip().lstrip("+-").replace("_", "")
    return "0" if "\x00" in value or (digits.isdigit() and len(digits) > _LONGEST_KEY) else value


def _in_words(value: Any, field: Any) -> str:
    """A filter's cleaned value as people read it; empty for a filter that is not set."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        may_be_unset = isinstance(field, NullBooleanField)  # a plain tick that is not set says nothing
        return _("yes") if value else _("no") if may_be_unset else ""
    if isinstance(value, slice):
        if isinstance(value.start or value.stop, dt.date):
            ends = [(pgettext("day", "from"), value.start), (pgettext("day", "to"), value.stop)]
        else:
            ends = [(pgettext("number", "from"), value.start), (pgettext("number", "to"), value.stop)]
        return " ".join(f"{word} {_in_words(end, field)}" for word, end in ends if end is not None)
    if isinstance(value, dt.datetime):
        return show.moment(value)
    if isinstance(value, dt.date):
        return show.day(value, weekday=False)
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_in_words(one, field) for one in value)
    field_choices: Any = getattr(field, "choices", None)
    if field_choices is not None:
        labels = {
            str(key): str(label) for key, label in field_choices if not isinstance(label, (list, tuple))
        }
        return labels.get(str(value), str(value))
    return str(value)
