"""The end of a local day, as the database computes it, is that of the clocks."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import DateField, Value

from core import periods
from core.day_ends import DayEnd
from people.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "UTC", "Asia/Kolkata"])
def test_a_day_ends_when_the_next_one_begins(settings: Any, zone: str) -> None:
    """New York puts the clocks forward on 8 March and back on 1 November 2026."""
    settings.TIME_ZONE = zone
    make_user()
    first, last = dt.date(2026, 3, 1), dt.date(2026, 11, 30)
    days = [
        first,
        dt.date(2026, 3, 7),
        dt.date(2026, 3, 8),
        dt.date(2026, 10, 31),
        dt.date(2026, 11, 1),
        last,
    ]
    for day in days:
        [end] = User.objects.values_list(DayEnd(Value(day, DateField()), first, last))[0]
        assert end == periods.local(day + dt.timedelta(1))
