"""Words of a file that name records of the company: managers, kinds of contact, stages, sources, segments.

A word is certain where it says the name itself (case, «ё», marks aside); a manager also by e-mail or with name and
family name the other way round. Else it is guessed where one record alone is alike, and asked about where none is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from activities.models import ActivityKind
from core.imports.importer import LEAVE, SKIP, Word
from core.text import normal
from leads.models import Segment, Source
from people import access
from people.models import User
from pipeline.models import Stage

MANAGERS, KINDS, STAGES, SOURCES, SEGMENTS = "manager", "kind", "stage", "source", "segment"
# What a word may be left out of the rows for; without a manager or a kind there is no row.
_MAY_LEAVE = {STAGES, SOURCES, SEGMENTS}
# What is left out where nobody has answered: a source nobody knows is no reason to refuse a client.
_LEFT_OUT = {SOURCES, SEGMENTS}
_MARKS = re.compile(r"[^\w]+")
_STEM = 4


def plain(text: str) -> str:
    """The form in which words are compared: «Работа!» and «работа» are one."""
    return " ".join(_MARKS.sub(" ", normal(text)).split())


@dataclass(frozen=True)
class Meaning:
    """What a word is taken for: the id of a record, or that its rows, or the word alone, are left out."""

    record: int | None = None
    is_open: bool = False
    leaves_rows: bool = False


@dataclass
class Vocabulary:
    """The records of one list with the words that name them, and the words of the file that are not certain."""

    key: str
    records: dict[int, str]
    certain: dict[str, int]
    answers: Mapping[str, str] = field(default_factory=dict)
    _met: dict[str, Word] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _known: dict[str, Meaning] = field(default_factory=dict)

    def meaning(self, text: str) -> Meaning:
        """What the word means for one row; asked once for each row, which it counts."""
        key = plain(text) or text
        if key not in self._known:
            self._known[key] = self._decide(key, text)
        if key in self._met:
            self._rows[key] += 1
        return self._known[key]

    def _decide(self, key: str, text: str) -> Meaning:
        if key in self.certain:
            return Meaning(self.certain[key])
        guessed = self._alike(key)
        choice = self.answers.get(key, str(guessed) if guessed else LEAVE if self.key in _LEFT_OUT else "")
        if choice not in dict(self.choices()):
            choice = ""
        self._met[key] = Word(key, text, 0, choice)
        if choice == SKIP:
            return Meaning(leaves_rows=True)
        if choice == LEAVE:
            return Meaning()
        return Meaning(int(choice)) if choice else Meaning(is_open=True)

    def _alike(self, key: str) -> int | None:
        """The one record with a word that begins as one of these does: «E-mail (письмо)» is «Письмо»."""
        if self.key == MANAGERS:
            return None  # people of one family name are too many for a guess
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
        """(choice, words) of the records alone."""
        rest = [SKIP, LEAVE] if self.key in _MAY_LEAVE else [SKIP]
        return [*((str(pk), name) for pk, name in self.records.items()), *((one, one) for one in rest)]

    @property
    def met(self) -> list[Word]:
        """The words that are not certain, open ones first, then by the number of their rows."""
        words = [Word(one.key, one.text, self._rows[one.key], one.choice) for one in self._met.values()]
        return sorted(words, key=lambda word: (word.choice != "", -word.rows, word.key))


def _named(rows: Iterable[tuple[int, str]]) -> tuple[dict[int, str], dict[str, int]]:
    """Records by id, and ids by plain name; of two with one name the first is meant."""
    records = dict(rows)
    certain: dict[str, int] = {}
    for pk, name in records.items():
        certain.setdefault(plain(name), pk)
    return records, certain


def _managers(user: User) -> tuple[dict[int, str], dict[str, int]]:
    people = list(access.sellers_visible_to(user).order_by("name"))
    found: dict[str, set[int]] = defaultdict(set)
    for one in people:
        first, _space, last = one.name.rpartition(" ")
        for words in (one.name, f"{last} {first}", one.email, one.short_name):
            found[plain(words)].add(one.pk)
    # Of two namesakes neither is certain.
    certain = {words: ids.copy().pop() for words, ids in found.items() if words and len(ids) == 1}
    return {one.pk: one.name for one in people}, certain


def records_of(key: str, user: User) -> tuple[dict[int, str], dict[str, int]]:
    """The records of a vocabulary that the user may choose, and the words that name them."""
    if key == MANAGERS:
        return _managers(user)
    if key == STAGES:
        stages = Stage.objects.in_use().order_by("funnel__position", "funnel_id", "position", "pk")
        return _named(stages.values_list("pk", "name"))
    models: dict[str, Any] = {KINDS: ActivityKind, SOURCES: Source, SEGMENTS: Segment}
    rows = models[key].objects.filter(retired_at__isnull=True).order_by("position", "name")
    return _named(rows.values_list("pk", "name"))


def vocabulary(key: str, user: User, answers: Mapping[str, str]) -> Vocabulary:
    records, certain = records_of(key, user)
    return Vocabulary(key, records, certain, answers)
