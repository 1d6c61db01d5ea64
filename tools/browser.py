"""Where this machine's Chromium is: the browser tests drive it, nothing is downloaded for them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of CHROMIUM, else of the first browser on PATH, else of one playwright fetched before, else None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    downloaded = (Path.home() / ".cache/ms-playwright").glob("chromium-*/chrome-linux*/chrome")
    return on_path or next(map(str, sorted(downloaded, reverse=True)), None)
