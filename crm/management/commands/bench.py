"""`manage.py bench`: measures the pages on this database. `make bench` runs it on SQLite and on PostgreSQL."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import Client as Browser

from crm.bench.cases import CASES, person_of
from crm.bench.measure import Row, measure

HEADINGS = ("page", "p50", "p95", "goal", "queries", "empty view", "bare SQL")


class Command(BaseCommand):
    """Prints a table and adds its rows to a JSON file."""

    help = "Times the pages of this database: p50, p95, queries, and two floors beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=40)
        parser.add_argument("--only", default="", help="cases whose name contains this")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "build" / "bench.json")

    def handle(self, *args: Any, rounds: int, only: str, out: Path, **options: Any) -> None:
        settings.ROOT_URLCONF = "crm.bench.urls"
        rows: list[Row] = []
        self._print_row(HEADINGS)
        try:
            for case in CASES:
                if only not in case.name:
                    continue
                user = person_of(case.role)
                browser = Browser()
                browser.force_login(user, backend="people.backends.DoorKeeper")
                row = measure(
                    case.name, goal_ms=case.goal_ms, client=browser, request=case.prepare(user), rounds=rounds
                )
                rows.append(row)
                self._print_row(
                    (
                        row.name, f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}", f"{row.goal_ms:.0f}", str(row.queries),
                        f"{row.floor_view_ms:.1f}", f"{row.floor_sql_ms:.1f}",
                    ),
                    slow=row.p95_ms > row.goal_ms,
                )  # fmt: skip
        except LookupError as error:
            raise CommandError(str(error)) from error
        self._save(rows, out)

    def _print_row(self, cells: tuple[str, ...], slow: bool = False) -> None:
        first, *rest = cells
        self.stdout.write(
            f"{first:<30}" + "".join(f"{cell:>11}" for cell in rest) + ("  SLOW" if slow else "")
        )

    @staticmethod
    def _save(rows: list[Row], out: Path) -> None:
        """Rows of the other database stay; those of this one are replaced."""
        out.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(out.read_text()) if out.exists() else []
        measured = {(row.name, row.db) for row in rows}
        kept = [row for row in kept if (row["name"], row["db"]) not in measured]
        out.write_text(
            json.dumps(kept + [row.as_dict() for row in rows], ensure_ascii=False, indent=1) + "\n"
        )
