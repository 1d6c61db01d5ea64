"""Words of a file that name records: certain ones, guessed ones, ones to be asked about.

A word is certain where it says what a record is called (case, «ё», marks aside). Else it is guessed where one record
alone is alike, taken for what the importer says of unknown words, or asked about.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.imports.importer import LEAVE, NEW, SKIP, Word
from core.text import normal

_MARKS = re.compile(r"[^\w]+")
_STEM = 4


def plain(text: str) -> str:
    """The form in which words are compared: «Работа!» and «работа» are one."""
    return " ".join(_MARKS.sub(" ", normal(text)).split())


@dataclass(frozen=True)
class Meaning:
    """What a word is taken for: the id of a record, one that has still to be made, or that its rows, or the word
    alone, are left out."""

    record: int | None = None
    is_open: bool = False
    leaves_rows: bool = False
    is_new: bool = False


@dataclass
class Vocabulary:
    """The records of one list with the words that name them, and the words of the file that are not certain.

    `records`: names by id, in the order in which they are offered; `certain`: ids by the form of a word. `may`: what
    a word may be taken for besides (`SKIP`, `LEAVE`, `NEW`); `unknown`: which of these holds while nobody has answered,
    "" for none. `guesses`: whether a record alike is guessed. `form`: in which words are compared.
    """

    key: str
    records: dict[int, str]
    certain: dict[str, int]
    answers: Mapping[str, str] = field(default_factory=dict)
    may: Sequence[str] = (SKIP,)
    unknown: str = ""
    guesses: bool = True
    form: Callable[[str], str] = plain
    _met: dict[str, Word] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _known: dict[str, Meaning] = field(default_factory=dict)

    def meaning(self, text: str) -> Meaning:
        """What the word means for one row; asked once for each row, which it counts."""
        key = self.form(text) or text
        if key not in self._known:
            self._known[key] = self._decide(key, text)
        if key in self._met:
            self._rows[key] += 1
        return self._known[key]

    def _decide(self, key: str, text: str) -> Meaning:
        if key in self.certain:
            return Meaning(self.certain[key])
        guessed = self._alike(key) if self.guesses else None
        choice = self.answers.get(key, str(guessed) if guessed else self.unknown)
        if choice not in dict(self.choices()):
            choice = ""
        self._met[key] = Word(key, text, 0, choice)
        said = {
            SKIP: Meaning(leaves_rows=True),
            LEAVE: Meaning(),
            NEW: Meaning(is_new=True),
            "": Meaning(is_open=True),
        }
        return said[choice] if choice in said else Meaning(int(choice))

    def _alike(self, key: str) -> int | None:
        """The one record with a word that begins as one of these does: «E-mail (письмо)» is «Письмо»."""
        words = [word for word in key.split() if len(word) >= _STEM]
        alike = {
            pk
            for name, pk in self.certain.items()
            for first in name.split()[:1]
            for word in words
            if len(first) >= _STEM and (word.startswith(first) or first.startswith(word))
        }
        return alike.pop() if len(alike) == 1 else None

    def choices(self) -> list[tuple[str, str]]:
        """(choice, words); of what is no record the choice itself stands for the words."""
        return [*((str(pk), name) for pk, name in self.records.items()), *((one, one) for one in self.may)]

    @property
    def met(self) -> list[Word]:
        """The words that are not certain, open ones first, then by the number of their rows."""
        words = [Word(one.key, one.text, self._rows[one.key], one.choice) for one in self._met.values()]
        return sorted(words, key=lambda word: (word.choice != "", -word.rows, word.key))


def named(rows: Iterable[tuple[int, str]]) -> tuple[dict[int, str], dict[str, int]]:
    """Records by id, and ids by plain name; of two with one name the first is meant."""
    records = dict(rows)
    certain: dict[str, int] = {}
    for pk, name in records.items():
        certain.setdefault(plain(name), pk)
    return records, certain
