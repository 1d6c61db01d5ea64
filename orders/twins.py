"""Products entered twice: the same article, the same name, names that are nearly the same.

The catalogue has thousands of names and is read at once: a form asks about one of them, an import about all of a file.
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from django.utils.translation import gettext as _

from core.names import near_keys
from core.text import normal
from orders.models import Product

# Latin letters that nobody can tell from Cyrillic ones on paper; a name is typed now with one, now with the other.
_ALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")
_BETWEEN_SIZES = re.compile(r"(?<=\d)\s*[х×*]\s*(?=\d)")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_MARKS = re.compile(r"[^\w.%/+°#&-]+|_")
_HYPHEN = re.compile(r"-(?!\d)|(?<=\w)-")
_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_UNIT = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")

Why = Literal["article", "name"]


def product_key(name: str) -> str:
    """The name without case, quotes and the like; products of one key are one product.

    What tells sizes and strengths apart stays: «1,5», «1/2», «5 %», «−18»; «10х20» and «10 × 20 » are the same.
    """
    text = normal(name).translate(_ALIKE).replace("\u2212", "-")
    text = _COMMA.sub(".", _BETWEEN_SIZES.sub("х", text))
    text = _DOT.sub(" ", _HYPHEN.sub(" ", _MARKS.sub(" ", text)))
    return " ".join(_UNIT.sub(" ", text).split()) or normal(name)


def article_key(article: str) -> str:
    """The article in the form in which articles are compared: case, blanks and the alphabet do not tell them apart."""
    return re.sub(r"\s+", "", normal(article).translate(_ALIKE))


def search_text(name: str, article: str) -> str:
    """All that a product is found by."""
    return normal(f"{name}\n{article}")


@dataclass(frozen=True)
class Twin:
    """A product that has the article or the name already. `key`: its id, or what `Known.add` called it."""

    key: Hashable
    why: Why
    value: str

    @property
    def words(self) -> str:
        """«артикул Ч-38/40»."""
        label = _("article %(value)s") if self.why == "article" else _("name “%(value)s”")
        return label % {"value": self.value}


class DuplicateProduct(Exception):
    """Another product has the article or the name already; nothing was written."""

    def __init__(self, found: Sequence[Twin]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.why} {one.value}" for one in found))
        self.found = list(found)


class Known:
    """The catalogue by names and articles, retired products too: one that is brought back is no second one."""

    def __init__(self, rows: Iterable[tuple[Hashable, str, str]]) -> None:
        """`rows`: key, name and article of each product."""
        self._names: dict[Hashable, str] = {}
        self._articles: dict[Hashable, str] = {}
        self._by_name: dict[str, Hashable] = {}
        self._by_article: dict[str, Hashable] = {}
        for key, name, article in rows:
            self.add(key, name, article)

    @classmethod
    def read(cls) -> Self:
        """As it stands, by one query."""
        return cls(Product.objects.order_by("pk").values_list("pk", "name", "article"))

    def add(self, key: Hashable, name: str, article: str = "") -> None:
        """Makes one more known, or what one is called from now on."""
        self.forget(key)
        self._names[key] = product_key(name)
        self._by_name.setdefault(self._names[key], key)
        if found := article_key(article):
            self._articles[key] = found
            self._by_article.setdefault(found, key)

    def forget(self, key: Hashable) -> None:
        """Its name and article are free again."""
        if self._by_name.get(name := self._names.pop(key, "")) == key:
            del self._by_name[name]
        if self._by_article.get(article := self._articles.pop(key, "")) == key:
            del self._by_article[article]

    def same(self, name: str = "", article: str = "", *, but: Hashable = None) -> list[Twin]:
        """Products with this article or this name, the article first; `but`: the product itself."""
        found: list[Twin] = []
        if article_key(article) and (key := self._by_article.get(article_key(article))) not in (None, but):
            found.append(Twin(key, "article", article))
        if name and (key := self._by_name.get(product_key(name))) not in (None, but):
            found.append(Twin(key, "name", name))
        return found

    def near(self, name: str, *, but: Hashable = None, limit: int = 5) -> list[Hashable]:
        """Products with nearly this name, the nearest first; names with other numbers in them are other products."""
        nearest = near_keys(product_key(name), self._names, limit=limit + 1)
        return [one.key for one in nearest if one.key != but][:limit]
