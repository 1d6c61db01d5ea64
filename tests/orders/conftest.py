"""Thursday, 5 November 2026, 12:00 in Moscow, the day after a holiday."""

from collections.abc import Iterator

import pytest

from core import periods
from tests.factories import THURSDAY


@pytest.fixture(autouse=True)
def clock() -> Iterator[periods.Clock]:
    with periods.clock(THURSDAY) as clock:
        yield clock
