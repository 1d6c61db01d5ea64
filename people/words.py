"""People by the words with which a file names them."""

from collections import defaultdict

from core.imports.words import plain
from people import access
from people.models import User


def sellers_by_words(user: User) -> tuple[dict[int, str], dict[str, int]]:
    """Names of the sellers the user may choose, by id; ids by plain words: name, name turned round, e-mail.

    Of two namesakes neither is certain.
    """
    people = list(access.sellers_visible_to(user).order_by("name"))
    found: dict[str, set[int]] = defaultdict(set)
    for one in people:
        first, _space, last = one.name.rpartition(" ")
        for words in (one.name, f"{last} {first}", one.email, one.short_name):
            found[plain(words)].add(one.pk)
    certain = {words: ids.copy().pop() for words, ids in found.items() if words and len(ids) == 1}
    return {one.pk: one.name for one in people}, certain
