"""What derives from moves (`pipeline.passage`), made anew from them by the database, however many there are."""

import datetime as dt

from django.db import connection
from django.db.models import Max, Min

from people import calendar
from pipeline.models import StageMove

# The stays between the moves of each deal; `takt_days` numbers the working days.
_STAYS = """
UPDATE pipeline_stagemove SET left_at = found.left_at, stood_days = found.stood_days
FROM (
    SELECT m.id, m.left_at, ended.number - began.number AS stood_days
    FROM (
        SELECT id, from_stage_id, day, LAG(day) OVER path AS began, LEAD(at) OVER path AS left_at
        FROM pipeline_stagemove
        WINDOW path AS (PARTITION BY deal_id ORDER BY at, id)
    ) m
    LEFT JOIN takt_days began ON began.day = m.began AND m.from_stage_id IS NOT NULL
    LEFT JOIN takt_days ended ON ended.day = m.day
) found
WHERE found.id = pipeline_stagemove.id
    AND (
        pipeline_stagemove.left_at IS DISTINCT FROM found.left_at
        OR pipeline_stagemove.stood_days IS DISTINCT FROM found.stood_days
    )
"""
# The open and won stages of its funnel that a deal ever entered; of a lost one the stage that it was lost from.
_DEALS = """
UPDATE pipeline_deal SET passed = found.passed, lost_from_id = found.lost_from_id
FROM (
    SELECT deal.id, COALESCE(entered.stages, '') AS passed, lost.from_stage_id AS lost_from_id
    FROM pipeline_deal deal
    LEFT JOIN (
        SELECT deal_id, [together] AS stages
        FROM (
            SELECT DISTINCT m.deal_id, m.to_stage_id
            FROM pipeline_stagemove m
            JOIN pipeline_stage entered ON entered.id = m.to_stage_id AND entered.kind <> 'lost'
            JOIN pipeline_deal of ON of.id = m.deal_id
            JOIN pipeline_stage now ON now.id = of.stage_id AND now.funnel_id = entered.funnel_id
            ORDER BY m.deal_id, m.to_stage_id
        ) one
        GROUP BY deal_id
    ) entered ON entered.deal_id = deal.id
    LEFT JOIN (
        SELECT m.deal_id, m.from_stage_id,
            ROW_NUMBER() OVER (PARTITION BY m.deal_id ORDER BY m.at DESC, m.id DESC) AS place
        FROM pipeline_stagemove m
        JOIN pipeline_stage entered ON entered.id = m.to_stage_id AND entered.kind = 'lost'
        LEFT JOIN pipeline_stage before ON before.id = m.from_stage_id
        WHERE before.id IS NULL OR before.kind <> 'lost'
    ) lost ON lost.deal_id = deal.id AND lost.place = 1 AND deal.state = 'lost'
) found
WHERE found.id = pipeline_deal.id
    AND (
        pipeline_deal.passed IS DISTINCT FROM found.passed
        OR pipeline_deal.lost_from_id IS DISTINCT FROM found.lost_from_id
    )
"""
_TOGETHER = {
    "postgresql": "STRING_AGG(to_stage_id::text, ' ' ORDER BY to_stage_id)",
    "sqlite": "GROUP_CONCAT(to_stage_id, ' ')",
}


def rebuild() -> tuple[int, int]:
    """Makes anew what derives from moves; how many moves and deals said something else. In a transaction of the
    caller's, until whose end no deal moves."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE pipeline_stagemove, pipeline_deal IN SHARE ROW EXCLUSIVE MODE")
        days = StageMove.objects.aggregate(first=Min("day"), last=Max("day"))
        if days["first"] is None:
            return 0, 0
        cursor.execute("CREATE TEMPORARY TABLE takt_days (day date PRIMARY KEY, number integer NOT NULL)")
        try:
            cursor.executemany(
                "INSERT INTO takt_days (day, number) VALUES (%s, %s)", _numbered(days["first"], days["last"])
            )
            cursor.execute(_STAYS)
            moves = cursor.rowcount
            cursor.execute(_DEALS.replace("[together]", _TOGETHER[connection.vendor]))
            return moves, cursor.rowcount
        finally:
            cursor.execute("DROP TABLE takt_days")


def _numbered(first: dt.date, last: dt.date) -> list[tuple[str, int]]:
    """Every day with the number of working days up to it, so that two of them say how many lie between."""
    with calendar.kept():
        days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        return [(day.isoformat(), calendar.working_days_between(first, day)) for day in days]
