"""What is closed is changed by nobody: the database itself refuses, whoever asks and by whatever way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from core.history.operations import Operation
from kpi import guard
from kpi.guard import FROZEN, MESSAGE
from kpi.models import (
    Closing,
    Correction,
    Counted,
    Decision,
    Figure,
    Payroll,
    PayrollLine,
    PersonDay,
    Rule,
    RulesRead,
)
from tests.activities.factories import make_call
from tests.factories import by_system
from tests.kpi.factories import Office, close_all, make_norm, november_day, office
from tests.leads.factories import make_client

SQLITE_ALONE = "PostgreSQL changes tables in place: its triggers stay."


def live_a_day(company: Office) -> None:
    """Monday, 2 November, with something counted, is closed; and what people decide later stands beside it."""
    make_norm("conversations_held", 1)
    company.at(2)
    make_call(make_client(manager=company.anna))
    company.at(2, "18:01")
    close_all()
    day = PersonDay.objects.get(person=company.anna, day=november_day(2))
    with by_system() as op:
        Correction.objects.create(person_day=day, scored=False, reason="-", operation=op)
        Decision.objects.create(closing=day.closing, counts=True, reason="-", operation=op)
    make_pay(company, op)


def make_pay(company: Office, op: Operation) -> None:
    payroll = Payroll(team=company.team, month=company.clock.moment.date().replace(day=1), operation=op)
    fill(payroll)
    line = PayrollLine(payroll=payroll, person=company.anna)
    fill(line)
    fill(RulesRead(user=company.anna))


def fill(row: models.Model) -> None:
    """Saves the row with something in every column that must hold something."""
    for field in row._meta.concrete_fields:
        if field.primary_key or field.null or getattr(row, field.attname) not in (None, ""):
            continue
        row_value: Any = {
            "DateTimeField": Operation.objects.latest("pk").at,
            "DateField": Operation.objects.latest("pk").at.date(),
            "BooleanField": False,
            "JSONField": [],
        }.get(field.get_internal_type(), "" if isinstance(field, models.CharField | models.TextField) else 0)
        setattr(row, field.attname, row_value)
    row.save(force_insert=True)


@pytest.fixture
def closed(office: Office) -> Office:
    live_a_day(office)
    return office


def by_orm_row(model: type[models.Model]) -> None:
    model._default_manager.first().save()  # type: ignore[union-attr]


def by_orm_rows(model: type[models.Model]) -> None:
    field = model._meta.concrete_fields[-1]
    model._default_manager.update(**{field.attname: models.F(field.attname)})


def by_orm_deletion(model: type[models.Model]) -> None:
    rows = model._default_manager.all()
    rows._raw_delete(using=rows.db)  # type: ignore[attr-defined]  # past whatever Python would object to


def by_sql_update(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET id = id + 1000")


def by_sql_deletion(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id > 0")


WAYS = (by_orm_row, by_orm_rows, by_orm_deletion, by_sql_update, by_sql_deletion)


def refused(change: Callable[[], object]) -> bool:
    """Whether the database refuses, with the sentence that says what to do instead."""
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return MESSAGE in str(error)
    return False


def test_no_frozen_row_is_changed_or_deleted_by_any_way(closed):
    kept = {model: list(model._default_manager.values()) for model in FROZEN}
    assert all(kept.values()), "there is a row of each kind to try it on"
    let_through = [
        f"{model.__name__} {way.__name__}"
        for model in FROZEN
        for way in WAYS
        if not refused(lambda model=model, way=way: way(model))  # type: ignore[misc]
    ]
    assert let_through == []
    assert {model: list(model._default_manager.values()) for model in FROZEN} == kept


def test_the_tables_that_are_protected_are_those_of_what_is_frozen():
    frozen = {
        Closing,
        PersonDay,
        Rule,
        Figure,
        Counted,
        Correction,
        Decision,
        Payroll,
        PayrollLine,
        RulesRead,
    }
    assert set(FROZEN) == frozen


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL truncates.")
def test_no_frozen_table_is_emptied_not_even_with_what_it_refers_to(closed):
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what is still to be checked would be in the way, too
        for table in (*(model._meta.db_table for model in FROZEN), "people_user"):
            assert refused(lambda table=table: cursor.execute(f"TRUNCATE {table} CASCADE")), table  # type: ignore[misc]


def test_a_table_without_its_triggers_is_named(db):
    assert guard.missing() == []
    with connection.cursor() as cursor:
        on = " ON kpi_figure" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER kpi_figure_frozen_delete{on}")
    assert guard.missing() == ["kpi_figure"]
    guard.install()
    assert guard.missing() == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_a_frozen_table_leaves_it_protected():
    """On SQLite a table is rebuilt to change a column, and its triggers are gone with the old one."""
    if connection.vendor != "sqlite":
        pytest.skip(SQLITE_ALONE)
    with office() as company:
        live_a_day(company)
    longer = models.CharField(max_length=80)
    longer.set_attributes_from_name("checksum")
    with connection.schema_editor() as editor:
        editor.alter_field(Closing, Closing._meta.get_field("checksum"), longer)
    assert guard.missing() == ["kpi_closing"]
    with connection.schema_editor() as editor:
        editor.alter_field(Closing, longer, Closing._meta.get_field("checksum"))
    call_command("migrate", "kpi", verbosity=0)
    assert refused(lambda: by_orm_row(Closing))
    assert refused(lambda: by_sql_deletion(Closing))


@pytest.mark.django_db(transaction=True)
def test_back_and_forth_through_the_migrations_everything_is_protected_again():
    call_command("migrate", "kpi", "0001", verbosity=0)
    try:
        assert guard.missing() == []
    finally:
        call_command("migrate", "kpi", verbosity=0)
    assert guard.missing() == []
    with office() as company:
        live_a_day(company)
    assert refused(lambda: by_sql_update(Figure))
