"""Which column of a sheet is which: the header row is found and its cells are matched with what an importer knows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from rapidfuzz import fuzz

from core.imports.parse import line
from core.imports.reader import Sheet
from core.imports.sandbox.spool import Cell
from core.text import normal

# How near (0–100) a heading must be to a known one, and by how much nearer than to any other.
_NEAR = 86.0
_LEAD = 4.0
_LOOK = 40
_MARKS = re.compile(r"[^\w№+]+")


class Heading(Protocol):
    """A column an importer can fill: its key, and the headings people give it, Russian and English."""

    @property
    def key(self) -> str: ...
    @property
    def headings(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a sheet: its number as Excel shows it, and its cells as texts, "" where blank."""

    row: int
    cells: list[str]


def heading_key(text: str) -> str:
    """A heading in the form in which headings are compared: «E-mail:» and «e mail» are one."""
    return " ".join(_MARKS.sub(" ", normal(text)).replace("_", " ").split())


def guess(columns: Iterable[Heading], cells: Sequence[Cell]) -> dict[str, int]:
    """Key of the importer's column → index of the sheet's column, for those that are certain enough.

    First a heading that says the same, then one nearly the same. One sheet column serves one importer column; where
    two fit equally well, neither is guessed: a wrong guess costs the user more than an empty choice.
    """
    known = {column.key: [heading_key(heading) for heading in column.headings] for column in columns}
    keys = [heading_key(line(cell)) for cell in cells]
    mapping: dict[str, int] = {}
    _take_exact(known, keys, mapping)
    _take_near(known, keys, mapping)
    return mapping


def _take_exact(known: Mapping[str, list[str]], keys: list[str], mapping: dict[str, int]) -> None:
    for column, headings in known.items():
        found = [index for index, key in enumerate(keys) if key and key in headings]
        if len(found) > 1:  # «Телефон» and «Тел.»: the heading named first is meant, unless it stands twice
            best = min(headings.index(keys[index]) for index in found)
            found = [index for index in found if headings.index(keys[index]) == best]
        if len(found) == 1 and found[0] not in mapping.values():
            mapping[column] = found[0]


def _take_near(known: Mapping[str, list[str]], keys: list[str], mapping: dict[str, int]) -> None:
    scores: dict[tuple[str, int], float] = {}
    exact = {heading for headings in known.values() for heading in headings}
    for column, headings in known.items():
        for index, key in enumerate(keys):
            # A cell that is another column's exact heading is that column's, even if it was taken by none.
            if key and column not in mapping and index not in mapping.values() and key not in exact:
                score = max(_nearness(heading, key) for heading in headings)
                if score >= _NEAR - _LEAD:
                    scores[column, index] = score
    for (column, index), score in sorted(scores.items(), key=lambda item: -item[1]):
        if score < _NEAR or column in mapping or index in mapping.values():
            continue
        rivals = [
            other
            for (rival, place), other in scores.items()
            if (rival == column) != (place == index)
            and rival not in mapping
            and place not in mapping.values()
        ]
        if all(score - other >= _LEAD for other in rivals):
            mapping[column] = index


def _nearness(heading: str, key: str) -> float:
    # All words of a known heading inside a longer one are near too: «Телефон клиента (моб.)».
    score = max(fuzz.ratio(heading, key), fuzz.token_sort_ratio(heading, key))
    if len(heading) >= 4 and set(heading.split()) < set(key.split()):
        score = max(score, 90.0)
    return score


def find_header(sheet: Sheet, known_headings: Iterable[str]) -> Header | None:
    """The header row: among the first rows the one with the most known headings; with none, the first row of texts.

    So merged titles, dates and totals above the table are passed over. None for a sheet without rows.
    """
    known = {heading_key(heading) for heading in known_headings}
    best: tuple[int, Header] | None = None
    fallback: Header | None = None
    for number, cells in islice(sheet.rows, _LOOK):
        texts = [line(cell) for cell in cells]
        hits = len({key for key in map(heading_key, texts) if key in known})
        if hits and (best is None or hits > best[0]):
            best = hits, Header(number, texts)
        filled = [cell for cell in cells if cell is not None]
        if (
            fallback is None
            and len(filled) >= min(2, sheet.width)
            and all(isinstance(c, str) for c in filled)
        ):
            fallback = Header(number, texts)
    if best and (best[0] > 1 or sheet.width == 1 or fallback is None or fallback.row == best[1].row):
        return best[1]
    # A single known word may stand in a title by chance; a row of several texts is the better header then.
    return fallback or (best[1] if best else _first(sheet))


def _first(sheet: Sheet) -> Header | None:
    for number, cells in sheet.rows:
        return Header(number, [line(cell) for cell in cells])
    return None
