"""`make test` and `make lint`: prepares what the checks need, runs them, sums up.

    python -m tools.check            everything
    python -m tools.check lint       the six that need no tests
    python -m tools.check sqlite     any part by its name

The suites run on SQLite and again on PostgreSQL with Redis: those of DATABASE_URL and REDIS_URL where given, else
throw-away ones. What cannot be had on this machine is said, with the command that mends it, and the last line then
reads NOT COMPLETE; with CI=true that is a failure, and as root on Debian or Ubuntu it is installed first.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tools import browser, office, services, setup
from tools.common import BUILD, PYTHON, ROOT, Trouble, apt_install, can_install, in_ci, say, tell

LINT = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "types": ["-m", "mypy"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "messages": ["manage.py", "messages", "--check"],
}
SUITES = ("sqlite", "postgres", "browser", "office")
# Settings of the surroundings that would make the checks something else than what they say they are.
FOREIGN = (
    "DATABASE_URL",
    "REDIS_URL",
    "PRODUCTION",
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "TAKT_ZONE",
    "TAKT_URL",
    "EMAIL_URL",
    "LOG_LEVEL",
)


@dataclass
class Result:
    """One line of the summary. A part that was not run says why in `missing`."""

    part: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    missing: str = ""

    def __str__(self) -> str:
        if self.part == "setup":
            return f"  {self.part:<11}{self.seconds:6.1f} s"
        if self.missing:
            return f"  {self.part:<11} not run: {self.missing}"
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"  {self.part:<11}{self.seconds:6.1f} s   {self.passed} passed, {self.failed} failed{skipped}"


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    asked = _parts(sys.argv[1:])
    began = time.monotonic()
    _install_what_is_missing(asked)
    setup.prepare(dev=True)
    if "browser" in asked and browser.chromium() is None and can_install():
        # Ubuntu has Chromium as a snap only, which containers cannot run.
        subprocess.run([str(PYTHON), "-m", "playwright", "install", "--with-deps", "chromium"])
    results = [Result("setup", time.monotonic() - began)]
    with tempfile.TemporaryDirectory(prefix="takt-test-") as temporary:
        folder = Path(temporary)
        results += _lint([part for part in asked if part in LINT], folder)
        suites = zip(SUITES, (_on_sqlite, _on_postgres, _in_browser, _by_libreoffice), strict=True)
        results += [run(folder) for part, run in suites if part in asked]
    return _sum_up(results, time.monotonic() - began)


def _parts(names: list[str]) -> list[str]:
    everything = [*LINT, *SUITES]
    if unknown := set(names) - {*everything, "lint"}:
        raise Trouble(
            f"There is no part named {', '.join(sorted(unknown))}: name lint, {', '.join(everything)}."
        )
    if not names:
        return everything
    return [part for part in everything if part in names or ("lint" in names and part in LINT)]


def _install_what_is_missing(asked: list[str]) -> None:
    """Only as root, on Debian or Ubuntu, with CI=true."""
    if not can_install():
        return
    wanted = []
    if "postgres" in asked and not os.environ.get("DATABASE_URL") and services.postgres_bin() is None:
        wanted.append("postgresql")
    if "postgres" in asked and not os.environ.get("REDIS_URL") and services.redis_program() is None:
        wanted.append("redis-server")
    if wanted:
        apt_install(*wanted)
    if "browser" in asked and browser.chromium() is None:
        apt_install("chromium")
    if "office" in asked and office.soffice() is None:
        apt_install(office.PACKAGE)


def _lint(parts: list[str], folder: Path) -> list[Result]:
    """Two at a time, each in silence until it is done."""

    def run(part: str) -> Result:
        began = time.monotonic()
        done = subprocess.run(
            [str(PYTHON), *LINT[part]],
            cwd=ROOT,
            env=_environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        good = done.returncode == 0
        say(
            f"{part}: {'in order' if good else 'NOT in order'}"
            + ("" if good else f"\n{done.stdout.rstrip()}\n")
        )
        return Result(part, time.monotonic() - began, passed=int(good), failed=int(not good))

    # Types take longer than all others together: they go first.
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, sorted(parts, key=lambda part: part != "types")))
    return sorted(results, key=lambda result: parts.index(result.part))


def _on_sqlite(folder: Path) -> Result:
    return _pytest("sqlite", _parallel(), _environment(folder))


def _on_postgres(folder: Path) -> Result:
    with ExitStack() as stack:
        try:
            database = os.environ.get("DATABASE_URL", "")
            if not database.startswith(("postgres", "psql", "pgsql")):
                database = stack.enter_context(services.postgres(folder))
            redis = os.environ.get("REDIS_URL") or stack.enter_context(services.redis(folder))
        except Trouble as trouble:
            return Result("postgres", missing=f"{trouble} Or set DATABASE_URL and REDIS_URL.")
        return _pytest("postgres", _parallel(), _environment(folder, DATABASE_URL=database, REDIS_URL=redis))


def _in_browser(folder: Path) -> Result:
    program = browser.chromium()
    if program is None:
        return Result(
            "browser", missing="Chromium is not installed: run `sudo apt install chromium`, or set CHROMIUM."
        )
    environment = _environment(folder, DJANGO_ALLOW_ASYNC_UNSAFE="true", CHROMIUM=program)
    return _pytest("browser", [*_parallel(), "-m", "browser", "tests/browser"], environment)


def _by_libreoffice(folder: Path) -> Result:
    """Once: what a file holds does not depend on the database."""
    if office.soffice() is None:
        return Result(
            "office", missing=f"LibreOffice is not installed: run `sudo apt install {office.PACKAGE}`."
        )
    return _pytest("office", ["-m", "office", "tests/test_libreoffice.py"], _environment(folder))


def _parallel() -> list[str]:
    return ["-n", str(max(2, min(8, os.cpu_count() or 2)))]


def _environment(folder: Path, **more: str) -> dict[str, str]:
    """The surroundings without what would change the checks, and with files of their own."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "TAKT_VAR": str(folder / "var"), **more}


def _pytest(part: str, options: list[str], environment: dict[str, str]) -> Result:
    say(f"\n--- {part} ---")
    began = time.monotonic()
    report = BUILD / "reports" / f"{part}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    code = _run_to_the_end(
        [
            str(PYTHON),
            "-m",
            "pytest",
            "-q",
            "--durations=10",
            "--durations-min=2",
            f"--junitxml={report}",
            *options,
        ],
        environment,
    )
    counts = _counts(report)
    # A run that broke off before it could report (or found no test at all) has failed too.
    failed = counts["failures"] + counts["errors"] or int(code != 0)
    passed = max(0, counts["tests"] - counts["skipped"] - failed)
    return Result(part, time.monotonic() - began, passed, failed, counts["skipped"])


def _counts(report: Path) -> dict[str, int]:
    names = ("tests", "failures", "errors", "skipped")
    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")
    except (OSError, ElementTree.ParseError):
        suite = None
    return {name: int(suite.get(name, 0)) if suite is not None else 0 for name in names}


def _run_to_the_end(command: list[str], environment: dict[str, str]) -> int:
    """Run in full view. Interrupted, the tests get the time to take down what they have set up."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _sum_up(results: list[Result], seconds: float) -> int:
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    missing = [result for result in results if result.missing]
    say("\n" + "\n".join(str(result) for result in results))
    say(f"  {'in all':<11}{seconds:6.1f} s\n")
    say(f"{passed} passed, {failed} failed")
    if missing:
        say("NOT COMPLETE")
    return int(bool(failed) or (bool(missing) and in_ci()))


if __name__ == "__main__":
    sys.exit(tell(main))
