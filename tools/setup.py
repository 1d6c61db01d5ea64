"""`make setup`: the virtual environment in .venv, the packages of the lock, the third-party files of the pages.

Every step leaves a stamp and is skipped while nothing it depends on has changed, so that a second start costs nothing.
`--dev` adds what the checks need.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import vendor
from tools.common import PYTHON, ROOT, VENV, Trouble, apt_install, can_install, digest, run_quietly, say, tell

OLDEST = (3, 11)
STAMP = VENV / "takt-stamp.json"


def main() -> int:
    prepare(dev="--dev" in sys.argv[1:])
    return 0


def prepare(*, dev: bool) -> None:
    """Everything the program needs to run, `dev`: everything the checks need too."""
    ensure_environment()
    ensure_packages("requirements-dev.lock" if dev else "requirements.lock")
    vendor.ensure(dev=dev, install=ensure_packages)
    ensure_messages()


def ensure_environment() -> None:
    """A .venv whose interpreter is still the one it was made with."""
    if sys.version_info < OLDEST:
        raise Trouble(
            "Takt needs Python {}.{} or newer and this is {}.{}: install a newer one and name it, "
            "for example `make run PYTHON=python3.12`.".format(*OLDEST, *sys.version_info[:2])
        )
    if PYTHON.exists() and (_stamp().get("python") == os.path.realpath(PYTHON) or _works()):
        return
    if importlib.util.find_spec("ensurepip") is None:
        packages = _venv_package()
        if not (can_install() and apt_install(packages)):
            raise Trouble(
                f"Python's venv module is not installed: run `sudo apt install {packages}`, then try again."
            )
    say(f"Making the Python environment in {VENV.name} …")
    run_quietly(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        f"{sys.executable} could not make the environment: run `sudo apt install {_venv_package()}`, then try again.",
    )


def _works() -> bool:
    """Whether an environment without our stamp (made by hand, say) is new enough and has pip."""
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([str(PYTHON), "-c", check], stderr=subprocess.DEVNULL).returncode == 0


def _venv_package() -> str:
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        return "python3-venv"
    return "python{}.{}-venv".format(*sys.version_info[:2])


def ensure_packages(lock: str) -> None:
    """Install what the lock names, hash by hash; nothing is asked of the index while the lock is unchanged."""
    stamp = _stamp()
    wanted = digest(ROOT / lock)
    if stamp.get("python") != os.path.realpath(PYTHON):
        stamp = {"python": os.path.realpath(PYTHON)}
    if stamp.get(lock) == wanted:
        return
    say(f"Installing the packages of {lock} …")
    if not _installed_by_uv(lock):
        run_quietly(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock],
            "The Python packages could not be fetched: check the way to the package index "
            "(a mirror is named by `export PIP_INDEX_URL=https://…`), then run `make setup` again.",
        )
    stamp[lock] = wanted
    if lock == "requirements-dev.lock":
        # The lock of the checks holds all of the program's lock in the same versions.
        stamp["requirements.lock"] = digest(ROOT / "requirements.lock")
    STAMP.write_text(json.dumps(stamp, indent=1))


def ensure_messages() -> None:
    """Compile the catalogues that are newer than their compiled file."""
    stale = [
        po
        for po in ROOT.glob("*/locale/*/LC_MESSAGES/django.po")
        if not po.with_suffix(".mo").exists()
        or po.stat().st_mtime_ns > po.with_suffix(".mo").stat().st_mtime_ns
    ]
    if stale:
        compile_all = "from pathlib import Path; from core.catalogues import compile_all; compile_all(Path())"
        run_quietly(
            [str(PYTHON), "-c", compile_all], "The Russian catalogues do not compile: run `make messages`."
        )


def _installed_by_uv(lock: str) -> bool:
    """uv does it in a fifth of the time. Where it fails (it does not read pip's settings), pip has its turn."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        str(PYTHON),
        "--require-hashes",
        "--requirement",
        lock,
    ]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL).returncode == 0


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(Path(STAMP).read_text()))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(tell(main))
