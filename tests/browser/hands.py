"""A reader's hands at a page: they click and press as people do, and count the clicks."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

# Where a key lies on the keyboard and what it types in the Russian layout.
_CYRILLIC = {"KeyC": "с", "Slash": "."}


class Hands:
    """`clicks` is what the reader has clicked so far; writing and pressing keys are not clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()


def press_in_cyrillic(page: Page, code: str) -> None:
    """Presses the key at this place of the keyboard while the Russian layout is on."""
    page.evaluate(
        """([code, key]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true}))""",
        [code, _CYRILLIC[code]],
    )


def dialog(page: Page) -> Locator:
    """The open window."""
    return page.locator("#dialog[open]")


def toast(page: Page) -> Locator:
    """The latest note in the corner."""
    return page.locator(".toast-note").last


def chip(where: Locator | Page, words: str) -> Locator:
    """A choice among chips: what is clicked is its label."""
    return where.locator("label.chip").filter(has_text=words)


def fits(page: Page) -> bool:
    """Whether the page, not a table in it, is as wide as its window at most."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width <= page.evaluate("window.innerWidth")


def is_ready(page: Page) -> None:
    """Waits until the scripts have been run, so that keys are heard."""
    expect(page.locator("main")).to_be_visible()
    page.wait_for_function("() => window.htmx !== undefined")
