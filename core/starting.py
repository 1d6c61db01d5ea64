"""Starting data: what a new company finds in its lists before anybody has typed anything.

A room says in its `AppConfig.ready()` what to make and which tables it fills:

    starting_data(make_lists, Source, Segment)

After every `migrate` (and after a `flush`) `make_lists()` runs, inside one operation of the system, if these tables
have never had a row; so somebody's deleted or renamed entries never come back. Lower rooms come first.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import F
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_noop

from core.history.operations import Operation, operation
from core.history.tracked import Tracked, tracked_models

_NOTE = gettext_noop("Starting data")


@dataclass(frozen=True)
class _Starter:
    make: Callable[[], None]
    fills: tuple[type[Tracked], ...]


_starters: list[_Starter] = []


def starting_data(make: Callable[[], None], *fills: type[Tracked]) -> None:
    """Registers `make` to be called while every table of `fills` exists as the program knows it and is empty."""
    starter = _Starter(make, fills)
    if starter not in _starters:
        _starters.append(starter)
    # One receiver for all rooms, on the lowest room: by then every table of the program has been migrated.
    post_migrate.connect(_start, sender=apps.get_app_config("core"), dispatch_uid="core.starting")


def _start(using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    if using != DEFAULT_DB_ALIAS:
        return
    # Rooms get ready from the roof down, so the last to register is the lowest.
    for starter in reversed(_starters):
        if _is_migrated(starter.fills) and not any(model.all_objects.exists() for model in starter.fills):
            with operation(by=None, kind=Operation.Kind.SYSTEM, note=_NOTE):
                starter.make()


def _is_migrated(fills: Iterable[type[Tracked]]) -> bool:
    """Whether the tables stand as the models say: after `migrate <room> zero` or to an old state they do not."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        return all(
            model._meta.db_table in tables and _columns(model) <= _columns_there(cursor, model)
            for tracked in fills
            for model in (tracked, tracked.versions.model, Operation)
        )


def _columns(model: type[models.Model]) -> set[str]:
    return {str(field.column) for field in model._meta.concrete_fields}


def _columns_there(cursor: Any, model: type[models.Model]) -> set[str]:
    return {
        column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
    }


def backdate(moment: dt.datetime) -> None:
    """The starting data has been there since the moment: for companies that live in a past, the demo's and a test's.

    Moves the stamps of the system's own first operations and of all they made; afterwards history is whole.
    """
    operations = Operation.objects.filter(by=None, kind=Operation.Kind.SYSTEM, note=_NOTE, at__gt=moment)
    ids = list(operations.values_list("pk", flat=True))
    for model in tracked_models() if ids else ():
        made = model.versions.filter(operation__in=ids)
        records = list(made.values_list("record_id", flat=True))
        if records:
            rows: models.QuerySet[Tracked] = models.QuerySet(model).filter(pk__in=records)
            rows.filter(changed_at=F("created_at")).update(changed_at=moment)
            rows.update(created_at=moment)
            made.update(valid_from=moment, changed_at=moment)
            model.versions.filter(record_id__in=records).update(created_at=moment)
    operations.update(at=moment)
