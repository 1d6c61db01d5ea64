"""`List`: a list declared once. Page, htmx fragment, search, filters, sort, paging, Excel and CSV come from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from django_filters import FilterSet
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from core import periods, show
from core.exports.delivery import deliver
from core.tables import files
from core.tables.columns import Column, Label
from core.tables.paging import COUNT_LIMIT, Page, bounded_count, page_of
from core.tables.selection import EXPORT, PAGE, RESERVED, Selection
from core.tables.table import Row, Table
from core.text import search_q


@dataclass(frozen=True)
class Action:
    """A button of the page: what it does in words, and where it leads."""

    label: Label
    url: str
    primary: bool = True


@dataclass(frozen=True)
class Empty:
    """What an empty list says: that there is nothing yet, what comes first, the button that does it, another way."""

    title: Label
    text: Label = ""
    action: Action | None = None
    second: Action | None = None


class Head:
    """A column's header: where it leads, if the list can be sorted by it, and how it is sorted now."""

    def __init__(self, column: Column, selection: Selection) -> None:
        self.column = column
        self.url = selection.sort_url(column) if column.sort is not None else ""
        self.aria_sort = selection.aria_sort(column)


class List(View):
    """A list of records.

        class ClientList(List):
            name, title = "clients", _("Clients")
            filterset, search, default_sort = ClientFilter, "search", "-changed_at"

            def rows(self, request):
                return Client.objects.visible_to(request.user).select_related("manager")

            def columns(self, request):
                return [Column("number", _("№"), "number", sort="number"), Column("name", _("Name"), sort="name")]

        path("", ClientList.as_view(), name="list")

    `rows` is the only door to records: whatever page or file shows comes from it, so it says `visible_to`. Annotate
    and join there all that the columns need: it costs nothing for rows that are not on the page.
    """

    name: ClassVar[str]  # one word for addresses of saved things, files, tests; unique
    title: ClassVar[Label]
    filterset: ClassVar[type[FilterSet] | None] = None
    search: ClassVar[str] = ""  # the SearchField looked into; empty: no search box (or override `find`)
    search_hint: ClassVar[Label] = gettext_lazy("Search")
    default_sort: ClassVar[str] = ""  # a column's key or a term of order_by, minus for descending
    primary: ClassVar[str] = (
        ""  # the column that names the record: leads to it, and is the row's first line on a phone
    )
    phone: ClassVar[Literal["rows", "scroll"]] = "rows"
    per_page: ClassVar[int] = 50
    exports: ClassVar[bool] = True
    empty: ClassVar[Empty] = Empty(gettext_lazy("Nothing here yet"))
    template_name: ClassVar[str] = "tables/list.html"
    http_method_names: ClassVar[list[str]] = ["get", "head", "options"]  # type: ignore[misc]

    registry: ClassVar[dict[str, type[List]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            return  # a base of lists
        if cls.name in List.registry and List.registry[cls.name].__qualname__ != cls.__qualname__:
            raise TypeError(f"Two lists are called {cls.name!r}: {List.registry[cls.name]} and {cls}.")
        if cls.filterset and (taken := RESERVED & set(cls.filterset.base_filters)):
            raise TypeError(f"{cls.__name__}: a filter cannot be called {', '.join(sorted(taken))}.")
        List.registry[cls.name] = cls

    # --- What a declaration says ---

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Every record this user may see here."""
        raise NotImplementedError

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        raise NotImplementedError

    def find(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """The rows that match the search box; the query is not empty."""
        return rows.filter(search_q(self.search, query)) if self.search else rows

    def prepare(self, records: list[Any]) -> None:
        """Hangs on to the records of one page (or one portion of a file) what needs a query of its own."""

    def row_link(self, record: Any) -> str | None:
        """Where the row's primary column leads."""
        return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else None

    def actions(self, request: HttpRequest) -> Sequence[Action]:
        """Buttons of the page; only those the user may press."""
        return ()

    def empty_state(self, request: HttpRequest) -> Empty:
        return self.empty

    def keeps(self, request: HttpRequest) -> Iterable[str]:
        """Keys of the address that `rows` reads besides search and filters: they stay when it is sorted or leafed."""
        return ()

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What a template of the list's own needs besides."""
        return {}

    # --- What the machine makes of it ---

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = request.GET.get(EXPORT, "")
        if form in files.WRITERS and self.exports:
            return self._file(form)
        htmx: HtmxDetails | None = getattr(request, "htmx", None)
        whole = not htmx or htmx.boosted or htmx.history_restore_request
        response = render(request, self.template_name if whole else "tables/_results.html", self._page(whole))
        if not whole:
            push_url(response, self.selection.url(**self._page_number()))
        patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
        return response

    @cached_property
    def all_columns(self) -> list[Column]:
        return list(self.columns(self.request))

    @cached_property
    def selection(self) -> Selection:
        return Selection(
            self.request,
            self.rows(self.request),
            self.all_columns,
            filterset=self.filterset,
            default_sort=self.default_sort,
            keeps=self.keeps(self.request),
        )

    @cached_property
    def selected(self) -> QuerySet[Any]:
        """All that the filters and the search let through, in order: what the page pages and the files write."""
        rows = self.selection.filtered
        if self.selection.query:
            rows = self.find(rows, self.selection.query)
        return rows.order_by(*self.selection.order_by)

    @cached_property
    def page(self) -> Page:
        return page_of(self.selected, self.request.GET.get(PAGE, ""), self.per_page)

    def table(self, columns: Sequence[Column], ids: Iterable[Any], *, linked: bool = True) -> Table:
        """The records of these keys, in this order, as a `Table`; `linked`: with the addresses of its rows."""
        return Table(
            title=str(self.title),
            columns=columns,
            rows=self._rows(columns, ids, linked),
            moment=periods.now(),
            caption=self.selection.caption,
            totals=self._totals(columns),
        )

    def _rows(self, columns: Sequence[Column], ids: Iterable[Any], linked: bool) -> Iterator[Row]:
        primary = self._primary(columns)
        remaining = iter(ids)
        while portion := list(islice(remaining, files.PORTION)):
            found = self.rows(self.request).in_bulk(portion)
            records = [found[pk] for pk in portion if pk in found]
            self.prepare(records)
            for record in records:
                values = tuple(column.value_of(record) for column in columns)
                yield Row(record, values, columns, primary, self.row_link(record) if linked else None)

    def _primary(self, columns: Sequence[Column]) -> Column | None:
        shown = [column for column in columns if not column.only_export]
        named = [column for column in shown if column.key == self.primary]
        texts = [column for column in shown if column.kind == "text"]
        return next(iter([*named, *texts, *shown]), None)

    def _totals(self, columns: Sequence[Column]) -> dict[str, Any]:
        totals = {column.key: column.total for column in columns if column.total is not None}
        if not totals:
            return {}
        # The aliases are ours, so that no column's key meets a field's name.
        found = self.selected.order_by().aggregate(**{f"total_{key}": total for key, total in totals.items()})
        return {key: found[f"total_{key}"] for key in totals}

    def _page_number(self) -> dict[str, str | None]:
        return {PAGE: str(self.page.number) if self.page.number > 1 else None}

    def _page(self, whole: bool) -> dict[str, Any]:
        selection, page = self.selection, self.page
        columns = [column for column in self.all_columns if not column.only_export]
        table = self.table(columns, page.ids)
        return {
            "list": self,
            "selection": selection,
            "page": page,
            "table": table,
            "rows": list(table.rows),
            "heads": [Head(column, selection) for column in columns],
            "fields": selection.fields,
            "has_errors": any(field.bound.errors for field in selection.fields),
            "count": self._count_words(),
            "previous_url": selection.url(**{PAGE: str(page.previous)}) if page.previous else "",
            "next_url": selection.url(**{PAGE: str(page.next)}) if page.next else "",
            "is_last_reachable": page.is_capped and not page.next,
            "reset_url": self.request.path,
            "exports": [(form, selection.url(**{EXPORT: form})) for form in files.WRITERS]
            if self.exports
            else [],
            "has_search": bool(self.search) or type(self).find is not List.find,
            "empty": self.empty_state(self.request),
            "actions": self.actions(self.request),
            "is_fragment": not whole,
            **self.context(self.request),
        }

    def _count_words(self) -> str:
        page = self.page
        if page.is_capped:
            return _("more than %(count)s") % {"count": show.number(COUNT_LIMIT)}
        return show.number(page.count)

    def _file(self, form: str) -> HttpResponseBase:
        return deliver(
            self.request,
            form,
            title=str(self.title),
            back=self.selection.url(),
            count=bounded_count(self.selected, files.LARGEST),
            table=self._whole_table,
        )

    def _whole_table(self) -> Table:
        columns = [column for column in self.all_columns if column.in_files]
        ids = list(self.selected.values_list("pk", flat=True)[: files.LARGEST])
        return self.table(columns, ids, linked=False)
