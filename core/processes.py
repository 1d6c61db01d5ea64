"""Child processes that live and die together: started in sessions of their own, asked to end, then made to.

A session of its own keeps the terminal's Ctrl-C from a child, so that the parent decides who ends when; the kernel's
parent-death signal ends it even when the parent was killed without a chance to say goodbye.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# A child has this long to finish what it is doing; together with starting and killing it stays under ten seconds.
PATIENCE = 8.0
LOG_LIMIT = 5 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A started program and the log it writes to (None: it writes where its parent does)."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def epitaph(self, lines: int = 15) -> str:
        """How it ended, in words, with the end of its log."""
        code = self.process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        if self.log is None:
            return f"The {self.name} {how}."
        last = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"The {self.name} {how}. The end of {self.log}:", *(f"  {line}" for line in last)])


def start(name: str, command: Sequence[str], *, log: Path | None, pass_fds: Sequence[int] = ()) -> Child:
    """Start a program; `log` is appended to, after the last one has grown too long and was put aside."""
    output = None
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
        output = log.open("ab")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    finally:
        if output is not None:
            output.close()
    return Child(name, process, log)


def end(children: Sequence[Child], *, patience: float = PATIENCE) -> None:
    """Ask all to end, wait, then kill whatever of their sessions is left. Nothing of them runs afterwards."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + patience
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    for child in children:
        # The leader may be gone and a process it started may not: the whole group is meant.
        try:
            os.killpg(child.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        child.process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
