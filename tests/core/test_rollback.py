"""Rolling an operation back: field by field, also after later edits, never over somebody's newer work unasked."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from core.history import rollback
from core.history.changes import What, changes_of, history_of
from core.history.operations import Operation, operation
from core.periods import clock
from people.access import changeable
from people.models import Absence, Appointment, Department, Role, User
from tests.factories import THURSDAY, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user("Админ Первый", role=Role.ADMIN)


def allowed_to(user: User) -> rollback.Allowed:
    return lambda model, ids: changeable(user, model, ids)


def change(record: Any, by: User, **values: Any) -> Operation:
    with operation(by=by) as op:
        for name, value in values.items():
            setattr(record, name, value)
        record.save()
    return op


def make_department(by: User, name: str = "Склад") -> tuple[Department, Operation]:
    with operation(by=by) as op:
        department = Department.objects.create(name=name)
    return department, op


def test_a_changed_field_comes_back_as_it_was(admin: User) -> None:
    department, _made = make_department(admin)
    op = change(department, admin, name="Склад № 2")

    back = rollback.apply(op, by=admin, allowed=allowed_to(admin))

    department.refresh_from_db()
    assert department.name == "Склад"
    assert back.reverts == op and back.kind == Operation.Kind.ROLLBACK


def test_a_field_that_was_changed_since_is_a_conflict_and_nothing_is_written(admin: User) -> None:
    department, _made = make_department(admin)
    op = change(department, admin, name="Склад № 2")
    change(department, admin, name="Склад № 3")

    with pytest.raises(rollback.Unresolved) as refused:
        rollback.apply(op, by=admin, allowed=allowed_to(admin))

    department.refresh_from_db()
    assert department.name == "Склад № 3"
    [conflict] = refused.value.plan.conflicts
    assert (conflict.before_text, conflict.set_text, conflict.current_text) == (
        "Склад",
        "Склад № 2",
        "Склад № 3",
    )
    assert conflict.changed_by is not None and conflict.changed_by.by == admin


@pytest.mark.parametrize(("choice", "name"), [(rollback.BEFORE, "Склад"), (rollback.KEEP, "Склад № 3")])
def test_a_conflict_is_decided_by_a_person(admin: User, choice: str, name: str) -> None:
    department, _made = make_department(admin)
    op = change(department, admin, name="Склад № 2")
    change(department, admin, name="Склад № 3")
    [conflict] = rollback.plan(op, allowed=allowed_to(admin)).conflicts

    rollback.apply(op, by=admin, allowed=allowed_to(admin), choices={conflict.key: choice})

    department.refresh_from_db()
    assert department.name == name


def test_fields_that_others_changed_later_stay(admin: User) -> None:
    person = make_user("Мария Белова")
    op = change(person, admin, phone="79120000000")
    change(User.objects.get(pk=person.pk), admin, name="Мария Громова")

    rollback.apply(op, by=admin, allowed=allowed_to(admin))

    person.refresh_from_db()
    assert (person.name, person.phone) == ("Мария Громова", "")


def test_a_record_it_created_is_deleted_and_comes_back_when_the_rollback_is_rolled_back(admin: User) -> None:
    department, op = make_department(admin)

    back = rollback.apply(op, by=admin, allowed=allowed_to(admin))
    assert not Department.objects.filter(pk=department.pk).exists()

    rollback.apply(back, by=admin, allowed=allowed_to(admin))
    assert Department.objects.filter(pk=department.pk).exists()


def test_a_created_record_that_others_point_to_by_now_is_kept(admin: User) -> None:
    department, op = make_department(admin)
    make_user("Пётр Логист", role=Role.COLLEAGUE, department=department)

    plan = rollback.plan(op, allowed=allowed_to(admin))
    assert [row.record_id for row in plan.kept] == [department.pk]

    rollback.apply(op, by=admin, allowed=allowed_to(admin))
    assert Department.objects.filter(pk=department.pk).exists()


def test_what_was_created_together_with_a_kept_record_is_kept_too(admin: User) -> None:
    with operation(by=admin) as op:
        person = make_user("Пётр Логист", role=Role.COLLEAGUE)
        other = make_user("Глеб Логист", role=Role.COLLEAGUE)
    with operation(by=admin):
        Absence.objects.create(user=person, kind="sick", since=THURSDAY.date(), until=THURSDAY.date())

    rollback.apply(op, by=admin, allowed=allowed_to(admin))

    assert Appointment.objects.filter(user=person).exists()
    assert not User.objects.filter(pk=other.pk).exists()
    assert not Appointment.objects.filter(user=other).exists()


def test_a_deleted_record_is_brought_back(admin: User) -> None:
    department, _made = make_department(admin)
    with operation(by=admin) as op:
        department.soft_delete()

    rollback.apply(op, by=admin, allowed=allowed_to(admin))

    assert Department.objects.filter(pk=department.pk).exists()


def test_who_may_not_change_a_record_may_not_roll_it_back(admin: User) -> None:
    department, op = make_department(admin)
    manager = make_user("Анна Рыбина")

    with pytest.raises(PermissionDenied):
        rollback.apply(op, by=manager, allowed=allowed_to(manager))
    assert Department.objects.filter(pk=department.pk).exists()


def test_the_past_keeps_what_was_rolled_back(admin: User) -> None:
    with clock(THURSDAY) as time:
        department, _made = make_department(admin)
        time.advance(hours=1)
        op = change(department, admin, name="Склад № 2")
        time.advance(hours=1)
        rollback.apply(op, by=admin, allowed=allowed_to(admin))
        time.advance(hours=-1)
        [state] = Department.versions.at(time.moment).filter(record_id=department.pk)

    assert state.name == "Склад № 2"  # type: ignore[attr-defined]


def test_changes_are_told_in_words(admin: User) -> None:
    department, made = make_department(admin)
    renamed = change(department, admin, name="Склад № 2")

    [creation] = changes_of(made)
    [renaming] = changes_of(renamed)
    assert creation.what == What.CREATED
    assert [(f.before_text, f.after_text) for f in renaming.fields] == [("Склад", "Склад № 2")]
    assert [entry.operation for entry in history_of({Department: [department.pk]})] == [renamed, made]


def test_a_large_operation_is_planned_with_a_constant_number_of_queries(
    admin: User, django_assert_max_num_queries: Any
) -> None:
    with operation(by=admin) as op:
        Department.objects.bulk_create([Department(name=f"Отдел {number}") for number in range(400)])
    with django_assert_max_num_queries(12):
        plan = rollback.plan(op, allowed=allowed_to(admin))
    assert len(plan.deleted) == 400
