"""`make screens`: pictures of every page, as each role that sees it, at 1440 and 360 px, light and dark.

    python -m tools.screens                  everything, into build/screens/
    python -m tools.screens board card       pages whose name contains one of the words
    python -m tools.screens --dark           in the dark theme

The company in the pictures is the demo company in a database of its own below build/screens-var/. Pages are found by
walking the program's addresses; one with an object in its address shows the first that the person sees.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.browser import chromium
from tools.common import BUILD, PYTHON, ROOT, Trouble, say, tell

WIDTHS = {1440: 900, 360: 1100}
PEOPLE = {
    "manager": "belova",
    "head": "chernova",
    "director": "director",
    "admin": "admin",
    "colleague": "logist",
}
# What answers with a part of a page, a file or nothing to look at.
NO_PAGES = re.compile(
    r"healthz|logout|language|theme|look_around|log-find|feed|column|poll|file$|export|move_entry|status"
)
ARGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
        "--disable-component-update"]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screens")
    parser.add_argument("words", nargs="*", help="only pages whose name contains one of these")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--roles", default=",".join(PEOPLE))
    options = parser.parse_args()
    _company()
    with _server() as address:
        count = _take(address, options)
    say(f"{count} pictures in {BUILD / 'screens'}")
    return 0


def _company() -> None:
    var = BUILD / "screens-var"
    var.mkdir(parents=True, exist_ok=True)
    os.environ |= {"TAKT_VAR": str(var), "DJANGO_SETTINGS_MODULE": "crm.settings", "LOG_LEVEL": "ERROR"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    from people.models import User

    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        call_command("demo")


@contextmanager
def _server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYTHON), "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _try in range(100):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _pages() -> Iterator[tuple[str, str]]:
    """Names and patterns of all addresses, without parameters but numbers of objects."""
    from django.urls import get_resolver

    def walk(resolver: Any, prefix: str, namespace: str) -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            if hasattr(one, "url_patterns"):
                below = namespace + (f"{one.namespace}:" if one.namespace else "")
                yield from walk(one, prefix + str(one.pattern), below)
            else:
                yield f"{namespace}{one.name}", prefix + str(one.pattern)

    yield from walk(get_resolver(), "/", "")


def _addresses(links: set[str]) -> dict[str, str]:
    """{name: address} of every page; objects in addresses are taken from links that were seen on other pages."""
    found = {}
    for name, pattern in _pages():
        if NO_PAGES.search(name):
            continue
        expression = re.sub(r"<int:\w+>", r"\\d+", pattern)
        expression = re.sub(r"<(?:str|slug):\w+>", "[^/]+", expression)
        fitting = sorted(
            (link for link in links if re.fullmatch(expression, link)), key=lambda link: (len(link), link)
        )
        if "<" not in pattern:
            found[name] = pattern
        elif fitting:
            found[name] = fitting[0]
    return found


def _take(address: str, options: argparse.Namespace) -> int:
    from playwright.sync_api import sync_playwright

    from people.login import DEMO_PASSWORD

    program = chromium()
    if program is None:
        raise Trouble("Chromium is not installed: run `sudo apt install chromium`.")
    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGS)
        scheme: Any = "dark" if options.dark else "light"
        for role in options.roles.split(","):
            context = browser.new_context(color_scheme=scheme, locale="ru-RU", timezone_id="Europe/Moscow")
            page = context.new_page()
            page.goto(f"{address}/login/")
            page.fill("[name=username]", f"{PEOPLE[role]}@takt.example")
            page.fill("[name=password]", DEMO_PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_load_state()
            for name, path in sorted(_crawl(page, address).items()):
                if options.words and not any(word in name for word in options.words):
                    continue
                count += _shoot(page, f"{address}{path}", role, name, "-dark" if options.dark else "")
            context.close()
        browser.close()
    return count


def _crawl(page: Any, address: str) -> dict[str, str]:
    """Three steps along links, so that pages of objects have one the person really sees."""
    links: set[str] = set()
    seen: set[str] = set()
    for _step in range(3):
        for path in sorted({"/", *_addresses(links).values()} - seen):
            seen.add(path)
            if _opens(page, f"{address}{path}"):
                hrefs = page.eval_on_selector_all(
                    "a[href]", "links => links.map(a => a.getAttribute('href'))"
                )
                links |= {href.split("?")[0] for href in hrefs if href.startswith("/")}
    return _addresses(links)


def _opens(page: Any, url: str) -> bool:
    """Whether there is a page to look at; what answers to POST alone, or with a file, is none."""
    from playwright.sync_api import Error

    try:
        response = page.goto(url)
    except Error:
        return False
    return response is not None and response.status < 400 and response.status != 204


def _shoot(page: Any, url: str, role: str, name: str, suffix: str) -> int:
    taken = 0
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        if not _opens(page, url):
            return taken
        page.wait_for_timeout(150)
        folder = BUILD / "screens" / role
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name.replace(':', '.')}-{width}{suffix}.png")
        taken += 1
    return taken


if __name__ == "__main__":
    sys.exit(tell(main))
