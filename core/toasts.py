"""Messages that offer undo instead of having asked before."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_MARK = "undo:"


def undoable(request: HttpRequest, text: str, undo_url: str) -> None:
    """Says `text` on the next page with a button «Undo» that posts to `undo_url`."""
    messages.success(request, text, extra_tags=f"{_MARK}{undo_url}")


def undo_url(message: Message) -> str:
    """The address `undoable` gave the message, "" without one."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_MARK) if tags.startswith(_MARK) else ""
