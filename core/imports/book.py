"""What an uploaded file holds, in the shape in which a run remembers it; and which column is probably which."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import models

from core import periods
from core.imports.headings import find_header, guess, heading_key
from core.imports.importer import Importer, SheetKind
from core.imports.models import RememberedMapping
from core.imports.parse import as_text, line
from core.imports.reader import Book, Row, Sheet

SAMPLES = 3
_SAMPLE_LENGTH = 60
# The column that the file of errors adds: it is not what makes a sheet another one.
ERROR_HEADINGS = ("Ошибка", "Error")
_ADDED = frozenset(map(heading_key, ERROR_HEADINGS))


def describe(
    book: Book, importer: Importer, headers: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Every sheet: its name, size, header row, headings, first rows below. `headers`: rows that the user named."""
    known = [heading for kind in importer.sheets for column in kind.columns for heading in column.headings]
    return [_describe(sheet, known, (headers or {}).get(sheet.name)) for sheet in book.sheets]


def _describe(sheet: Sheet, known: Iterable[str], header: int | None) -> dict[str, Any]:
    if header is None:
        found = find_header(sheet, known)
        row, cells = (found.row, found.cells) if found else (0, [])
    else:
        row = header
        cells = next(([line(cell) for cell in cells] for number, cells in sheet.rows if number == header), [])
    samples = [
        [_sample(cell) for cell in cells] for _number, cells in islice(rows_below(sheet, row), SAMPLES)
    ]
    return {
        "sheet": sheet.name,
        "hidden": sheet.hidden,
        "width": sheet.width,
        "height": sheet.height,
        "header": row,
        "headings": [text[:100] for text in cells] + [""] * (sheet.width - len(cells)),
        "samples": samples,
    }


def _sample(cell: Any) -> str:
    text = line(as_text(cell))
    return text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"


def rows_below(sheet: Sheet, header: int) -> Iterator[Row]:
    """The rows of the table: those below its header."""
    return ((number, cells) for number, cells in sheet.rows if number > header)


def guess_kind(sheet: Mapping[str, Any], importer: Importer) -> SheetKind | None:
    """What is on the sheet: the kind all of whose required columns are found, the most of all; its name comes first."""
    scores: list[tuple[bool, int, SheetKind]] = []
    for kind in importer.sheets:
        found = guess(kind.columns, sheet["headings"])
        if all(column.key in found for column in kind.columns if column.required):
            scores.append((sheet["sheet"].strip().casefold() in kind.names, len(found), kind))
    return max(scores, key=lambda score: score[:2])[2] if scores else None


def mapping_for(sheet: Mapping[str, Any], kind: SheetKind, user: models.Model) -> dict[str, int]:
    """{column key: index} as the user mapped these headings before; what is new among them is guessed."""
    guessed = guess(kind.columns, sheet["headings"])
    remembered = recall(sheet["headings"], user)
    if remembered is None or remembered.kind != kind.key:
        return guessed
    keys = {column.key for column in kind.columns}
    return {
        remembered.columns[name]: index
        for index, name in enumerate(_names(sheet["headings"]))
        if remembered.columns.get(name) in keys
    }


def recall(headings: Sequence[str], user: models.Model) -> RememberedMapping | None:
    """How the user mapped a sheet with these headings the last time."""
    return RememberedMapping.objects.filter(user=user.pk, signature=_signature(headings)).first()


def remember(headings: Sequence[str], kind: str, columns: Mapping[str, int], user: models.Model) -> None:
    """Keeps the mapping for the next sheet with these headings; "" as the kind: the sheet is left out."""
    names = _names(headings)
    RememberedMapping.objects.update_or_create(
        user_id=user.pk,
        signature=_signature(headings),
        defaults={
            "kind": kind,
            "columns": {names[index]: key for key, index in columns.items()},
            "changed_at": periods.now(),
        },
    )


def _names(headings: Sequence[str]) -> list[str]:
    """Each heading in the form in which they are compared, numbered where it stands twice: «телефон», «телефон #2»."""
    met: Counter[str] = Counter()
    names = []
    for heading in headings:
        key = heading_key(heading)
        met[key] += 1
        names.append(key if met[key] == 1 else f"{key} #{met[key]}")
    return names


def _signature(headings: Sequence[str]) -> str:
    names = {name for name in _names(headings) if name and name not in _ADDED and not name.startswith("#")}
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
