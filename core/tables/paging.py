"""One page of a long list at a cost that does not grow with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

# Further than this nobody counts and nobody leafs: one narrows the selection or takes the file.
COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class Page:
    """The primary keys of one page, in order, and where it stands."""

    ids: Sequence[Any]
    number: int
    pages: int
    count: int  # at most COUNT_LIMIT + 1, which then means "more than COUNT_LIMIT"
    size: int

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_LIMIT

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.ids else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.size + len(self.ids)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def bounded_count(rows: QuerySet[Any], limit: int = COUNT_LIMIT) -> int:
    """How many rows there are, but no more than `limit` + 1."""
    return rows.order_by().values("pk")[: limit + 1].count()


def page_of(rows: QuerySet[Any], asked: str, size: int) -> Page:
    """The page asked for of ordered rows: no number is the first page, one beyond the end the last.

    One query for a list that fits on one page, else two. It fetches keys alone: joins and annotations of the columns
    are then made for fifty rows and not for all that had to be sorted.
    """
    keys = rows.values_list("pk", flat=True)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    number = max(1, number)
    if number == 1:
        ids = list(keys[: size + 1])
        if len(ids) <= size:
            return Page(ids, 1, 1, len(ids), size)
        count = bounded_count(rows)
        ids = ids[:size]
        return Page(ids, 1, _pages(count, size), count, size)
    count = bounded_count(rows)
    pages = _pages(count, size)
    number = min(number, pages)
    start = (number - 1) * size
    return Page(list(keys[start : start + size]), number, pages, count, size)


def _pages(count: int, size: int) -> int:
    return max(1, -(-min(count, COUNT_LIMIT) // size))
