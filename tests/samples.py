"""How a room says with what its addresses are to be asked; see tests/test_rights.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from people.models import Role
from tests.cast import Cast, Member, Seller

EVERYBODY = frozenset(Role)
SELLERS = frozenset({Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
NO_SUCH = 987_654_321


@dataclass(frozen=True, kw_only=True)
class Sample:
    """With what an address is asked, and what has to be so.

    An address that names a record says how: `of(cast, seller)` gives the seller's own record (or the keywords of the
    address) and so who may see it follows from whose it is; `it(cast)` gives a record that belongs to nobody, and
    `roles` says who may. An address that names none has neither: again `roles` says who may.
    """

    of: Callable[[Cast, Seller], Any] | None = None
    it: Callable[[Cast], Any] | None = None
    # The keywords of the address of something that is not there, beside those `of` or `it` give.
    missing: dict[str, Any] | None = None
    roles: frozenset[Any] = SELLERS
    # What is sent by POST: valid, so that only the right can be the reason of a refusal.
    post: Callable[[Cast, Member, Seller], dict[str, Any]] | None = None
    # Whether an answer with 200 to GET holds the token of the seller whose record it is (for a list: of all one sees).
    shows: bool = True
    # Further questions to the same address. In them {phone} (its last digits), {whole_phone}, {number}, {client},
    # {deal}, {task}, {user}, {team} become those of a seller whose records the reader may not see.
    queries: tuple[str, ...] = ()
    # A record that its seller alone sees, neither their head nor the director.
    private: bool = False
    # What the address needs besides to open at all: {own} is the number of a client the reader sees.
    needs: str = ""
    # Who sees the record may still not do this to it: 403, which tells nothing that is not known.
    may_refuse: bool = False
    # The data of `post` name a record of the seller's: nothing may come of it where that is not the reader's.
    reaches: bool = False
    # Answers without a sign-in.
    public: bool = False

    def keywords(self, cast: Cast, seller: Seller) -> dict[str, Any]:
        """The keywords of the address."""
        found = self.of(cast, seller) if self.of else self.it(cast) if self.it else {}
        return found if isinstance(found, dict) else {"pk": found.pk}

    def missing_keywords(self, cast: Cast, seller: Seller) -> dict[str, Any]:
        """The keywords of an address that leads to nothing."""
        keywords = self.keywords(cast, seller)
        return {**keywords, **(self.missing or {"pk": NO_SUCH})}
