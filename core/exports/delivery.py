"""A page hands out its file: at once, or through the worker where there are many rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from core import outbox, periods, show
from core.exports.models import Export
from core.tables import files
from core.tables.table import Table

# A file of more rows than these is made by the worker.
AT_ONCE = 10_000
# So long a file waits for who asked for it: over a weekend, and its rows grow old.
KEPT = dt.timedelta(days=3)


class TooLong(Exception):
    """There are more rows than a sheet can hold; the sentence says so."""


class PageRequest(HttpRequest):
    """A page asked for by the worker: the address its reader sent, the rights its reader has now, no browser."""

    def __init__(self, address: str, user: Any) -> None:
        super().__init__()
        path, _mark, query = address.partition("?")
        self.method = "GET"
        self.path = self.path_info = path
        self.GET = QueryDict(query)
        self.user = user
        self.resolver_match = resolve(path)

    def answer(self) -> HttpResponseBase:
        """What the page answers; it raises what the page raises."""
        match = self.resolver_match
        assert match is not None
        response: HttpResponseBase = match.func(self, *match.args, **match.kwargs)
        return response


class Rows(HttpResponse):
    """What a page answers to the worker: the table of the file, not yet read."""

    def __init__(self, table: Table, count: int) -> None:
        super().__init__()
        self.table = table
        self.count = count


def deliver(
    request: HttpRequest, form: str, *, title: str, back: str, count: int, table: Callable[[], Table]
) -> HttpResponseBase:
    """The answer to a request for a file of a page: the file, or where it is being made, or why there is none.

    `form` is one of `files.WRITERS`, `back` the address of the page itself, `count` the rows there will be, `table`
    makes what is written. The page has asked already whether the reader may have it.
    """
    if count > files.LARGEST:
        sentence = _("Excel holds at most %(count)s rows: narrow the list down by its filters.")
        sentence %= {"count": show.number(files.LARGEST)}
        if isinstance(request, PageRequest):
            raise TooLong(sentence)
        messages.warning(request, sentence)
        return HttpResponseRedirect(back)
    if isinstance(request, PageRequest):
        return Rows(table(), count)
    if count <= AT_ONCE:
        return files.WRITERS[form](table())
    export = ask(request, form, title=title, back=back, count=count)
    return HttpResponseRedirect(reverse("exports:export", args=[export.pk]))


def ask(request: HttpRequest, form: str, *, title: str, back: str, count: int) -> Export:
    """Has the file made; asked twice for the same, the one in work is taken."""
    user: Any = request.user
    address = f"{request.path_info}?{request.GET.urlencode()}"
    language = translation.get_language() or ""
    known = Export.objects.of(user).in_work().filter(address=address, language=language).first()
    if known is not None:
        return known
    now = periods.now()
    with transaction.atomic():
        export = Export.objects.create(
            by=user,
            address=address,
            back=back,
            title=title[:200],
            form=form,
            language=language,
            rows=count,
            key=get_random_string(32),
            asked_at=now,
            expires_at=now + KEPT,
        )
        hand_over(export)
    return export


def hand_over(export: Export, **when: Any) -> None:
    """Gives the export a new job; inside a transaction."""
    export.job = outbox.enqueue("exports.write", {"export": export.pk}, **when)
    export.save(update_fields=["job"])


def own_export(user: models.Model, pk: int) -> Export | None:
    return Export.objects.of(user).select_related("job").filter(pk=pk).first()
