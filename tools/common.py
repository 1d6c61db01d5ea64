"""Where things lie, how a step is announced, how trouble is told: in one sentence that ends with what mends it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
# Asked by every Debian package before it starts a service; 101 forbids it.
POLICY = Path("/usr/sbin/policy-rc.d")


class Trouble(Exception):
    """Something is missing here. The text is shown as it is: one sentence, with the command that mends it."""


def say(text: str) -> None:
    print(text, flush=True)


def tell(main: Callable[[], int]) -> int:
    """Run a program's `main`; its trouble is told in one sentence, without a traceback, and is its failure."""
    try:
        return main()
    except Trouble as trouble:
        sys.stdout.flush()
        print(f"\n{trouble}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr, flush=True)
        return 130


def run_quietly(
    command: list[str], trouble: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Run a command in silence; when it fails, show the end of what it said and raise `trouble`."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        print("\n".join(done.stdout.strip().splitlines()[-12:]), file=sys.stderr)
        raise Trouble(trouble)


def digest(*files: Path) -> str:
    """One hash of the files' contents: the stamp of a step that need not be done again."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1", "yes")


def can_install() -> bool:
    """As root on Debian or Ubuntu with CI=true the checks install what they miss; nowhere else."""
    return in_ci() and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Install Debian packages, without starting their services. True when apt says they are there."""
    say(f"Installing {', '.join(packages)} …")
    quietly: dict[str, Any] = {
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
    }
    subprocess.run(["apt-get", "update"], **quietly)
    ours = not POLICY.exists()
    try:
        if ours:
            POLICY.write_text("#!/bin/sh\nexit 101\n")
            POLICY.chmod(0o755)
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        return subprocess.run(command, **quietly).returncode == 0
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)
