"""Samples of the reports' addresses for the rights walk. `tests/reports/test_every_report.py` walks the reports."""

from typing import Any

from tests.cast import Cast
from tests.samples import SELLERS, Sample


def year(_cast: Cast) -> dict[str, Any]:
    return {"code": "sales-year"}


NONE: dict[str, Any] = {"code": "no-such-report"}

SAMPLES = {
    "reports:catalog": Sample(shows=False),
    "reports:report": Sample(
        it=year, missing=NONE, roles=SELLERS, shows=False, queries=("?manager={user}", "?team={team}")
    ),
    "reports:records": Sample(
        it=year,
        missing=NONE,
        roles=SELLERS,
        shows=False,
        needs="?line=total&column=net",
        queries=("?line=total&column=net&manager={user}",),
    ),
}
