"""What one of the two databases needs and the other has no use for: indexes, and the counts they are chosen by."""

from typing import Any, ClassVar

from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class OfOneDatabase(models.Index):
    """A base of indexes: made on the database that `vendor` names, nothing on the other."""

    vendor: ClassVar[str]

    def create_sql(
        self,
        model: type[models.Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Statement:
        if schema_editor.connection.vendor != self.vendor:
            return Statement("SELECT 1")
        return super().create_sql(model, schema_editor, using=using, **kwargs)

    def remove_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, **kwargs: Any
    ) -> Any:
        if schema_editor.connection.vendor != self.vendor:
            return Statement("SELECT 1")
        return super().remove_sql(model, schema_editor, **kwargs)


class ScanIndex(OfOneDatabase):
    """What SQLite reads through when it looks for a substring: the rows' order and the text, nothing else.

    A table's row is many times wider than what is searched, and an order of the list whose rows must be looked up one
    by one costs more still. Nothing on PostgreSQL, which has its `SearchIndex` and allows no long texts in this kind.
    """

    vendor = "sqlite"


def refresh_statistics(**_kwargs: Any) -> None:
    """Counts anew what SQLite chooses its indexes by, table by table; PostgreSQL does so by itself. Without it a table
    that a migration has made anew is read by whichever index comes first. Samples would be quicker and wrong: of twelve
    regions they make a hundred."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
