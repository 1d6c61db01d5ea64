"""Thursday, 5 November 2026, 12:00 in Moscow, the day after a holiday; the small cast of deals."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from core import periods
from people.models import Role
from tests.factories import THURSDAY, make_team, make_user


@pytest.fixture(autouse=True)
def clock() -> Iterator[periods.Clock]:
    with periods.clock(THURSDAY) as clock:
        yield clock


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """Two managers of one team and its head, a manager of another team, director, admin, logistician."""
    north, south = make_team("Север"), make_team("Юг")
    return SimpleNamespace(
        anna=make_user("Анна Белова", team=north),
        boris=make_user("Борис Чернов", team=north),
        foreign=make_user("Фёдор Рыжов", team=south),
        head=make_user("Галина Сизова", Role.HEAD, team=north),
        director=make_user("Дмитрий Седов", Role.DIRECTOR),
        admin=make_user("Алла Русакова", Role.ADMIN),
        logistician=make_user("Лев Пегов", Role.COLLEAGUE),
    )
