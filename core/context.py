"""The context processor `core.context.shell`: what the frame around every page shows.

Everything is computed when the frame asks for it, so that a fragment or an error page costs no query.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve
from django.utils import translation

from core.places import Banner, Clock, RailEntry, banners, home_pages, rail, top_bar, url_or_none

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "takt_theme"


@dataclass(frozen=True)
class Place:
    """A rail entry on this page: with its address, its count, and whether the reader stands there."""

    entry: RailEntry
    url: str
    active: bool
    count: int | None


class Shell:
    """The frame of one request; `{{ shell.… }}` in templates."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> Any:
        """The signed-in user, or None (also where a request failed before it had one)."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def role(self) -> str:
        return str(getattr(self.user, "role", None) or "")

    @cached_property
    def role_label(self) -> str:
        display = getattr(self.user, "get_role_display", None)
        return str(display()) if display else ""

    @cached_property
    def places(self) -> list[Place]:
        """The role's rail, at most one entry active."""
        if self.user is None:
            return []
        found = [
            (entry, url) for entry in rail.entries_for(self.role) if (url := url_or_none(entry.url_name))
        ]
        here = self._active([(entry.url_name, url) for entry, url in found])
        return [
            Place(entry, url, entry.url_name == here, entry.badge(self.request) if entry.badge else None)
            for entry, url in found
        ]

    @cached_property
    def tabs(self) -> tuple[list[Place], list[Place]]:
        """The seats of the phone's bottom bar left and right of its middle; the last seat, «More», is the frame's."""
        places = sorted(self.places, key=lambda place: not place.entry.on_phone)[:3]
        return places[:2], places[2:]

    def _active(self, found: list[tuple[str, str]]) -> str | None:
        """The entry of this very page (the home page is another address of one), else the one whose address begins
        this page's; none on a page that belongs to no entry, and none where there is no page."""
        match = self.request.resolver_match
        if match is None:
            return None
        view_name = match.view_name
        home = home_pages.view_for(self.role) if view_name == "home" else None
        by_name = [name for name, url in found if name == view_name or (home and resolve(url).func is home)]
        by_path = [
            name
            for name, url in sorted(found, key=lambda pair: -len(pair[1]))
            if url != "/" and self.request.path.startswith(url)
        ]
        return next(iter(by_name + by_path), None)

    @cached_property
    def search_url(self) -> str | None:
        return top_bar.search_url(self.role) if self.user else None

    @cached_property
    def quick_log_url(self) -> str | None:
        return top_bar.quick_log_url(self.role) if self.user else None

    @cached_property
    def clock(self) -> Clock | None:
        return top_bar.clock(self.request) if self.user and top_bar.clock else None

    @cached_property
    def banners(self) -> list[Banner]:
        """What must not be overlooked, whatever the page."""
        if self.user is None:
            return []
        return [found for banner in banners if (found := banner(self.request))]

    @cached_property
    def theme(self) -> str:
        """auto, light or dark: the user's setting, else the cookie's (before signing in)."""
        wished = getattr(self.user, "theme", "") or self.request.COOKIES.get(THEME_COOKIE, "")
        return wished if wished in THEMES else "auto"

    @property
    def language(self) -> str:
        return translation.get_language() or settings.LANGUAGE_CODE

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Codes with each language's name in itself."""
        return [(code, translation.get_language_info(code)["name_local"]) for code, _ in settings.LANGUAGES]

    @property
    def in_dialog(self) -> bool:
        """Whether the page is asked for by the dialog (static/js/dialog.js)."""
        return self.request.headers.get("HX-Target") == "dialog-body"

    @property
    def layout(self) -> str:
        """What a page extends that may also open in the dialog: `{% extends shell.layout %}`."""
        return "dialog.html" if self.in_dialog else "base.html"

    @property
    def here(self) -> str:
        """This page's address, where the switches of the frame and an undo come back to."""
        htmx = getattr(self.request, "htmx", None)
        if htmx:  # a fragment stands on the page that asked for it
            return str(htmx.current_url_abs_path or "/")
        return self.request.get_full_path() if self.request.method == "GET" else "/"


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell`: the frame of this page; `cutoff_clock` comes with it as `shell.clock`."""
    return {"shell": Shell(request)}
