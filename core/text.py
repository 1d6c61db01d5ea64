"""Text that is searched: one normal form, a column that holds it, and the words of a query.

Databases do not agree on the case of Cyrillic letters (SQLite knows none), so what is searched is kept in one
normal form in a column of its own, and the query is brought to the same form: «ИВАНОВ» finds «Иванов», «е» finds «ё».
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from core.indexes import OfOneDatabase

# Characters nobody sees: they come with copied text, and PostgreSQL refuses the first one altogether.
_UNSEEN = dict.fromkeys([0x00, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


def normal(text: str) -> str:
    """The form in which texts are compared: case folded, «ё» as «е», unseen characters out, white space folded."""
    if not text.isascii():
        # Twice decomposed and folded, as Unicode's canonical caseless match asks; composed again, so that «й» is one.
        text = unicodedata.normalize("NFD", text.translate(_UNSEEN)).casefold()
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()).replace("ё", "е")
    else:
        text = text.replace("\x00", "").lower()
    return " ".join(text.split())


if TYPE_CHECKING:
    _TextField = models.TextField[str | Combinable, str]
    _Lookup = models.Lookup[bool]
else:
    _TextField = models.TextField
    _Lookup = models.Lookup


class SearchField(_TextField):
    """A text column that holds normalised text; whatever is saved or looked for is normalised on the way.

    Searched by the lookup `has` (a substring). Add a `SearchIndex` to the model, so that PostgreSQL has an index.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for key, usual in (("blank", True), ("default", ""), ("editable", False)):
            if key not in kwargs:  # Django leaves out what equals its own default, which is not ours
                kwargs[key] = getattr(self, key)
            if kwargs[key] == usual:
                del kwargs[key]
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return normal(value) if isinstance(value, str) else value


@SearchField.register_lookup
class Has(_Lookup):
    """`search__has="иван"`: the column holds this substring. An empty text is in every row."""

    lookup_name = "has"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, column_params = self.process_lhs(compiler, connection)
        if connection.vendor != "postgresql":
            text, text_params = self.process_rhs(compiler, connection)
            return f"instr({column}, {text}) > 0", (*column_params, *text_params)
        # A LIKE with the pattern as a plain parameter is what a gin_trgm_ops index can answer.
        pattern = "%" + re.sub(r"([\\%_])", r"\\\1", self.rhs) + "%"
        return f"{column} LIKE %s", (*column_params, pattern)


class SearchIndex(OfOneDatabase, GinIndex):
    """Trigrams of one `SearchField` on PostgreSQL (needs the extension pg_trgm); nothing on SQLite, which scans."""

    vendor = "postgresql"

    def __init__(self, field: str = "", *, name: str, **kwargs: Any) -> None:
        kwargs.setdefault("fields", [field])
        kwargs.setdefault("opclasses", ["gin_trgm_ops"])
        super().__init__(name=name, **kwargs)


# A run of digits with what people put between them, not a part of a word like «ab-12345» or «12345x».
_DIGIT_RUN = re.compile(r"(?<![\w\-./+])\+?\(?\d(?:[\s()\-‐-―.]*\d)+\)?(?!\w)")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}-\d{1,2}-\d{1,2}")
# «2024-2025»: no phone is grouped so.
_RANGE = re.compile(r"\d{4}[‐-―-]\d{4}")
# How people say the last four digits of a phone, and how they write «корпус 12-34»: it is looked for as both.
_LAST_FOUR = re.compile(r"\d\d[‐-―-]\d\d")
# Fewer digits than these are rather a number of something than a part of a phone, unless «+» says otherwise.
_PHONE_DIGITS = 5


def search_terms(query: str) -> list[str]:
    """The normalised words that must all be found; a phone or its end, in any notation, is one word of digits.

    «Иванов 8 (912) 345-67-89» → ["иванов", "79123456789"]; «67-89-01» → ["678901"]. A leading 8 stands for +7: of a
    whole number it becomes 7, of a beginning («8 912 345») it is left out, so that both are found in E.164 digits.
    Quotes and other marks around a word are left out: whoever types them seldom types the ones that were saved.
    «67-89» stays a word: `has_term` looks for it as the end of a phone too.
    """
    terms: list[str] = []
    text = normal(query)
    rest: list[str] = []
    position = 0
    for run in _DIGIT_RUN.finditer(text):
        if digits := _phone_digits(run.group()):
            rest.append(text[position : run.start()])
            position = run.end()
            terms.append(digits)
    rest.append(text[position:])
    words = (_MARKS.sub("", word) for word in " ".join(rest).split())
    return list(dict.fromkeys([*filter(None, words), *terms]))


_MARKS = re.compile(r"^[\W_]+|[\W_]+$")


def _phone_digits(run: str) -> str:
    """The run as a part of an E.164 number; "" if it is rather a date or a small number."""
    digits = re.sub(r"\D", "", run)
    if _DATE.fullmatch(run) or _RANGE.fullmatch(run) or (len(digits) < _PHONE_DIGITS and run[0] != "+"):
        return ""
    if digits[0] == "8" and run[0] != "+":
        if len(digits) == 11:
            return "7" + digits[1:]
        # Without its first digit a term finds more, never less: safe for an INN or a city number that begins with 8.
        if len(digits) in (8, 9, 10) or re.match(r"8[\s(\-]", run):
            return digits[1:]
    return digits


def has_term(field: str, term: str) -> models.Q:
    """The condition that the `SearchField` holds one of `search_terms`."""
    condition = models.Q((f"{field}__has", term))
    if _LAST_FOUR.fullmatch(term):
        condition |= models.Q((f"{field}__has", re.sub(r"\D", "", term)))
    return condition


def search_q(field: str, query: str) -> models.Q:
    """The condition that the `SearchField` holds every term of the query; empty (all rows) for an empty query."""
    return models.Q(*(has_term(field, term) for term in search_terms(query)))
