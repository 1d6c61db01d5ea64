"""Names of companies and people compared as a person would: «ООО "Ромашка"» and «Ромашка, ООО» are one company."""

import re
from collections.abc import Hashable, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz, process

from core.text import normal

# From this score (0–100) two names are near enough to be shown to the user as the same one.
NEAR = 88.0

_LONG_FORMS = re.compile(
    r"\b(?:обществ[оа] с (?:ограниченной|дополнительной) ответственностью"
    r"|(?:(?:публичное|непубличное|открытое|закрытое) )?акционерное общество|индивидуальн(?:ый|ого) предпринимател[ья]"
    r"|крестьянское (?:\(?фермерское\)? )?хозяйство"
    r"|(?:федеральное |муниципальное )?(?:государственное )?унитарное предприятие)\b"
)
_FORMS = frozenset(
    re.findall(
        r"\w+",
        "ооо зао оао пао ао нао одо ип пбоюл чп тоо кфх фгуп гуп муп мп гк нко ано чоу спк оп "
        "llc ltd inc gmbh jsc pjsc ojsc co corp plc ag sa srl bv",
    )
)
_MARKS = re.compile(r"[^\w&+]+")


class Near(NamedTuple):
    """A name found near: its key in the mapping that was searched, and how near it is (0–100)."""

    key: Hashable
    score: float


def name_key(name: str) -> str:
    """The name without legal form, quotes and marks, in normal form; names with one key are the same name.

    A name that is nothing but a legal form keeps it, so that the key of a name is never empty by accident.
    """
    text = _MARKS.sub(" ", _LONG_FORMS.sub(" ", normal(name))).replace("_", " ")
    words = text.split()
    kept = [word for word in words if word not in _FORMS]
    return " ".join(kept or words)


def similarity(first: str, second: str) -> float:
    """How near two names are, 0–100, order of words aside. Names with different numbers in them are never near."""
    return key_similarity(name_key(first), name_key(second))


def key_similarity(first: str, second: str, *, score_cutoff: float | None = None) -> float:
    """`similarity` of two keys made by `name_key`; 0 below the cut-off."""
    cutoff = score_cutoff or 0.0
    if first == second:
        return 100.0
    score = max(
        fuzz.ratio(first, second, score_cutoff=cutoff),
        fuzz.token_sort_ratio(first, second, score_cutoff=cutoff),
    )
    return score if score and _numbers(first) == _numbers(second) else 0.0


def near_names(
    name: str, keys: Mapping[Hashable, str], *, limit: int = 5, at_least: float = NEAR
) -> list[Near]:
    """The nearest of many names, best first. `keys` maps anything (a primary key) to the `name_key` of its name.

    100,000 keys take about 50 ms.
    """
    return near_keys(name_key(name), keys, limit=limit, at_least=at_least)


def near_keys(
    key: str, keys: Mapping[Hashable, str], *, limit: int = 5, at_least: float = NEAR
) -> list[Near]:
    """The same for a key, however it was made."""
    if not key:
        return []
    # Two passes, both in C; numbers are compared only for the few that are near.
    found: dict[Hashable, float] = {}
    for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
        for other, score, which in process.extract(
            key, keys, scorer=scorer, limit=limit * 4, score_cutoff=at_least
        ):
            if _numbers(other) == _numbers(key):
                found[which] = max(score, found.get(which, 0.0))
    best = sorted(found.items(), key=lambda item: -item[1])
    return [Near(which, score) for which, score in best[:limit]]


def _numbers(key: str) -> list[str]:
    return sorted(re.findall(r"\d+", key))
