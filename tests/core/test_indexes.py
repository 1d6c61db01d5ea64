"""What SQLite chooses its indexes by."""

import pytest
from django.db import connection

from core.indexes import refresh_statistics
from core.outbox import Job, tick
from tests.leads.factories import make_client


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_the_planner_of_sqlite_knows_how_many_rows_there_are(db: None) -> None:
    make_client()
    make_client()
    refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stat FROM sqlite_stat1 WHERE tbl = 'leads_client' AND idx = 'leads_client_region'"
        )
        assert cursor.fetchone()[0].startswith("2 ")


def test_it_is_done_once_a_day(db: None) -> None:
    tick()
    job = Job.objects.get(kind="core.statistics")
    assert (job.state, job.error) == (Job.State.DONE, "")
