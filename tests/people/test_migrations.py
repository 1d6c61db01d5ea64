"""The hours that stood in columns of company and team become rows, and columns again on the way back."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.history.integrity import faults
from core.history.operations import Operation
from people import actions, calendar
from people.models import ALWAYS, Team, WorkingHours
from tests.factories import make_hours

BEFORE = [("people", "0003_preferences_without_history")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    return executor.migrate(targets).apps


def migrate_all() -> None:
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def from_the_past(transactional_db: None) -> Iterator[None]:
    yield
    migrate_all()


def test_the_cut_off_and_zones_of_columns_become_rows_and_come_back(from_the_past: None) -> None:
    plain, east = (actions.create_team(name=name, by=None) for name in ("Север", "Восток"))
    make_hours(cutoff=dt.time(17))
    make_hours(team=east, zone="Asia/Omsk")
    make_hours(since=dt.date(2100, 1, 1), cutoff=dt.time(20))

    old = migrate(BEFORE)
    assert old.get_model("people.Company").objects.get().cutoff == dt.time(17)
    zones = dict(old.get_model("people.Team").objects.values_list("pk", "zone"))
    assert zones == {plain.pk: "", east.pk: "Asia/Omsk"}
    versions = old.get_model("people.TeamVersion").objects.filter(valid_to=None)
    assert dict(versions.values_list("record_id", "zone")) == zones
    assert not Operation.objects.filter(counts__has_key="people.workinghours").exists()

    migrate_all()
    rows = WorkingHours.objects.order_by("pk").values_list("team", "since", "cutoff", "zone")
    assert list(rows) == [(None, ALWAYS, dt.time(17), ""), (east.pk, ALWAYS, dt.time(17), "Asia/Omsk")]
    assert list(faults([WorkingHours, Team])) == []
    assert calendar.hours(dt.date(2026, 11, 5)).cutoff == dt.time(17)
