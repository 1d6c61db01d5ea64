"""A throw-away PostgreSQL cluster and a Redis, started from the installed programs on free loopback ports.

Both live in a temporary folder, end with the `with` block that started them, and die with this process however it
dies. They are tuned for speed: what they hold is worth nothing.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tools.common import Trouble

START_TIMEOUT = 30.0
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "shared_buffers": "256MB",
}


def postgres_bin() -> Path | None:
    """The folder of the newest installed server's programs (Debian keeps them off the PATH)."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = sorted((path.parent for path in debian), key=lambda path: int(path.parent.name.split(".")[0]))
    if found:
        return found[-1]
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A fresh cluster below `folder`; yields its DATABASE_URL."""
    programs = postgres_bin()
    if programs is None:
        raise Trouble("PostgreSQL is not installed: run `sudo apt install postgresql`.")
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    # The server refuses to run as root.
    owner = _owner_for_root()
    if owner is not None:
        os.chmod(folder, 0o755)
        os.chown(data, owner.pw_uid, owner.pw_gid)
    initdb = [str(programs / "initdb"), "--pgdata", str(data), "--username", "postgres", "--auth", "trust"]
    initdb += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    made = subprocess.run(
        initdb, cwd=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **_as(owner)
    )
    if made.returncode:
        raise Trouble(f"PostgreSQL could not make a cluster: {made.stdout.strip().splitlines()[-1]}")
    port = _free_port()
    options = {
        **SPEED,
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(data),
    }
    command = [str(programs / "postgres"), "-D", str(data)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    ready = [str(programs / "pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    with _running(
        "PostgreSQL",
        command,
        data / "log",
        lambda: subprocess.run(ready).returncode == 0,
        signal.SIGINT,
        owner,
    ):
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A fresh Redis that keeps nothing; yields its REDIS_URL."""
    program = redis_program()
    if program is None:
        raise Trouble("Redis is not installed: run `sudo apt install redis-server`.")
    data = folder / "redis"
    data.mkdir()
    port = _free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(data), "--save", ""]
    command += ["--appendonly", "no"]
    with _running("Redis", command, data / "log", lambda: _listens(port), signal.SIGTERM):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(
    name: str,
    command: list[str],
    log: Path,
    is_ready: Callable[[], bool],
    end_by: signal.Signals,
    owner: pwd.struct_passwd | None = None,
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=partial(_die_with_parent, end_by) if sys.platform == "linux" else None,
            **_as(owner),
        )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"{name} did not start: {log.read_text(errors='replace').strip()[-500:]}")
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(end_by)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _owner_for_root() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Trouble("PostgreSQL refuses to run as root: run `adduser --system --group postgres`.") from None


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with_parent(by: signal.Signals) -> None:
    ctypes.CDLL(None).prctl(1, by)  # PR_SET_PDEATHSIG
