"""The property behind every figure: a day closed on time, the same day closed late, and the oracle say the same.

Windows, values, records, norms, verdicts and points, over random histories: 200 here, 2,000 by `make torture`.
TAKT_HISTORIES says how many; with DATABASE_URL they take place in PostgreSQL.
"""

import logging
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from people import calendar
from tests.kpi.drive import Company, as_kopecks
from tests.kpi.histories import GROUNDS, MICROSECOND, ONE_DAY, Ground, History, histories, is_working
from tests.kpi.oracle import Oracle

HISTORIES = int(os.environ.get("TAKT_HISTORIES", "200"))


def test_the_script_s_working_days_are_the_production_calendar_s(db: None) -> None:
    for ground in GROUNDS:
        for day in (ground.first + n * ONE_DAY for n in range(-10, 40)):
            assert is_working(day) == calendar.is_working(day), day


def said_by(oracle: Oracle) -> dict[tuple[Any, ...], Any]:
    """What the oracle says of all days, as `drive.Life.closed` does of the program's."""
    found: dict[tuple[Any, ...], Any] = {}
    for (team, day), window in oracle.windows.items():
        found[team, day] = (window.start, window.end)
    for (team, day), rows in oracle.rows.items():
        for person, row in rows.items():
            found[team, day, person] = {
                "window": (row.window.start, row.window.end),
                "scored": not row.why_not,
                "time": (int(row.there), int(row.of_day)),
                "points": row.points,
            }
            for (indicator, period), figure in row.figures.items():
                norm = figure.norm
                found[team, day, person, indicator, period] = (
                    as_kopecks(figure.value), as_kopecks(figure.base), sorted(figure.records),
                    norm and (as_kopecks(norm.low), as_kopecks(norm.high), norm.tolerance),
                    figure.verdict, figure.points,
                )  # fmt: skip
    return found


def differences(of: str, known: dict[Any, Any], oracle: dict[Any, Any]) -> list[str]:
    return [
        f"{of}: {' '.join(map(str, key))}: {known.get(key)}, the oracle says {oracle.get(key)}"
        for key in sorted({*known, *oracle}, key=str)
        if known.get(key) != oracle.get(key)
    ]


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: ground.name)
def test_closed_on_time_closed_late_and_the_oracle_say_the_same(
    db: None, caplog: pytest.LogCaptureFixture, ground: Ground
) -> None:
    caplog.set_level(logging.ERROR, logger="kpi.closing")
    company = Company(ground)

    @settings(
        max_examples=max(HISTORIES // len(GROUNDS), 1), suppress_health_check=list(HealthCheck), database=None
    )
    @given(histories(ground))
    def holds(history: History) -> None:
        oracle = Oracle(history.script, is_working, ground.began, history.until)
        expected = said_by(oracle)
        with company.living(history):
            company.live(close_at=[cutoff + MICROSECOND for cutoff in oracle.cutoffs])
            on_time = company.closed()
            company.forget_closings()
            company.close(history.until + 3 * ONE_DAY, of=history.until)
            late = company.closed()
        found = [*differences("on time", on_time, expected), *differences("late", late, expected)]
        assert not found, "\n".join(found)

    holds()
