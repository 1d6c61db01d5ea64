"""Dashboards: how things stand now, each number that of a report.

A dashboard is one declaration: title, roles, tiles. A tile has a title, a template, the address of what stands behind
it, and takes its numbers from reports (`Now.sheet`) or from the pages of the rooms below, never from a formula of its
own. `BOARDS` in the order in which they are offered; a reader's own is the first that is theirs.
"""

from __future__ import annotations

from people.models import User
from reports.dashboards import boards
from reports.dashboards.base import Dashboard, Now, Tile

__all__ = ["BOARDS", "Dashboard", "Now", "Tile", "board_named", "boards_of"]

BOARDS: tuple[Dashboard, ...] = (boards.DIRECTOR, boards.HEAD, boards.MANAGER)


def boards_of(user: User) -> list[Dashboard]:
    """Those the user may look at, their own first."""
    return [board for board in BOARDS if user.is_authenticated and user.role in board.roles]


def board_named(code: str, user: User) -> Dashboard | None:
    """The dashboard, None where there is none of this name for the user."""
    return next((board for board in boards_of(user) if board.code == code), None)
