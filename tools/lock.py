"""`make lock`: exact versions with hashes for all that is fetched, from requirements*.txt and package.json.

The locks name no index, so that a mirror serves as well.
"""

from __future__ import annotations

import subprocess
import sys

from tools.common import PYTHON, ROOT, say, tell
from tools.setup import OLDEST

# The lock of the checks keeps to the versions of the program's lock, so that what is tested is what runs.
LOCKS = {
    "requirements": [],
    "requirements-dev": ["--constraint", "requirements.lock"],
    "requirements-node": [],
}


def main() -> int:
    for name, options in LOCKS.items():
        say(f"{name}.lock")
        command = [str(PYTHON), "-m", "uv", "pip", "compile", f"{name}.txt", "--output-file", f"{name}.lock"]
        command += [
            "--universal",
            "--python-version",
            "{}.{}".format(*OLDEST),
            "--generate-hashes",
            "--upgrade",
        ]
        command += [
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--custom-compile-command",
            "make lock",
            "--quiet",
        ]
        subprocess.run(command + options, cwd=ROOT, check=True)
    say("package-lock.json")
    subprocess.run(["npm", "update", "--package-lock-only", "--ignore-scripts"], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(tell(main))
