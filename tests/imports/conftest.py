"""The evening after the last clean activity of the workbooks, in the team whose managers they name."""

from collections.abc import Iterator

import pytest

from core import periods
from people.models import User
from tests.imports.factories import EVENING, make_head, make_sellers


@pytest.fixture(autouse=True)
def evening() -> Iterator[periods.Clock]:
    with periods.clock(EVENING) as clock:
        yield clock


@pytest.fixture
def sellers() -> dict[str, User]:
    return make_sellers()


@pytest.fixture
def head(sellers: dict[str, User]) -> User:
    return make_head(sellers["Анна Смирнова"].team)
