"""What tests of the discipline share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kpi.factories import Office, office
from tests.kpi.lived import LAGS, Life, life


@pytest.fixture(name="office")
def _office(db: None) -> Iterator[Office]:
    with office() as made:
        yield made


@pytest.fixture(name="life", params=LAGS.values(), ids=LAGS.keys())
def _life(db: None, request: Any) -> Iterator[Life]:
    """The office's days, closed at once, or when all is over."""
    with life(request.param) as made:
        yield made
