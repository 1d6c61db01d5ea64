"""What an importer is: the sheets it knows, how it checks rows and how it writes them.

The ground reads files, maps columns, keeps staged rows and runs the jobs; it knows no client and no deal. An importer
stands in the highest room it writes to and is registered from there in `AppConfig.ready()`:

    importers.register(Sales())
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

from core.history.rollback import Allowed
from core.imports.models import ImportRow, ImportRun
from core.imports.sandbox.spool import Cell

Text = str | Promise


@dataclass(frozen=True)
class Column:
    """A column an importer can fill.

    `parse` makes a value that fits JSON of a cell, or raises `CellError`; None, "" and [] are blank. `headings` are
    what people write above it, Russian and English, the commonest first. `words` shows a value in the preview.
    """

    key: str
    label: Text
    headings: Sequence[str]
    parse: Callable[[Cell], Any]
    required: bool = False
    words: Callable[[Any], str] = str


@dataclass(frozen=True)
class SheetKind:
    """What a sheet may hold, in the order in which an importer wants its sheets checked.

    `names`: what such sheets are called, in lower case. `count(n)`: «5 000 клиентов», what the button says.
    """

    key: str
    label: Text
    names: Sequence[str]
    columns: Sequence[Column]
    count: Callable[[int], str]

    def column(self, key: str) -> Column:
        """The column of this key. Raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


@dataclass
class Parsed:
    """A row on its way through the check: its staged form, and the values of its cells by column key."""

    row: ImportRow
    values: dict[str, Any]
    raw: list[str] = field(default_factory=list)

    def error(self, column: str, sentence: str) -> None:
        """The row will not be loaded; why, beside the column. Only the first error of a column is kept."""
        if column not in {key for key, _said in self.row.errors}:
            self.row.errors.append([column, sentence])

    @property
    def is_wrong(self) -> bool:
        return bool(self.row.errors)


@dataclass(frozen=True)
class Word:
    """A word of the file that names no record for certain, and what it is taken for.

    `choice`: the id of a record as a text, `LEAVE` for leaving it out of the rows, `SKIP` for leaving the rows out,
    `NEW` for a record to be made, "" while it is open: rows with an open word are errors.
    """

    key: str
    text: str
    rows: int
    choice: str


LEAVE, SKIP, NEW = "leave", "skip", "new"


class Check(Protocol):
    """One check of one run, sheet kind by sheet kind in the importer's order, a portion of rows at a time."""

    def check(self, kind: str, rows: Sequence[Parsed]) -> None:
        """Sets `action`, `clean`, `same_as` and errors of the rows. Writes nothing."""

    def words(self) -> dict[str, list[Word]]:
        """By vocabulary, the words met so far that are not certain."""


class Importer(Protocol):
    """One way of bringing files in."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> Text:
        """What it brings: «Клиенты и контакты»."""

    @property
    def text(self) -> Text:
        """What the page of the upload says about such files."""

    @property
    def ability(self) -> str:
        """Who may bring such files (a key of the abilities of the room of people)."""

    @property
    def sheets(self) -> Sequence[SheetKind]: ...

    def begin(self, run: ImportRun) -> Check:
        """A fresh check of the run, by its answers."""

    def apply(self, run: ImportRun) -> None:
        """Writes the staged rows; called inside the operation of the import, whose author is `run.by`.

        Raises `OutOfDate` when the company has changed since the check so that the rows fit no more.
        """

    def allowed(self, user: Any) -> Allowed:
        """For the undo: which of a model's rows the user may change."""

    def vocabulary_label(self, key: str) -> str:
        """What the words of a vocabulary are: «Менеджеры»."""

    def choices(self, key: str, run: ImportRun) -> Sequence[tuple[str, str]]:
        """What a word of the vocabulary may be taken for: (choice, words)."""

    def questions(self, run: ImportRun) -> Any:
        """The form class of the decisions about the whole file; its fields' values become `run.answers["all"]`."""

    def links(self, run: ImportRun, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """{record id: (words, address)} of records that rows seem to be second ones of; "" where it is not theirs."""

    def row_choices(self) -> Sequence[tuple[str, str]]:
        """What may become of a row that seems to be a second one: (`ImportRow.Action` or "", words)."""

    def onward(self) -> tuple[str, str]:
        """Where to go when all is loaded: (words, address)."""

    def show(self, run: ImportRun, kind: str, rows: Sequence[ImportRow]) -> Sequence[Mapping[str, str]]:
        """Staged rows in words, by column key: what the preview shows."""


def own_page(of: Importer, name: str) -> str:
    """The URL name of a page an importer has of its own in place of that of all imports: "new", where the file is
    uploaded, or "run" (with the run's id). "" where it has none. Such an importer names them in `pages`."""
    pages: Mapping[str, str] = getattr(of, "pages", {})
    return pages.get(name, "")


class OutOfDate(Exception):
    """Since the check the company has changed so that the rows no longer fit; `str()` says how."""


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Makes the importer known by its key."""
    _importers[importer.key] = importer


def importer_of(run: ImportRun) -> Importer:
    return _importers[run.importer]


def importer(key: str) -> Importer:
    """The importer of this key. Raises KeyError."""
    return _importers[key]


def importers() -> Sequence[Importer]:
    """All of them, in the order in which they were registered."""
    return list(_importers.values())
