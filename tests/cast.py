"""The cast of the tests: who works at the company, and what each of them has.

Two managers of one team with its head, a manager of another team, director, admin, logistician. Each who sells has one
client with a contact person, one deal, one conversation behind and one task ahead; all of their texts hold the
seller's token, a word that stands nowhere else. So a page is right when it holds tokens of those alone whose records
its reader may see.

    def test_…(cast):
        cast.anna.user, cast.anna.client, cast.anna.token …

`from tests.cast import cast` brings the fixture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from activities.models import Activity
from core import periods
from leads.models import Client, Contact
from people.models import Department, Role, Team, User
from pipeline.models import Deal
from tests.activities.factories import make_call, make_deal, make_task
from tests.factories import THURSDAY, make_department, make_team, make_user
from tests.leads.factories import make_client, make_contact


@dataclass
class Member:
    """Somebody of the company who owns nothing."""

    user: User

    def __str__(self) -> str:
        return self.user.get_role_display() or str(self.user)


@dataclass
class Seller(Member):
    """Somebody with a client, a deal, a conversation and a task of their own."""

    token: str
    phone: str
    client: Client
    contact: Contact
    deal: Deal
    call: Activity
    task: Activity


@dataclass
class Cast:
    north: Team
    south: Team
    logistics: Department
    anna: Seller
    boris: Seller
    fedor: Seller
    head: Seller
    director: Member
    admin: Member
    logistician: Member

    @property
    def sellers(self) -> list[Seller]:
        return [self.anna, self.boris, self.fedor, self.head]

    @property
    def members(self) -> list[Member]:
        return [*self.sellers, self.director, self.admin, self.logistician]

    def seen_by(self, member: Member) -> list[Seller]:
        """Whose records the member sees, said once more and independently of `people.access`; their own first."""
        if member in (self.director, self.admin):
            return self.sellers
        if member is self.head:
            return [self.head, self.anna, self.boris]
        return [member] if isinstance(member, Seller) else []

    def hidden_from(self, member: Member) -> list[Seller]:
        seen = self.seen_by(member)
        return [seller for seller in self.sellers if seller not in seen]


def make_seller(name: str, token: str, phone: str, team: Team, role: str = Role.MANAGER) -> Seller:
    user = make_user(name, role, team=team)
    client = make_client(
        f"ООО {token}", manager=user, phones=[phone], emails=[f"office@{token.lower()}.test"]
    )
    contact = make_contact(client, f"Марина {token}")
    deal = client.deals.first() or make_deal(client)
    deal.refresh_from_db()
    call = make_call(client, deal=deal, text=f"Обсудили {token}")
    task = make_task(client, deal=deal, subject=f"Перезвонить {token}")
    client.refresh_from_db()
    deal.refresh_from_db()
    return Seller(user, token, phone, client, contact, deal, call, task)


def make_cast() -> Cast:
    """Everybody, in the database; to be called under a clock."""
    north, south, logistics = make_team("Север"), make_team("Юг"), make_department("Логистика")
    return Cast(
        north=north,
        south=south,
        logistics=logistics,
        anna=make_seller("Анна Белова", "Qalvira", "+7 912 111-22-01", north),
        boris=make_seller("Борис Чернов", "Qborneo", "+7 912 111-22-02", north),
        fedor=make_seller("Фёдор Рыжов", "Qfedrix", "+7 912 111-22-03", south),
        head=make_seller("Галина Сизова", "Qgalton", "+7 912 111-22-04", north, Role.HEAD),
        director=Member(make_user("Дмитрий Седов", Role.DIRECTOR)),
        admin=Member(make_user("Алла Русакова", Role.ADMIN)),
        logistician=Member(make_user("Лев Пегов", Role.COLLEAGUE, department=logistics)),
    )


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast on Thursday, 5 November 2026, 12:00 in Moscow; the clock stands."""
    with periods.clock(THURSDAY):
        yield make_cast()
