"""What a dashboard and a tile of it are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse

from core.places import Text
from people.models import User
from reports.report import Report
from reports.sheet import Sheet

# Units of a picture in a tile: about as wide as it stands there, so that its words are as large as the others.
BROAD, HALF = 780, 560


class Now:
    """One reader at one moment. Tiles that ask a report the same question share its answer."""

    def __init__(self, user: User, moment: dt.datetime) -> None:
        self.user = user
        self.moment = moment
        self._sheets: dict[tuple[str, frozenset[tuple[str, str]]], Sheet] = {}

    def sheet(self, code: str, **asked: str) -> Sheet:
        """The report's answer for the reader, asked as its page would be by that address."""
        key = code, frozenset(asked.items())
        if key not in self._sheets:
            report = Report.registry[code]
            form = report.form(self.user, asked, self.moment)
            self._sheets[key] = Sheet(report(form.asked), form)
        return self._sheets[key]


@dataclass(frozen=True)
class Tile:
    """A part of a dashboard. `numbers(now)` fills the template; `url` says where they come from. `size`: how much of
    the width it takes, where there is width. `on_wall`: whether a screen on the wall has place for it, too."""

    key: str
    title: Text
    template: str
    numbers: Callable[[Now], Mapping[str, Any]]
    url: Callable[[], str]
    size: Literal["third", "half", "broad"] = "half"
    on_wall: bool = True


def report_url(code: str, query: str = "") -> Callable[[], str]:
    """The address of a report, asked so."""
    return lambda: reverse("reports:report", args=[code]) + query


@dataclass(frozen=True)
class Dashboard:
    """What the people of some roles look at."""

    code: str
    title: Text
    roles: frozenset[str]
    tiles: tuple[Tile, ...]

    def tile(self, key: str) -> Tile | None:
        return next((tile for tile in self.tiles if tile.key == key), None)
