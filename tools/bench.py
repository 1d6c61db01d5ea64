"""`make bench`: times the pages of a demo company on SQLite and on PostgreSQL; the rows land in build/bench.json.

    make bench                            the small company
    make bench SIZE=large DB=sqlite       50 managers, 100,000 clients, 1,000,000 activities: filling takes minutes
    make bench SIZE=closing               the closing of 1,000 managers over as many records, and pages while it runs
    make bench SIZE=reports               every report over 36,000 shipments, alone and while ten writers enter orders
    make bench SIZE=sales DB=postgres     the same over 1,000,000 shipments
    make bench SIZE=export                a file of 100,000 rows, beside the bare writer: seconds and memory
    python -m tools.bench --size large --scale 0.05         a part of the large one, for trying

PostgreSQL is that of DATABASE_URL (an empty database) or a throw-away one. The filled SQLite file stays in build/bench/
for the next time; delete the folder after a change of the tables.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

from tools import services, setup
from tools.common import BUILD, PYTHON, ROOT, Trouble, say, tell


def main() -> int:
    parser = ArgumentParser(prog="python -m tools.bench")
    parser.add_argument(
        "--size", choices=["small", "large", "closing", "reports", "sales", "export"], default="small"
    )
    parser.add_argument("--db", choices=["both", "sqlite", "postgres"], default="both")
    parser.add_argument("--scale", default="1.0", help="a part of the large company")
    options = parser.parse_args()
    setup.prepare(dev=False)
    fill, measure = ["--size", options.size, "--scale", options.scale], ["bench"]
    if options.size == "closing":
        fill = ["--size", "large", "--scale", options.scale, "--managers", "1000", "--teams", "20"]
        measure.append("--closing")
    if options.size in ("reports", "sales"):
        shipments = ["--shipments", "1000000"] if options.size == "sales" else []
        fill = ["--size", "large", "--scale", options.scale, *shipments]
        measure.append("--reports")
    if options.size == "export":
        fill = ["--size", "large", "--scale", options.scale]
        measure.append("--export")
    if options.db != "postgres":
        folder = BUILD / "bench" / f"{options.size}-{options.scale}"
        _bench("SQLite", fill, measure, {"TAKT_VAR": str(folder)}, filled=folder / "filled")
    if options.db != "sqlite":
        with ExitStack() as stack:
            temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="takt-bench-")))
            database = os.environ.get("DATABASE_URL") or stack.enter_context(services.postgres(temporary))
            _bench(
                "PostgreSQL", fill, measure, {"TAKT_VAR": str(temporary / "var"), "DATABASE_URL": database}
            )
    return 0


def _bench(
    name: str, fill: list[str], measure: list[str], settings: dict[str, str], *, filled: Path | None = None
) -> None:
    """Fill the database, unless the file `filled` says that it is, and time what `measure` says."""
    say(f"\n--- {name} ---")
    surroundings = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")
    }

    def manage(*arguments: str) -> None:
        done = subprocess.run(
            [str(PYTHON), "manage.py", *arguments], cwd=ROOT, env={**surroundings, **settings}
        )
        if done.returncode:
            raise Trouble(f"`manage.py {' '.join(arguments)}` failed on {name}: see above.")

    if filled is None or not filled.exists():
        manage("migrate", "--verbosity", "0")
        manage("demo", *fill)
    if filled is not None:
        filled.touch()
    manage(*measure)


if __name__ == "__main__":
    sys.exit(tell(main))
