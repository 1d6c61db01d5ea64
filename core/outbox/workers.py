"""Who does a job: a name that tells one process from every other, and whether that process still lives.

A worker killed in the middle of a job leaves it claimed until its lease is over. The next worker on the same machine
need not wait for that: it sees that nobody of that name is there any more.
"""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from pathlib import Path

_PROCESSES = Path("/proc")
_STARTED_FIELD = 19  # of /proc/<pid>/stat, counted from the state, which follows the name in brackets


def own_name() -> str:
    """The name of this process: machine, its space of process numbers, number, moment of start."""
    return f"{_place()}/{os.getpid()}/{_started(os.getpid())}"


def is_gone(name: str) -> bool:
    """Whether the process of that name lived where we do and has ended. False wherever one cannot know."""
    if name.count("/") < 2:
        return False
    place, pid, started = name.rsplit("/", 2)
    return place == _place() and bool(started) and pid.isdigit() and _started(int(pid)) != started


@lru_cache
def _place() -> str:
    """Containers may share the machine's name; each counts its processes for itself."""
    try:
        numbering = os.readlink(_PROCESSES / "self/ns/pid")
    except OSError:
        numbering = ""
    return f"{socket.gethostname()}/{numbering}"[:120]


def _started(pid: int) -> str:
    """When the process began, in ticks since the machine did; "" if there is none or the system does not say."""
    try:
        status = (_PROCESSES / str(pid) / "stat").read_text()
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    return (
        "" if fields[0] in "ZX" else fields[_STARTED_FIELD]
    )  # ended, and only waiting for its parent to notice
