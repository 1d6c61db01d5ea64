"""The floor under the closing: nine counts of everybody, computed and stored by bare SQL, one statement each."""

from typing import Any

from django.db import connection, transaction

from kpi.days import TeamDay, due_through

_DONE = (
    "FROM activities_activity a JOIN activities_activitykind k ON k.id = a.kind_id WHERE a.deleted_at IS NULL"
)
_DONE += " AND a.status = 'done' AND a.outcome IN ('reached', 'refused')"
_DONE += " AND a.happened_at > %(start)s AND a.happened_at <= %(end)s"
_CLOSED = "FROM pipeline_deal WHERE deleted_at IS NULL AND closed_at > %(start)s AND closed_at <= %(end)s"
_OPEN = "FROM pipeline_deal WHERE deleted_at IS NULL AND state = 'open'"
_COUNTS = (
    "COUNT(*) FROM leads_client WHERE deleted_at IS NULL AND created_at > %(start)s AND created_at <= %(end)s",
    f"COUNT(*) {_DONE} AND k.{'group'!r} = 'meeting'",
    f"COUNT(*) {_DONE} AND k.{'group'!r} = 'conversation'",
    f"COUNT(*) {_CLOSED} AND state = 'won'",
    f"COUNT(*) {_CLOSED} AND state = 'lost'",
    f"SUM(amount) {_CLOSED} AND state = 'won'",
    f"COUNT(*) {_OPEN}",
    "COUNT(*) FROM activities_activity WHERE deleted_at IS NULL AND status = 'planned' AND due_on <= %(day)s",
    f"COUNT(*) {_OPEN} AND next_step_on IS NULL",
)


def store(of: TeamDay) -> None:
    """Computes and stores them, and takes them back."""
    moment = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "start": str(moment(of.window.start)),
        "end": str(moment(of.window.end)),
        "day": str(due_through(of.window.end, of.team)),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_counts (number int, person bigint, value bigint)")
        for number, count in enumerate(_COUNTS):
            statement = f"INSERT INTO bench_counts SELECT {number}, manager_id, {count} GROUP BY manager_id"
            cursor.execute(statement.replace("'group'", '"group"'), values)
        transaction.set_rollback(True)
