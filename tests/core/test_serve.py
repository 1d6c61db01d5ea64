"""`manage.py serve`: one command starts web and worker, and ends both.

The served program uses the test's own database, files and broker folder, so that it meets what runs in earnest.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from core import outbox
from core.outbox.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0  # a busy machine is slow; nothing waits longer than it must

Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `manage.py serve` on a free port with files of its own; ends it after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "TAKT_VAR": str(tmp_path / "var"), "DATABASE_URL": _test_database()}
        environment.pop("PYTHONUNBUFFERED", None)  # what it says must not wait for a buffer to fill
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--workers", "1", *options],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_it_serves_works_and_ends_everything_it_started(serve: Serve) -> None:
    job = outbox.enqueue("core.clean")  # fell due while no worker was there
    process = serve("--port", str(_free_port()))
    address = _announced(process)
    assert urllib.request.urlopen(f"{address}healthz").read() == b"ok"
    _until(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE, "the worker does the job")

    family = _descendants(process.pid)
    assert len(family) >= 3  # gunicorn, its worker, celery
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    assert time.monotonic() - began < 10
    assert process.returncode == 0
    assert [pid for pid in family if _lives(pid)] == []


def test_what_it_started_ends_with_it_even_when_it_is_killed(serve: Serve) -> None:
    process = serve("--port", str(_free_port()))
    _announced(process)
    family = _descendants(process.pid)
    process.kill()
    _until(lambda: not any(_lives(pid) for pid in family), "the children end")


def test_it_ends_and_says_why_when_a_part_of_it_dies(serve: Serve) -> None:
    process = serve("--port", str(_free_port()))
    _announced(process)
    worker = next(pid for pid in _children(process.pid) if "celery" in _command(pid))
    os.kill(worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "The worker was ended by SIGKILL" in said


def test_a_taken_port_is_said_in_one_sentence(serve: Serve) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said, _ = serve("--port", str(port)).communicate(timeout=PATIENCE)
    assert re.fullmatch(
        rf"CommandError: Port {port} cannot be used \(another program has taken it\): "
        r"name another one, for example `make run PORT=\d+`\.\n",
        said,
    )


def _test_database() -> str:
    """The address of the database the tests run on, for another process."""
    values: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    secret = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    port = f":{values['PORT']}" if values["PORT"] else ""
    return f"postgres://{values['USER']}{secret}@{values['HOST']}{port}/{values['NAME']}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _announced(process: subprocess.Popen[str]) -> str:
    """The address it says it runs at."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if found := re.search(r"http://\S+/", line):
            return found.group()
    pytest.fail(f"It ended before it ran:\n{said}")


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _descendants(pid: int) -> list[int]:
    return [each for child in _children(pid) for each in (child, *_descendants(child))]


def _lives(pid: int) -> bool:
    """Whether the process runs; one that has ended and only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
