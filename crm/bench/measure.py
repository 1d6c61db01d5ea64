"""Times a request as the server spends it: in this process, without the network, beside two floors.

`floor_view_ms` is the empty view of the same server (all middleware, no work). `floor_sql_ms` is the page's own
statements sent bare, without Django around them.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.bench.urls import EMPTY
from crm.web import settle

WARM_UP = 3

Request = Callable[[Client], HttpResponse]


@dataclass(frozen=True)
class Row:
    """One measured case; times in milliseconds."""

    name: str
    db: str
    p50_ms: float
    p95_ms: float
    goal_ms: float
    queries: int
    floor_view_ms: float
    floor_sql_ms: float
    rounds: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(name: str, *, goal_ms: float, client: Client, request: Request, rounds: int) -> Row:
    """Runs `request` and tells p50 and p95 over `rounds`. RuntimeError if it does not answer with a page."""
    for _round in range(WARM_UP):
        _answer(name, client, request)
    settle()
    with CaptureQueriesContext(connection) as captured:
        _answer(name, client, request)
        statements = [q["sql"] for q in captured.captured_queries if _is_question(q["sql"])]
    times = [_timed(lambda: _answer(name, client, request)) for _round in range(rounds)]
    floor = [_timed(lambda: client.get(EMPTY)) for _round in range(rounds)]
    return Row(
        name=name,
        db=connection.vendor,
        p50_ms=_round_up(statistics.median(times)),
        p95_ms=_round_up(statistics.quantiles(times, n=20)[-1]),
        goal_ms=goal_ms,
        queries=len(statements),
        floor_view_ms=_round_up(statistics.median(floor)),
        floor_sql_ms=_round_up(_bare(statements)),
        rounds=rounds,
    )


def _answer(name: str, client: Client, request: Request) -> None:
    response = request(client)
    if response.status_code not in (200, 302, 303):
        raise RuntimeError(f"{name}: the page answered {response.status_code}")


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _is_question(sql: str) -> bool:
    """Whether a statement counts as a query: all but the marks of transactions."""
    return not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"))


def _bare(statements: list[str]) -> float:
    """The median time of the page's SELECTs, sent with their values written in, fetched whole."""
    questions = [sql for sql in statements if sql.lstrip("( ").upper().startswith(("SELECT", "WITH"))]

    def run() -> None:
        with connection.cursor() as cursor:
            for sql in questions:
                cursor.cursor.execute(sql)
                cursor.fetchall()

    try:
        return statistics.median(_timed(run) for _round in range(7))
    except Exception as error:  # a statement whose logged text is not valid SQL by itself
        raise RuntimeError(f"not to be sent bare: {error}") from error


def _round_up(value: float) -> float:
    return round(value, 2)
