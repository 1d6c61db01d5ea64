"""Tables without their indexes and foreign keys while millions of rows are written into them.

Building an index over a full table takes a fraction of what keeping it up row by row takes, and so does checking a key.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models

# What is taken away and brought back: (statement that drops it, statement that makes it).
_Piece = tuple[str, str]

_INDEXES_OF_POSTGRESQL = """
    SELECT format('DROP INDEX %%I', c.relname), pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
    ORDER BY c.relname
"""
_KEYS_OF_POSTGRESQL = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
    ORDER BY conname
"""
_INDEXES_OF_SQLITE = """
    SELECT 'DROP INDEX "' || name || '"', sql FROM sqlite_master
    WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(%s))
    ORDER BY name
"""


@contextmanager
def bare(tables: Iterable[type[models.Model]]) -> Iterator[None]:
    """Inside a transaction: if what stands in the block fails, the tables are as they were.

    SQLite keeps its keys, which are part of a table there; they cost it little.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        pieces = _of_postgresql(names) if connection.vendor == "postgresql" else _of_sqlite(names)
        for drop, _make in reversed(pieces):
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _drop, make in pieces:
            cursor.execute(make)


def _of_postgresql(names: list[str]) -> list[_Piece]:
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        # A key cannot be dropped while a row waits to be checked by it.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(_INDEXES_OF_POSTGRESQL, [quoted])
        indexes = cursor.fetchall()
        cursor.execute(_KEYS_OF_POSTGRESQL, [quoted])
        return [*indexes, *cursor.fetchall()]


def _of_sqlite(names: list[str]) -> list[_Piece]:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES_OF_SQLITE, ["[" + ",".join(f'"{name}"' for name in names) + "]"])
        return list(cursor.fetchall())
