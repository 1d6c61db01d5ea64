"""Chromium at the pages of a live server: the machine's own browser, one for the run, a fresh profile for each test.

A test fails on anything the page complains of by itself: an error of a script, a refused style, a missing file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.cast import cast  # noqa: F401 — the company of the tests
from tools.browser import chromium

# Playwright keeps an event loop in the thread of the tests, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Nothing may be asked of the world outside; as root Chromium starts without its sandbox only.
FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1440, 900)
PHONE = (360, 740)
# Milliseconds a page may take before the test fails: a machine that does much besides is slow, not wrong.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
SHOTS = Path(settings.BASE_DIR) / "build" / "failures"
_FAILED = pytest.StashKey[bool]()
AXE = Path(settings.BASE_DIR) / "build" / "vendor" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.fail(
            "Chromium is not installed: run `sudo apt install chromium`, or set CHROMIUM=/path/to/it."
        )
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS + sandbox)
        yield started
        started.close()


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page of the live server in a profile of its own: `open_page()`, `open_page(size=PHONE, as_user=anna)`."""
    with _watched(browser, live_server.url, request.node) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tells the fixtures of a test that it failed: pictures are taken of its pages then."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page of a desktop's size, signed in as nobody."""
    return open_page()


@pytest.fixture
def violations() -> Callable[..., list[str]]:
    """What axe finds wrong with a page for people who cannot see, point or tell colours apart; a line each.

    `violations(page)` asks every rule, `violations(page, "color-contrast")` the named ones.
    """

    def find(page: Page, *rules: str) -> list[str]:
        # Through evaluate, because the content security policy lets no foreign script in.
        if not page.evaluate("window.axe !== undefined"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "async (rules) => (await axe.run(rules.length ? {runOnly: rules} : {})).violations", list(rules)
        )
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]

    return find


@contextmanager
def _watched(browser: Browser, url: str, test: pytest.Item) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(*, size: tuple[int, int] = DESKTOP, as_user: Any = None, **options: Any) -> Page:
        width, height = size
        context = browser.new_context(
            base_url=url, viewport={"width": width, "height": height}, locale="ru-RU", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if as_user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(as_user), "url": url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        return page

    try:
        yield opened
        # A refusal the test asked for (an answer of 4xx) is logged by the browser too and is no fault of the page.
        faults = [line for line in complaints if "the server responded with a status of 4" not in line]
        if faults or test.stash.get(_FAILED, False):
            _picture(contexts, test.name)
        assert not faults, "\n".join(faults)
    finally:
        for context in contexts:
            context.close()


def _picture(contexts: list[BrowserContext], name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=SHOTS / f"{name}-{number}.png", full_page=True)


def session_of(user: Any) -> str:
    """The key of a session in which this user is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="people.backends.DoorKeeper")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
