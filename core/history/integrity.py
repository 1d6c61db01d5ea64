"""Is the history whole? Questions to the database about every tracked model, each answered by one set-based statement.

What must hold of each record: its open version equals it in every copied column; its versions follow each other
without gap or overlap, in the order of their numbers; each was written by an operation that exists, and begins no
earlier than that operation's stamp.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from core.history.operations import Operation
from core.history.tracked import Tracked, tracked_models

# So many records of one fault are fetched; more are said as "more than".
_FETCHED = 100
_NAMED = 5


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with some records of one model."""

    model: type[Tracked]
    what: str  # the sentence's end: "have no open version"
    record_ids: tuple[int, ...]

    def __str__(self) -> str:
        """«leads.client: 2 records have no open version (ids 4, 9)»; for the log, hence not translated."""
        count = len(self.record_ids)
        many = f"more than {_FETCHED}" if count > _FETCHED else str(count)
        ids = ", ".join(map(str, self.record_ids[:_NAMED])) + (", …" if count > _NAMED else "")
        return f"{self.model._meta.label_lower}: {self.what} in {many} record(s), ids {ids}"


def faults(models: Iterable[type[Tracked]] | None = None) -> Iterator[Fault]:
    """What is wrong with the history of the models (of all tracked ones by default); nothing if all is well."""
    for model in models if models is not None else tracked_models():
        for what, sql in _questions(model):
            with connection.cursor() as cursor:
                cursor.execute(f"{sql} LIMIT {_FETCHED + 1}")
                found = tuple(row[0] for row in cursor.fetchall())
            if found:
                yield Fault(model, what, found)


def _questions(model: type[Tracked]) -> list[tuple[str, str]]:
    """Pairs of a fault and the statement that finds the ids of records which have it."""
    quote = connection.ops.quote_name
    version_model = model.versions.model
    rows, versions = quote(model._meta.db_table), quote(version_model._meta.db_table)
    operations = quote(Operation._meta.db_table)
    # The comparison that takes two empty values for equal.
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    columns = [quote(column) for column in version_model.copied_columns()]
    unlike = " OR ".join(f"r.{column} {differs} v.{column}" for column in columns)
    chain = (
        f"SELECT record_id, valid_from, valid_to, version, operation_id, "
        f"LEAD(valid_from) OVER w AS next_from, LAG(version) OVER w AS version_before "
        f"FROM {versions} WINDOW w AS (PARTITION BY record_id ORDER BY id)"
    )
    questions = {
        "no open version": (
            f"SELECT r.id FROM {rows} r LEFT JOIN {versions} v ON v.record_id = r.id AND v.valid_to IS NULL "
            f"WHERE v.id IS NULL"
        ),
        "an open version unlike the record": (
            f"SELECT r.id FROM {rows} r JOIN {versions} v ON v.record_id = r.id AND v.valid_to IS NULL WHERE {unlike}"
        ),
        "versions without their record": (
            f"SELECT DISTINCT v.record_id FROM {versions} v LEFT JOIN {rows} r ON r.id = v.record_id WHERE r.id IS NULL"
        ),
        # The last version has no next one and no end: both are empty.
        "a gap or an overlap between versions": (
            f"SELECT DISTINCT record_id FROM ({chain}) c WHERE valid_to {differs} next_from"
        ),
        "a version that ends before it begins": (
            f"SELECT DISTINCT record_id FROM {versions} WHERE valid_to < valid_from"
        ),
        "versions out of order": f"SELECT DISTINCT record_id FROM ({chain}) c WHERE version <= version_before",
        "a version whose operation is not there": (
            f"SELECT DISTINCT v.record_id FROM {versions} v LEFT JOIN {operations} o ON o.id = v.operation_id "
            f"WHERE o.id IS NULL"
        ),
        "a version older than its operation": (
            f"SELECT DISTINCT v.record_id FROM {versions} v JOIN {operations} o ON o.id = v.operation_id "
            f"WHERE v.valid_from < o.at"
        ),
        "stamps out of order": (
            f"SELECT id FROM {rows} WHERE changed_at < created_at OR deleted_at < created_at OR deleted_at > changed_at"
        ),
    }
    return list(questions.items())
