"""Places that upper rooms fill from their `AppConfig.ready()`, so that a lower room never names an upper one.

`rail` — the entries at the left of every page and at the bottom of a phone; `top_bar` — search, quick log, the clock
to the cut-off; `home_pages` — what a role sees at «/»; `card_panels` — pieces of other rooms on a record's card;
`settings_pages` — what the administrator configures; `banners` — what must not be overlooked on any page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString

Text = str | Promise
View = Callable[[HttpRequest], HttpResponseBase]


def url_or_none(name: str) -> str | None:
    """The address of a URL name, None where no room serves it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@dataclass(frozen=True)
class RailEntry:
    """One place of the rail. `roles` empty: everybody's. `on_phone`: it wants a seat in the bottom bar of a phone."""

    label: Text
    url_name: str
    icon: str
    roles: frozenset[str]
    order: int
    badge: Callable[[HttpRequest], int | None] | None
    on_phone: bool

    def is_for(self, role: str) -> bool:
        return not self.roles or role in self.roles


class Rail:
    """The places of the program, each for the roles that use it."""

    def __init__(self) -> None:
        self._entries: dict[str, RailEntry] = {}

    def add(
        self,
        label: Text,
        url_name: str,
        icon: str,
        *,
        roles: Iterable[str] = (),
        order: int = 100,
        badge: Callable[[HttpRequest], int | None] | None = None,
        on_phone: bool = False,
    ) -> None:
        """Adds an entry, or replaces the one of the same `url_name`.

        `icon` is a name of bootstrap-icons; `badge(request)` gives the count beside the label, nothing for 0 or None
        (it runs on every page: one cheap query at most).
        """
        self._entries[url_name] = RailEntry(
            label, url_name, icon, frozenset(str(role) for role in roles), order, badge, on_phone
        )

    def entries_for(self, role: str) -> list[RailEntry]:
        """The role's entries in their order."""
        return sorted(
            (entry for entry in self._entries.values() if entry.is_for(role)), key=lambda entry: entry.order
        )


class HomePages:
    """The view that answers «/» for a role."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}

    def add(self, role: str, view: View) -> None:
        self._views[str(role)] = view

    def view_for(self, role: str) -> View | None:
        return self._views.get(str(role))


@dataclass(frozen=True)
class Panel:
    """A piece of an upper room on a lower room's card.

    `render(request, record)` gives safe HTML, or None where there is nothing to show.
    """

    key: str
    render: Callable[[HttpRequest, Any], SafeString | None]
    order: int


class CardPanels:
    """Panels by card; a card is named by its model's label, like "leads.Client"."""

    def __init__(self) -> None:
        self._panels: dict[str, dict[str, Panel]] = {}

    def add(
        self,
        card: str,
        key: str,
        render: Callable[[HttpRequest, Any], SafeString | None],
        *,
        order: int = 100,
    ) -> None:
        self._panels.setdefault(card, {})[key] = Panel(key, render, order)

    def of(self, card: str) -> list[Panel]:
        return sorted(self._panels.get(card, {}).values(), key=lambda panel: panel.order)


@dataclass(frozen=True)
class Clock:
    """What the top bar says of the cut-off: the words, shorter words for a narrow window, and how pressing it is.

    `url`: where its fragment (`parts/clock.html`) is fetched anew every minute; with `loads` at once as well.
    """

    text: Text
    short: Text = ""
    state: str = (
        "near"  # idle: the time alone · met: nothing is missing · near: time is left · missed: it presses
    )
    url: str = ""
    loads: bool = False


@dataclass(frozen=True)
class Banner:
    """One line above every page that must not be overlooked: how pressing it is, and where it leads."""

    text: Text
    state: str = "near"  # near: soon a trouble · missed: a trouble
    url: str = ""
    link: Text = ""


@dataclass
class TopBar:
    """What stands above every page: URL names of search and quick log with the roles that have them, the clock."""

    search: str = ""
    search_roles: frozenset[str] = field(default_factory=frozenset)
    quick_log: str = ""
    quick_log_roles: frozenset[str] = field(default_factory=frozenset)
    clock: Callable[[HttpRequest], Clock | None] | None = None

    def search_url(self, role: str) -> str | None:
        return self._url(self.search, self.search_roles, role)

    def quick_log_url(self, role: str) -> str | None:
        return self._url(self.quick_log, self.quick_log_roles, role)

    @staticmethod
    def _url(name: str, roles: frozenset[str], role: str) -> str | None:
        return url_or_none(name) if name and (not roles or role in roles) else None


@dataclass(frozen=True)
class SettingsPage:
    """One line of the page «Settings»: what is configured there, in a few words, and where it leads."""

    label: Text
    url_name: str
    text: Text
    section: Text
    order: int

    @property
    def url(self) -> str | None:
        return url_or_none(self.url_name)


class SettingsPages:
    """What the administrator configures, in sections; each room adds its own pages."""

    def __init__(self) -> None:
        self._pages: dict[str, SettingsPage] = {}

    def add(self, label: Text, url_name: str, *, text: Text, section: Text, order: int = 100) -> None:
        """Adds a page, or replaces the one of the same `url_name`. A section stands where its first page does."""
        self._pages[url_name] = SettingsPage(label, url_name, text, section, order)

    def sections(self) -> dict[str, list[SettingsPage]]:
        """{section: its pages in order}, without pages no room serves."""
        found: dict[str, list[SettingsPage]] = {}
        for page in sorted(self._pages.values(), key=lambda page: page.order):
            if page.url:
                found.setdefault(str(page.section), []).append(page)
        return found


rail = Rail()
home_pages = HomePages()
card_panels = CardPanels()
settings_pages = SettingsPages()
# Functions of the request that give a `Banner` or None: asked by the frame of every page, so from memory.
banners: list[Callable[[HttpRequest], Banner | None]] = []
top_bar = TopBar()
