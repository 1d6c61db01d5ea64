"""The checker of the history finds what is planted, and nothing after whatever the verbs do."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Concat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import periods
from core.history import rollback
from core.history.integrity import faults
from core.history.operations import Operation, operation
from core.history.tracked import Tracked, tracked_models
from people import access, actions
from people.models import Role, Team, User
from tests.factories import THURSDAY, by_system, make_team, make_user

pytestmark = pytest.mark.django_db


def plain(model: type[models.Model]) -> models.QuerySet[Any]:
    """Rows as a careless script would write them: past the history."""
    return models.QuerySet(model)


def found(model: type[Tracked] = Team) -> list[str]:
    return [fault.what for fault in faults([model])]


@pytest.fixture
def team() -> Team:
    """A team with three states behind it."""
    with periods.clock(THURSDAY) as clock:
        team = make_team("Север")
        for name in ("Северо-запад", "Север и запад"):
            clock.advance(hours=1)
            with by_system():
                team.name = name
                team.save()
    return team


def test_a_new_database_is_whole():
    assert list(faults()) == []


def test_a_history_written_by_operations_is_whole(team):
    assert list(faults()) == []


def test_a_row_changed_past_the_history_is_found(team):
    plain(Team).update(name="Юг")
    assert found() == ["an open version unlike the record"]


def test_an_empty_value_is_told_from_another(team):
    plain(Team).update(deleted_at=THURSDAY + dt.timedelta(hours=1))
    assert "an open version unlike the record" in found()


def test_a_row_made_past_the_history_is_found():
    plain(Team).bulk_create([Team(name="Юг", created_at=THURSDAY, changed_at=THURSDAY)])
    assert found() == ["no open version"]


def test_a_missing_version_is_a_gap(team):
    Team.versions.of(team)[1:2].get().delete()
    assert found() == ["a gap or an overlap between versions"]


def test_an_overlap_is_found(team):
    first = Team.versions.of(team).first()
    Team.versions.filter(pk=first.pk).update(valid_to=first.valid_to + dt.timedelta(microseconds=1))
    assert found() == ["a gap or an overlap between versions"]


def test_a_version_older_than_its_operation_is_found(team):
    first = Team.versions.of(team).first()
    Team.versions.filter(pk=first.pk).update(valid_from=first.valid_from - dt.timedelta(microseconds=1))
    assert found() == ["a version older than its operation"]


def test_versions_numbered_backwards_are_found(team):
    Team.versions.filter(pk=Team.versions.of(team)[1:2].get().pk).update(version=9)
    assert found() == ["versions out of order"]


def test_a_record_that_vanished_from_its_table_is_found():
    team = make_team()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_team WHERE id = %s", [team.pk])
    assert found() == ["versions without their record"]


def test_the_command_says_what_is_wrong_and_fails(team):
    plain(Team).update(name="Юг")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("check_history", stderr=said)
    assert str(team.pk) in said.getvalue()
    assert "people.team" in said.getvalue()


def test_the_command_is_content_with_a_whole_history(team):
    said = StringIO()
    call_command("check_history", stdout=said)
    assert "whole" in said.getvalue()


def test_the_number_of_statements_does_not_grow_with_rows(team, django_assert_num_queries):
    make_team()
    questions = 9
    with django_assert_num_queries(questions * len(tracked_models())):
        list(faults())


# --- Whatever the verbs do ------------------------------------------------------------------------------------------

DAYS = st.integers(-40, 40).map(lambda shift: dt.date(2026, 11, 5) + dt.timedelta(shift))


class Office:
    """An administrator doing whatever comes to mind; what the verbs refuse leaves no trace."""

    def __init__(self) -> None:
        self.admin = make_user(role=Role.ADMIN)
        self.user = make_user()
        self.teams = [make_team(), make_team()]

    def appoint(self, day: dt.date) -> None:
        actions.appoint(self.user, role=Role.HEAD, team=self.teams[day.day % 2], since=day, by=self.admin)

    def end(self, day: dt.date) -> None:
        appointment = self.user.appointments.filter(deleted_at=None).order_by("-since").first()
        if appointment is not None:
            actions.end_appointment(appointment, until=day, by=self.admin)

    def be_absent(self, day: dt.date) -> None:
        actions.add_absence(self.user, kind="sick", since=day, until=day + dt.timedelta(5), by=self.admin)

    def leave(self, day: dt.date) -> None:
        actions.deactivate_user(self.user, by=self.admin)

    def rename_all(self, day: dt.date) -> None:
        with operation(by=self.admin, kind=Operation.Kind.BULK):
            Team.objects.all().update(name=Concat("name", Value(f" {day.day % 12}")))

    def drop_a_team(self, day: dt.date) -> None:
        team = Team.objects.filter(pk=self.teams[day.day % 2].pk).first()
        if team is not None:
            actions.remove_team(team, by=self.admin)

    def roll_back(self, day: dt.date) -> None:
        """The newest operation of the administrator, or one a little older."""
        done = Operation.objects.filter(by=self.admin).order_by("-pk")[day.day % 3 : day.day % 3 + 1].first()
        if done is not None:
            rollback.apply(
                done,
                by=self.admin,
                allowed=lambda model, ids: access.changeable(self.admin, model, ids),
                choices=dict.fromkeys(
                    [
                        conflict.key
                        for conflict in rollback.plan(done, allowed=lambda _m, ids: set(ids)).conflicts
                    ],
                    rollback.BEFORE,
                ),
            )


VERBS = [
    Office.appoint,
    Office.end,
    Office.be_absent,
    Office.leave,
    Office.rename_all,
    Office.drop_a_team,
    Office.roll_back,
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VERBS), DAYS, st.integers(0, 3)), max_size=12))
def test_after_any_series_of_verbs_the_history_is_whole(db, steps):
    with periods.clock(THURSDAY) as clock:
        office = Office()
        for verb, day, minutes in steps:
            clock.advance(minutes=minutes)  # none at all, too: then two operations bear the same stamp
            office.user = User.objects.get(pk=office.user.pk)
            try:
                verb(office, day)
            except (ValidationError, rollback.Refused):
                continue
        assert [str(fault) for fault in faults()] == []
