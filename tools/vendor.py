"""The third-party files of the pages: fetched by npm as package-lock.json says, then only these few copied.

They land in static/vendor/, which git ignores. npm is the machine's, or that of a wheel where the machine has no
Node 18; it runs no install scripts. Whole dist folders would make collectstatic take minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.common import BUILD, ROOT, VENV, digest, run_quietly, say

VENDOR = ROOT / "static" / "vendor"
DEV_VENDOR = BUILD / "vendor"
OLDEST_NODE = 18
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    # Bars, lines and what points at them; the whole of it is half as large again.
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "sortable.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "@fontsource-variable/inter/wght.css": "inter.css",
    **{
        f"@fontsource-variable/inter/files/inter-{subset}-wght-normal.woff2": f"fonts/inter-{subset}.woff2"
        for subset in ("cyrillic", "cyrillic-ext", "latin", "latin-ext")
    },
}
DEV_FILES = {"axe-core/axe.min.js": "axe.min.js"}


def ensure(*, dev: bool, install: Callable[[str], None]) -> None:
    """Bring static/vendor/ and, for the checks, build/vendor/ up to the lock; `install` installs a lock's packages."""
    wanted = digest(ROOT / "package-lock.json", Path(__file__))
    folders = [(VENDOR, FILES)] + ([(DEV_VENDOR, DEV_FILES)] if dev else [])
    stale = [(folder, files) for folder, files in folders if not _is_fresh(folder, wanted)]
    if not stale:
        return
    npm, env = _npm(install)
    say("Fetching the pages' styles, scripts and fonts …")
    with tempfile.TemporaryDirectory(prefix="takt-npm-") as temporary:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / name, temporary)
        run_quietly(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "The npm packages could not be fetched: check the way to the npm index "
            "(a mirror is named by `export NPM_CONFIG_REGISTRY=https://…`), then run `make setup` again.",
            cwd=Path(temporary),
            env=env,
        )
        for folder, files in stale:
            _copy(Path(temporary) / "node_modules", folder, files)
            (folder / ".stamp").write_text(wanted)


def _is_fresh(folder: Path, wanted: str) -> bool:
    stamp = folder / ".stamp"
    return stamp.exists() and stamp.read_text() == wanted


def _npm(install: Callable[[str], None]) -> tuple[list[str], dict[str, str]]:
    """The command of npm and the environment it runs in."""
    env = dict(os.environ)
    if SYSTEM_CERTIFICATES.exists():
        # Node trusts its own list; a company's certificate authority stands in the system's.
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    npm = shutil.which("npm")
    if npm and _node_version() >= OLDEST_NODE:
        return [npm], env
    install("requirements-node.lock")
    bin_folder = VENV / "bin"
    env["PATH"] = os.pathsep.join([str(bin_folder), env.get("PATH", os.defpath)])
    return [str(bin_folder / "npm")], env


def _node_version() -> int:
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", said)
    return int(found.group(1)) if found else 0


def _copy(modules: Path, folder: Path, files: dict[str, str]) -> None:
    """Copy beside, then swap: pages served meanwhile, and a start cut short, never meet half a folder."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for source, name in files.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in (".css", ".js"):
            target.write_text(
                _adapted(name, (modules / source).read_text(encoding="utf-8")), encoding="utf-8"
            )
        else:
            shutil.copyfile(modules / source, target)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _adapted(name: str, text: str) -> str:
    """The file without references to files that are not copied: the manifest storage refuses those."""
    text = re.sub(r"(/\*|//)# sourceMappingURL=\S+?(\s*\*/|(?=\s|$))", "", text)
    if name == "bootstrap-icons.min.css":
        text = re.sub(r',url\("fonts/bootstrap-icons\.woff\?[^)]*\) format\("woff"\)', "", text)
    if name == "inter.css":
        text = re.sub(r"\./files/(inter-[a-z-]+)-wght-normal", r"fonts/\1", text)
        faces = re.findall(r"@font-face \{.*?\}", text, flags=re.DOTALL)
        text = "\n".join(face for face in faces if _is_copied(face)) + "\n"
    return text


def _is_copied(face: str) -> bool:
    found = re.search(r"url\(([^)]+)\)", face)
    return found is not None and found.group(1) in FILES.values()
