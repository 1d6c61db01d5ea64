"""Candidates for a duplicate as one user may see them.

Of a card that is not theirs they learn that it exists and who is responsible for it: no name, no number, no link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from leads.duplicates import Duplicate, find_duplicates, near_names
from leads.models import Client
from people.models import User


@dataclass
class Lookalike:
    """A card that may be the same client. `shared` says what it has in common («телефон +7 …»); empty: a near name."""

    client: Client
    is_visible: bool
    shared: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lookalikes:
    """`exact` ones are refused without a reason, `near` ones are shown before saving."""

    exact: Sequence[Lookalike] = ()
    near: Sequence[Lookalike] = ()

    def __bool__(self) -> bool:
        return bool(self.exact or self.near)


def lookalikes(
    user: User,
    *,
    name: str = "",
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    inn: str = "",
    exclude: Client | None = None,
) -> Lookalikes:
    """All candidates for values already cleaned."""
    found = find_duplicates(phones=phones, emails=emails, inn=inn, exclude=exclude)
    known = {one.client.pk for one in found}
    near = [client for client in near_names(name, exclude=exclude) if client.pk not in known]
    return shown_to(user, found, near)


def shown_to(user: User, found: Sequence[Duplicate], near: Sequence[Client] = ()) -> Lookalikes:
    """What `find_duplicates` and `near_names` found, each card once, with what this user may know of it."""
    ids = {one.client.pk for one in found} | {client.pk for client in near}
    visible = (
        set(Client.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    )
    exact: dict[int, Lookalike] = {}
    for one in found:
        card = exact.setdefault(one.client.pk, Lookalike(one.client, one.client.pk in visible))
        card.shared.append(one.words)
    return Lookalikes(
        exact=list(exact.values()),
        near=[Lookalike(client, client.pk in visible) for client in near],
    )
