"""Words of a file that name product groups, suppliers and people."""

import re
from collections.abc import Mapping

from core.imports.importer import LEAVE, NEW, SKIP
from core.imports.words import Vocabulary, plain
from core.names import name_key
from leads.models import NamedList
from orders.models import Supplier
from orders.tree import SEPARATOR, Tree
from people.models import User
from people.words import sellers_by_words

GROUPS, SUPPLIERS, MANAGERS = "group", "supplier", "manager"
VOCABULARIES = (GROUPS, SUPPLIERS, MANAGERS)
# «Оболочка / Черева», «Оболочка > Черева»; a stroke between digits is a size.
_BETWEEN = re.compile(r"\s*[>→\\|]\s*|\s*(?<!\d)/\s*|\s*/(?!\d)\s*")


def path_of(text: str) -> list[str]:
    """The names of a path, from the top."""
    return [" ".join(piece.split()) for piece in _BETWEEN.split(text) if piece.strip()]


def group_form(text: str) -> str:
    """The form in which paths of groups are compared."""
    return SEPARATOR.join(plain(piece) or piece for piece in path_of(text))


def vocabulary(key: str, user: User, answers: Mapping[str, str]) -> Vocabulary:
    if key == GROUPS:
        return _groups(answers)
    if key == MANAGERS:
        records, certain = sellers_by_words(user)
        return Vocabulary(key, records, certain, answers, may=(SKIP, LEAVE), unknown=LEAVE, guesses=False)
    suppliers: dict[int, str] = dict(_in_use(Supplier))
    known: dict[str, int] = {}
    for pk, name in suppliers.items():
        known.setdefault(name_key(name), pk)
    return Vocabulary(
        key, suppliers, known, answers, may=(NEW, LEAVE, SKIP), unknown=NEW, guesses=False, form=name_key
    )


def _groups(answers: Mapping[str, str]) -> Vocabulary:
    """A group is certain by its path, and by its name alone where no other has it."""
    tree = Tree.read()
    certain: dict[str, int] = {}
    names: dict[str, list[int]] = {}
    for group in tree.order:
        certain.setdefault(SEPARATOR.join(plain(one.name) for one in tree.chain(group.pk)), group.pk)
        names.setdefault(group_form(group.name), []).append(group.pk)
    for name, ids in names.items():
        if len(ids) == 1:
            certain.setdefault(name, ids[0])
    records = {group.pk: tree.path(group.pk) for group in tree.order}
    return Vocabulary(
        GROUPS, records, certain, answers, may=(NEW, SKIP), unknown=NEW, guesses=False, form=group_form
    )


def _in_use(model: type[NamedList]) -> list[tuple[int, str]]:
    rows = model.objects.filter(retired_at__isnull=True).order_by("position", "name")
    return list(rows.values_list("pk", "name"))
