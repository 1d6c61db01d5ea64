"""Operations and versions: every change has its author and moment, and every state of the past can be asked for."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from core import periods
from core.history.operations import Operation, OutsideOperation, current, operation
from core.history.tracked import StaleRecord
from people.models import Role, Team, User
from tests.factories import THURSDAY, make_team, make_user

pytestmark = pytest.mark.django_db

MICROSECOND = dt.timedelta(microseconds=1)
MOVED = Concat("name", Value(" в Омске"))


@pytest.fixture
def admin() -> User:
    return make_user(role=Role.ADMIN)


@pytest.fixture(autouse=True)
def clock():
    with periods.clock(THURSDAY) as clock:
        yield clock


def names_at(moment: dt.datetime) -> list[str]:
    return list(
        Team.versions.at(moment).filter(deleted_at=None).order_by("record_id").values_list("name", flat=True)
    )


def rename(team: Team, name: str, by: User | None = None) -> Operation:
    with operation(by=by) as op:
        team.name = name
        team.save()
    return op


# --- Only inside an operation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        lambda team: Team(name="Юг").save(),
        lambda team: team.save(),
        lambda team: team.soft_delete(),
        lambda team: Team.objects.create(name="Юг"),
        lambda team: Team.objects.filter(pk=team.pk).update(name="Юг"),
        lambda team: Team.objects.update_stored([team.pk], name="Юг"),
        lambda team: Team.objects.bulk_create([Team(name="Юг")]),
        lambda team: Team.objects.bulk_update([team], ["name"]),
        lambda team: Team.objects.all().soft_delete(),
        lambda team: Team.objects.update_or_create(name="Юг"),
    ],
    ids=[
        "save",
        "resave",
        "soft_delete",
        "create",
        "update",
        "update_stored",
        "bulk_create",
        "bulk_update",
        "delete_all",
        "update_or_create",
    ],
)
def test_a_tracked_row_cannot_be_written_outside_an_operation(write: Callable[[Team], object]):
    team = make_team("Север")
    with pytest.raises(OutsideOperation):
        write(team)
    assert list(Team.objects.values_list("name", flat=True)) == ["Север"]
    assert Team.versions.of(team).count() == 1


def test_a_row_is_never_deleted_from_its_table():
    team = make_team()
    with operation(by=None):
        with pytest.raises(TypeError):
            team.delete()
        with pytest.raises(TypeError):
            Team.objects.all().delete()
    assert Team.objects.filter(pk=team.pk).exists()


# --- What is kept ---------------------------------------------------------------------------------------------------


def test_a_change_keeps_its_author_its_moment_and_the_state_before(admin, clock):
    team = make_team("Север")
    clock.advance(hours=1)
    op = rename(team, "Юг", by=admin)
    before, after = Team.versions.of(team)
    assert (before.name, before.valid_from, before.valid_to) == ("Север", THURSDAY, op.at)
    assert (after.name, after.valid_from, after.valid_to) == ("Юг", op.at, None)
    assert (after.operation.by, after.operation.at) == (admin, THURSDAY + dt.timedelta(hours=1))


def test_the_past_is_answered_to_the_microsecond(clock):
    team = make_team("Север")
    clock.advance(hours=1)
    moment = rename(team, "Юг").at
    assert names_at(THURSDAY - MICROSECOND) == []
    assert names_at(THURSDAY) == ["Север"]
    assert names_at(moment - MICROSECOND) == ["Север"]
    assert names_at(moment) == ["Юг"]
    assert names_at(moment + MICROSECOND) == ["Юг"]


def test_two_operations_of_one_moment_leave_one_answer():
    team = make_team("Север")
    rename(team, "Юг")
    rename(team, "Запад")
    assert names_at(THURSDAY) == ["Запад"]


def test_a_clock_that_went_back_breaks_no_chain(clock):
    team = make_team("Север")
    clock.advance(hours=-1)
    rename(team, "Юг")
    before, after = Team.versions.of(team)
    assert before.valid_to == after.valid_from == THURSDAY
    assert names_at(THURSDAY) == ["Юг"]


@pytest.mark.parametrize(
    "write",
    [
        lambda teams: Team.objects.all().update(name=MOVED),
        lambda teams: Team.objects.bulk_update([*_moved(teams)], ["name"]),
    ],
    ids=["update", "bulk_update"],
)
def test_changes_of_many_rows_are_versioned_one_by_one(write, clock):
    teams = [make_team("Север"), make_team("Юг")]
    clock.advance(hours=1)
    with operation(by=None) as op:
        write(teams)
    for team, name in zip(teams, ("Север", "Юг"), strict=True):
        names = [(v.name, v.version, v.operation_id == op.pk) for v in Team.versions.of(team)]
        assert names == [(name, 1, False), (f"{name} в Омске", 2, True)]
        team.refresh_from_db()
        assert (team.version, team.changed_at) == (2, op.at)
    assert op.counts == {"people.team": [0, 2]}


def _moved(teams: list[Team]) -> list[Team]:
    for team in teams:
        team.name += " в Омске"
    return teams


def test_rows_created_together_are_versioned_too():
    with operation(by=None) as op:
        made = Team.objects.bulk_create([Team(name="Север"), Team(name="Юг")])
    assert [Team.versions.of(team).get().operation for team in made] == [op, op]
    assert op.counts == {"people.team": [2, 0]}


def test_several_saves_in_one_operation_leave_one_version():
    with operation(by=None):
        team = Team.objects.create(name="Север")
        team.name = "Юг"
        team.save()
    assert [version.name for version in Team.versions.of(team)] == ["Юг"]


def test_what_is_deleted_is_out_of_sight_and_can_be_seen_in_the_past(clock):
    team = make_team("Север")
    clock.advance(hours=1)
    with operation(by=None):
        team.soft_delete()
    assert not Team.objects.exists()
    assert Team.all_objects.get() == team
    assert names_at(THURSDAY) == ["Север"]
    assert names_at(clock.moment) == []


def test_a_password_is_no_part_of_the_history():
    user = make_user()
    columns = {field.name for field in User.versions.model._meta.fields}
    assert "email" in columns
    assert not columns & {"password", "last_login"}
    with operation(by=None):
        user.set_password("long enough, is it not")
        user.save()
    assert User.versions.of(user).count() == 2


# --- One whole change -----------------------------------------------------------------------------------------------


def test_verbs_within_verbs_are_one_operation(admin):
    with operation(by=admin, kind=Operation.Kind.BULK) as outer:
        make_team("Север")  # has an operation of its own
        with operation(by=None) as inner:
            assert inner == outer == current()
    assert Team.versions.get().operation == outer
    assert outer.counts == {"people.team": [1, 0]}


def test_an_operation_that_fails_leaves_nothing():
    team = make_team("Север")
    before = Operation.objects.count()

    def half_done() -> None:
        with operation(by=None):
            make_team("Юг")
            rename(team, "Запад")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert names_at(THURSDAY) == ["Север"]
    assert list(Team.objects.values_list("name", flat=True)) == ["Север"]
    assert Operation.objects.count() == before
    with pytest.raises(OutsideOperation):
        current()


def test_of_two_who_read_a_row_the_second_to_save_is_told():
    team = make_team("Север")
    first, second = Team.objects.get(pk=team.pk), Team.objects.get(pk=team.pk)
    rename(first, "Юг")
    with pytest.raises(StaleRecord):
        rename(second, "Запад")
    assert Team.objects.get(pk=team.pk).name == "Юг"
    assert second.version == 1  # as it was read: it may be compared and saved anew


def test_a_bulk_change_in_between_is_noticed_as_well():
    team = make_team("Север")
    with operation(by=None):
        Team.objects.all().update(name=MOVED)
    with pytest.raises(StaleRecord):
        rename(team, "Юг")


def test_one_object_may_be_saved_again_and_again():
    team = make_team("Север")
    rename(team, "Юг")
    rename(team, "Запад")
    assert [version.version for version in Team.versions.of(team)] == [1, 2, 3]


def test_versions_of_any_number_of_rows_cost_two_statements_a_model():
    counted = []
    for size in (3, 300):
        with operation(by=None):
            Team.objects.bulk_create([Team(name=f"{size} {number}") for number in range(size)])
        with CaptureQueriesContext(connection) as queries, operation(by=None):
            Team.objects.filter(name__startswith=f"{size} ").update(name=MOVED)
        counted.append([q["sql"] for q in queries if "people_team_version" in q["sql"]])
    assert [len(statements) for statements in counted] == [2, 2]
