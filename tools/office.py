"""Where this machine's LibreOffice is: the checks have it open the workbooks that the program writes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.common import Trouble

PACKAGE = "libreoffice-calc-nogui"
# Its first start makes a profile; then it takes a tenth of a second for a file.
PATIENCE = 120


def soffice() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def saved_again(files: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice saves what it has read, below `folder`: one start for all of them."""
    program = soffice()
    if program is None:
        raise Trouble(f"LibreOffice is not installed: run `sudo apt install {PACKAGE}`.")
    profile, saved = folder / "profile", folder / "saved"
    command = [program, "--headless", f"-env:UserInstallation={profile.as_uri()}"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved), *map(str, files)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False
    )
    found = [saved / file.name for file in files]
    if lost := [file.name for file in found if not file.exists()]:
        raise Trouble(f"LibreOffice did not open {', '.join(lost)}: {done.stdout.strip()[-500:]}")
    return found
