"""Where things lie, how a step is announced, how trouble is told: in one sentence that ends with what mends it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"


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


_lists_are_fresh = False


def apt_install(*packages: str) -> bool:
    """Install Debian packages, without starting their services. True when apt says they are there."""
    global _lists_are_fresh
    # policy-rc.d is asked by every package before it starts a service; 101 forbids it. An existing one is left alone.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not _lists_are_fresh:
        subprocess.run(["apt-get", "update", "-qq"], env=env, stdin=subprocess.DEVNULL)
        _lists_are_fresh = True
    say(f"Installing {', '.join(packages)} …")
    try:
        if ours:
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        return (
            subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
            == 0
        )
    finally:
        if ours:
            policy.unlink(missing_ok=True)
