"""`manage.py bench`: measures the pages on this database. `make bench` runs it on SQLite and on PostgreSQL."""

import json
import logging
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Collection
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test import Client as Browser

from core import periods
from crm.bench import export, reports
from crm.bench.cases import CASES, Case, person_of
from crm.bench.closing import close_again_and_again, closing_rows, closings_elsewhere, last_moment
from crm.bench.measure import measure
from crm.bench.reports import order_again_and_again

HEADINGS = ("page", "p50", "p95", "goal", "queries", "empty view", "bare SQL")
EXPORT_HEADINGS = ("the file", "rows", "seconds", "processor", "× bare", "memory, MB", "file, MB")
CLOSING_HEADINGS = ("the closing", "p50", "p95", "processors", "goal", "queries")
# How often a closing is timed; which pages are opened meanwhile.
CLOSINGS = 7
DURING = ("clients, first page", "board", "my day", "quick log, the send")


class Command(BaseCommand):
    """Prints a table and adds its rows to a JSON file."""

    help = "Times the pages of this database: p50, p95, queries, and two floors beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=40)
        parser.add_argument(
            "--closing", action="store_true", help="the closing of the day, and pages while it runs"
        )
        parser.add_argument("--closing-again-and-again", action="store_true", help=SUPPRESS)
        parser.add_argument(
            "--reports", action="store_true", help="every report, alone and while ten writers enter orders"
        )
        parser.add_argument("--orders-again-and-again", action="store_true", help=SUPPRESS)
        parser.add_argument("--export", action="store_true", help="a file of 100,000 rows × 12 columns")
        parser.add_argument("--export-once", choices=list(export.WAYS), help=SUPPRESS)
        parser.add_argument("--only", default="", help="cases whose name contains this")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "build" / "bench.json")

    def handle(self, *args: Any, rounds: int, only: str, out: Path, closing: bool, **options: Any) -> None:
        settings.ROOT_URLCONF = "crm.bench.urls"
        logging.getLogger("kpi.closing").setLevel(logging.WARNING)
        try:
            if options["export_once"]:
                self.stdout.write(json.dumps(asdict(export.write_once(options["export_once"]))))
                return
            if options["closing_again_and_again"]:
                close_again_and_again(partial(print, flush=True))
            if options["orders_again_and_again"]:
                with periods.clock(last_moment()):
                    order_again_and_again(partial(print, flush=True))
            with periods.clock(last_moment()):
                if options["export"]:
                    rows = self._exports()
                elif options["reports"]:
                    rows = self._reports(rounds, only)
                else:
                    rows = self._closing(rounds) if closing else self._pages(rounds, only)
        except LookupError as error:
            raise CommandError(str(error)) from error
        self._save(rows, out)

    def _closing(self, rounds: int) -> list[dict[str, Any]]:
        rows = []
        self._print_row(CLOSING_HEADINGS)
        for row in closing_rows(CLOSINGS):
            rows.append(row.as_dict())
            self._print_row(
                (
                    row.name, f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}", f"{row.cpu_ms:.1f}",
                    f"{row.goal_ms:.0f}" if row.goal_ms else "", str(row.queries or ""),
                ),
                slow=row.goal_ms is not None and row.p95_ms > row.goal_ms,
            )  # fmt: skip
        self.stdout.write("\nPages while nothing else runs, and while days are closed in another process:")
        rows += self._pages(rounds, "", DURING)
        with closings_elsewhere():
            rows += [
                row | {"name": f"{row['name']}, during closings"} for row in self._pages(rounds, "", DURING)
            ]
        return rows

    def _exports(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        bare = 0.0
        self._print_row(EXPORT_HEADINGS)
        for taken in export.exports():
            bare = bare or taken.cpu
            times = taken.cpu / bare
            self._print_row(
                (
                    taken.way, f"{taken.rows}", f"{taken.seconds:.1f}", f"{taken.cpu:.1f}", f"{times:.2f}",
                    str(taken.memory_mb), f"{taken.size_mb:.1f}",
                ),
                slow=taken.memory_mb > export.MEMORY_GOAL_MB,
            )  # fmt: skip
            rows.append({"name": f"file: {taken.way}", "db": connection.vendor, **asdict(taken)})
        return rows

    def _reports(self, rounds: int, only: str) -> list[dict[str, Any]]:
        rows = self._pages(rounds, only, cases=reports.cases())
        self.stdout.write("\nWhile ten writers enter and ship orders in another process:")
        with reports.orders_elsewhere():
            rows += [
                row | {"name": f"{row['name']}, with writers"}
                for row in self._pages(rounds, only, cases=reports.cases())
            ]
        return rows

    def _pages(
        self, rounds: int, only: str, names: Collection[str] = (), cases: Collection[Case] = CASES
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        self._print_row(HEADINGS)
        for case in cases:
            if only not in case.name or (names and case.name not in names):
                continue
            user = person_of(case.role)
            browser = Browser()
            browser.force_login(user, backend="people.backends.DoorKeeper")
            row = measure(
                case.name, goal_ms=case.goal_ms, client=browser, request=case.prepare(user), rounds=rounds
            )
            rows.append(row.as_dict())
            self._print_row(
                (
                    row.name, f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}", f"{row.goal_ms:.0f}", str(row.queries),
                    f"{row.floor_view_ms:.1f}", f"{row.floor_sql_ms:.1f}",
                ),
                slow=row.p95_ms > row.goal_ms,
            )  # fmt: skip
        return rows

    def _print_row(self, cells: tuple[str, ...], slow: bool = False) -> None:
        first, *rest = cells
        self.stdout.write(
            f"{first:<44}" + "".join(f"{cell:>11}" for cell in rest) + ("  SLOW" if slow else "")
        )

    @staticmethod
    def _save(rows: list[dict[str, Any]], out: Path) -> None:
        """Rows of the other database stay; those of this one are replaced."""
        out.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(out.read_text()) if out.exists() else []
        measured = {(row["name"], row["db"]) for row in rows}
        kept = [row for row in kept if (row["name"], row["db"]) not in measured]
        out.write_text(json.dumps(kept + rows, ensure_ascii=False, indent=1) + "\n")
