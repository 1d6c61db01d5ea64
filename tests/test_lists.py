"""Every list of every room, walked by its registry: empty, filled, as a file, and at a constant number of queries."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.module_loading import autodiscover_modules
from openpyxl import load_workbook

from core import outbox, periods
from core.exports import delivery
from core.tables import List
from tests.core.list_urls import JobList
from tests.list_samples import SAMPLES, Sample

autodiscover_modules("lists")
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.list_urls")]

LISTS = [one for one in List.registry.values() if one is JobList or not one.__module__.startswith("tests.")]
every_list = pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
MOST_QUERIES = 12


def view_name_of(one: type[List]) -> str:
    """The name of the list's address, with its namespaces."""

    def walk(patterns: list[Any], prefix: str) -> str:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                deeper = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                if found := walk(pattern.url_patterns, deeper):
                    return found
            elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "view_class", None) is one:
                return f"{prefix}{pattern.name}"
        return ""

    name = walk(get_resolver().url_patterns, "")
    assert name, f"{one.__name__} has no address"
    return name


def open_list(client: Client, one: type[List], sample: Sample, query: str = "", **headers: str) -> Any:
    client.force_login(sample.user)
    response = client.get(reverse(view_name_of(one), kwargs=sample.kwargs) + query, headers=headers)
    assert response.status_code == 200
    return response


@every_list
def test_a_list_has_a_sample(one):
    assert one.name in SAMPLES, f"Say in tests/list_samples.py who sees rows of the list {one.name!r}."


@every_list
def test_an_empty_list_says_what_comes_first(client, one):
    sample = SAMPLES[one.name](0)
    if sample.least:
        pytest.skip("never empty")
    response = open_list(client, one, sample)
    assert str(response.context["empty"].title) in response.content.decode()
    assert response.context["rows"] == []


@every_list
def test_a_list_shows_each_of_its_rows_once(client, one):
    response = open_list(client, one, SAMPLES[one.name](3))
    assert len(response.context["rows"]) == 3
    assert response.context["page"].count == 3


@every_list
def test_every_sort_holds_all_rows(client, one):
    sample = SAMPLES[one.name](3)
    shown = {row.record.pk for row in open_list(client, one, sample).context["rows"]}
    for key, _words, _is_on in open_list(client, one, sample).context["selection"].sort_choices:
        rows = open_list(client, one, sample, f"?sort={key}").context["rows"]
        assert {row.record.pk for row in rows} == shown, key


@every_list
def test_every_filter_survives_nonsense(client, one):
    sample = SAMPLES[one.name](1)
    keys = ["q", *(one.filterset.base_filters if one.filterset else ())]
    for key in keys:
        for value in ("-1", "x'\"%", "%00", "99999999999999999999999", "0001-01-01"):
            open_list(client, one, sample, f"?{key}={value}&{key}_from={value}&{key}_to={value}")


@every_list
def test_the_file_equals_the_page(client, one):
    if not one.exports:
        pytest.skip("not exported")
    sample = SAMPLES[one.name](3)
    page = open_list(client, one, sample).context["rows"]
    book = load_workbook(
        io.BytesIO(b"".join(open_list(client, one, sample, "?export=xlsx").streaming_content))
    )
    lines = [list(line) for line in book.active.iter_rows(values_only=True)]
    common = [column for column in page[0].columns if column.export]
    head = next(
        index
        for index, line in enumerate(lines)
        if str(common[-1].label) in line and len(line) >= len(common)
    )
    for row, line in zip(page, lines[head + 1 :], strict=False):
        for cell in row.cells:
            written = cell.column.type.as_cell(cell.value)
            if cell.column.export and isinstance(written, str):
                assert line[lines[head].index(str(cell.column.label))] == written
    totals = 1 if any(column.total is not None for column in page[0].columns) else 0
    assert len(lines) - head - 1 - totals == len(page)


@every_list
def test_a_file_made_in_the_background_is_that_of_the_page(client, one, monkeypatch):
    if not one.exports or one is JobList:
        pytest.skip("not exported, or its rows are the jobs themselves")
    sample = SAMPLES[one.name](3)

    def lines(response: Any) -> list[Any]:
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        return list(book.active.iter_rows(values_only=True))

    with periods.clock(periods.now()):
        at_once = lines(open_list(client, one, sample, "?export=xlsx"))
        monkeypatch.setattr(delivery, "AT_ONCE", 0)
        address = reverse(view_name_of(one), kwargs=sample.kwargs)
        page = client.get(f"{address}?export=xlsx")["Location"]
        outbox.run_due_jobs()
        assert lines(client.get(f"{page}file/")) == at_once


@every_list
def test_queries_do_not_grow_with_rows(client, one):
    def count(rows: int) -> int:
        sample = SAMPLES[one.name](rows)
        open_list(client, one, sample)
        with CaptureQueriesContext(connection) as queries:
            open_list(client, one, sample)
        signing_in = sum("UPDATE" in query["sql"] or "INSERT" in query["sql"] for query in queries)
        return len(queries) - signing_in

    few, many = count(2), count(9)
    assert many <= few + 1  # the count, where the rows are more than a page
    assert many <= MOST_QUERIES + 4  # four belong to the sign-in of the test


@every_list
def test_htmx_gets_no_second_frame(client, one):
    response = open_list(client, one, SAMPLES[one.name](1), **{"HX-Request": "true"})
    assert "<html" not in response.content.decode()
