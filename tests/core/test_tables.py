"""The list machine: what the address may ask, what the page answers, what the files hold."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from core import periods
from core.models import Job
from core.tables import Column, Flag, NextStep, paging
from core.tables.columns import emptiness_last, turned
from core.tables.files import neutral
from core.tables.kinds import KINDS
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.list_urls")]
NOON = periods.local(dt.date(2026, 11, 5), dt.time(12))


def make_job(kind: str = "mail", **values: Any) -> Job:
    return Job.objects.create(**{"kind": kind, "run_at": NOON, "created_at": NOON, **values})


@pytest.fixture
def listing(client: Client) -> Any:
    """Gets the list as a signed-in user; `listing.names(…)` are the kinds on it, in order."""
    client.force_login(make_user(language="en"))

    def get(query: str = "", **headers: str) -> Any:
        response = client.get(f"/test-jobs/{query}", headers=headers)
        assert response.status_code == 200
        return response

    get.names = lambda query="": [row.record.kind for row in get(query).context["rows"]]
    get.client = client
    return get


# --- Filters, search, sort ------------------------------------------------------------------------------------------


def test_an_empty_list_says_so_and_offers_no_filters(listing):
    text = listing().content.decode()
    assert "No jobs at all" in text
    assert "list-form" not in text


def test_a_search_that_finds_nothing_is_not_an_empty_list(listing):
    make_job()
    text = listing("?q=nowhere").content.decode()
    assert "No jobs at all" not in text
    assert "list-form" in text
    assert 'value="nowhere"' in text


def test_a_filter_with_a_wrong_value_says_so_beside_it_and_the_others_hold(listing):
    make_job("a", state="failed", attempts=3)
    make_job("b", state="waiting", attempts=3)
    response = listing("?attempts=three&state=failed")
    assert [row.record.kind for row in response.context["rows"]] == ["a"]
    fields = {field.bound.name: field.bound for field in response.context["fields"]}
    assert fields["attempts"].errors
    assert str(fields["attempts"].errors[0]) in response.content.decode()
    assert not fields["state"].errors


@pytest.mark.parametrize(
    "query",
    [
        "?sort=error__secret",
        "?sort=-pk",
        "?sort=",
        "?sort=--kind",
        "?sort=kind%00",
        "?page=0",
        "?page=-1",
        "?page=x",
        "?page=99999999999999999999",
        "?page=²",
        "?q=%00",
        "?q=%27%22%25_\\",
        "?q=" + "x" * 5000,
        "?state=nothing",
        "?state=failed%00",
        "?attempts=99999999999999999999999",
        "?attempts=%00",
        "?attempts=nan",
        "?attempts=1e400",
        "?created_from=0001-01-01",
        "?created_to=9999-12-31",
        "?created_from=2026-13-40",
        "?export=exe",
        "?unknown=1&unknown=2",
    ],
)
def test_no_address_breaks_the_list(listing, query):
    make_job()
    listing(query)


def test_an_unknown_sort_is_the_default_sort(listing):
    make_job("old", created_at=NOON - dt.timedelta(days=1))
    make_job("new")
    assert listing.names("?sort=error") == ["new", "old"]
    assert listing.names("?sort=created") == ["old", "new"]


def test_equal_rows_keep_one_order_over_all_pages(listing):
    jobs = [make_job() for _number in range(12)]
    seen = [row.record.pk for number in (1, 2, 3) for row in listing(f"?page={number}").context["rows"]]
    assert seen == [job.pk for job in reversed(jobs)]


def test_rows_without_a_value_stand_at_the_end_either_way(listing):
    for kind, key in [("none", None), ("a", "1"), ("b", "2")]:
        make_job(kind, key=key)
    assert listing.names("?sort=once") == ["a", "b", "none"]
    assert listing.names("?sort=-once") == ["b", "a", "none"]


def test_a_sort_by_what_is_never_empty_is_left_to_its_index():
    assert emptiness_last("-created_at", Job) == "-created_at"
    assert emptiness_last("-key", Job) == F("key").desc(nulls_last=True)
    assert emptiness_last("counted", Job) == F("counted").asc(nulls_last=True)
    empty_last = F("key").asc(nulls_last=True)
    assert turned(empty_last) == F("key").desc(nulls_last=True) and turned(turned(empty_last)) == empty_last


def test_a_header_sorts_by_its_column_and_turns_the_order_round(listing):
    make_job()
    heads = {head.column.key: head for head in listing("?sort=kind&state=waiting&page=2").context["heads"]}
    assert heads["kind"].url == "/test-jobs/?state=waiting&sort=-kind"
    assert heads["kind"].aria_sort == "ascending"
    assert heads["attempts"].url == "/test-jobs/?state=waiting&sort=-attempts"  # numbers fall first
    assert heads["number"].url == ""


def test_active_filters_are_said_in_words_each_with_the_address_without_it(listing):
    make_job(state="failed")
    with periods.clock(NOON):
        chips = (
            listing("?q=mail&state=failed&state=waiting&created_from=2026-11-01&created_to=2026-11-30&page=1")
            .context["selection"]
            .chips
        )
    assert [(chip.label, chip.without) for chip in chips] == [
        ("State", "/test-jobs/?q=mail&created_from=2026-11-01&created_to=2026-11-30"),
        ("Created", "/test-jobs/?q=mail&state=failed&state=waiting"),
    ]
    assert "failed" in chips[0].value
    assert "30" in chips[1].value


def test_a_range_of_days_holds_both_its_ends_in_the_companys_zone(listing):
    day = dt.date(2026, 11, 5)
    make_job("before", created_at=periods.local(day) - dt.timedelta(seconds=1))
    make_job("first", created_at=periods.local(day))
    make_job("last", created_at=periods.local(day, dt.time(23, 59, 59)))
    make_job("after", created_at=periods.local(day + dt.timedelta(days=1)))
    assert listing.names("?created_from=2026-11-05&created_to=2026-11-05&sort=created") == ["first", "last"]


def test_a_range_that_runs_backwards_says_so(listing):
    make_job()
    fields = {
        f.bound.name: f.bound
        for f in listing("?created_from=2026-11-06&created_to=2026-11-05").context["fields"]
    }
    assert fields["created"].errors


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_a_page_beyond_the_end_is_the_last_one(listing):
    for number in range(12):
        make_job(f"job {number:02}")
    response = listing("?page=50&sort=kind")
    assert [row.record.kind for row in response.context["rows"]] == ["job 10", "job 11"]
    assert response.context["page"].number == 3
    assert response.context["next_url"] == ""
    assert response.context["previous_url"] == "/test-jobs/?sort=kind&page=2"


def test_a_long_list_is_not_counted_to_its_end(listing, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 10)
    Job.objects.bulk_create(Job(kind="mail", run_at=NOON, created_at=NOON) for _number in range(30))
    response = listing("?page=99")
    assert response.context["page"].is_capped
    assert response.context["page"].number == 2
    assert response.context["is_last_reachable"]


def test_queries_do_not_grow_with_rows(listing):
    make_job()
    listing()

    def count(query: str = "") -> int:
        with CaptureQueriesContext(connection) as queries:
            listing(query)
        return sum("core_job" in query["sql"] for query in queries)

    few = count()
    Job.objects.bulk_create(Job(kind="mail", run_at=NOON, created_at=NOON) for _number in range(30))
    assert few == 3  # keys, records, totals
    assert count() == count("?page=3&q=mail") == 4  # and the count


def test_htmx_gets_the_results_alone_and_the_address_without_empty_filters(listing):
    make_job(state="failed")
    response = listing("?q=&state=failed&attempts=&page=1", **{"HX-Request": "true"})
    text = response.content.decode()
    assert "<html" not in text
    assert "<table" in text
    assert response["HX-Push-Url"] == "/test-jobs/?state=failed"
    assert "HX-Request" in response["Vary"]
    assert 'hx-swap-oob="true"' in text  # errors stand beside the fields, outside the results


def test_going_back_in_the_browser_gets_the_whole_page(listing):
    text = listing(**{"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" in text


# --- Files ----------------------------------------------------------------------------------------------------------


def sheet_of(response: Any) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [list(row) for row in book.active.iter_rows()]


def csv_of(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")  # Excel knows UTF-8 by it
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_excel_holds_all_that_is_filtered_typed_with_totals_and_the_filters_in_words(listing):
    for number in range(7):
        make_job(f"mail {number}", attempts=number, error="bang")
    make_job("other")
    make_job("secret")
    response = listing("?q=mail+&sort=kind&page=2&export=xlsx")
    assert ".xlsx" in response["Content-Disposition"]
    rows = sheet_of(response)
    texts = [[cell.value for cell in row] for row in rows]
    head = next(index for index, row in enumerate(texts) if row[0] == "№")
    assert texts[0][0] == "Jobs"
    assert any("mail" in str(row[0]) for row in texts[1:head])
    assert texts[head] == ["№", "Kind", "Attempts", "Created", "Error", "Key"]
    assert [row[1] for row in texts[head + 1 : -1]] == [f"mail {number}" for number in range(7)]
    body = rows[head + 1]
    assert body[2].value == 0 and body[2].data_type == "n"
    assert body[3].value == dt.datetime(2026, 11, 5, 12)  # as the company's clocks show it
    assert body[4].value == "bang"
    assert texts[-1][2] == 21


@pytest.mark.parametrize(
    "text", ["=1+1", "+7", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', " =1", "\u200b=1"]
)
def test_text_is_never_a_formula(listing, text):
    make_job(text)
    cell = next(row for row in sheet_of(listing("?export=xlsx")) if isinstance(row[0].value, int))[1]
    assert cell.data_type == "s"
    assert cell.value == text
    assert csv_of(listing("?export=csv"))[1][1] == f"'{text}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Иванов", "Иванов"),
        ("a=b", "a=b"),
        ("", ""),
        ("\x00\x01=1", "'=1"),
        (" \t\r\n\u00a0\ufeff=1", "' \t\r\n\u00a0\ufeff=1"),
        ("＝1", "'＝1"),
        ("−5", "'−5"),
    ],
)
def test_what_would_begin_a_formula_gets_an_apostrophe(text, written):
    assert neutral(text) == written


def test_csv_opens_in_russian_excel(listing):
    make_job("а;б", attempts=2)
    response = listing("?export=csv")
    rows = csv_of(response)
    assert rows[0] == ["№", "Kind", "Attempts", "Created", "Error", "Key"]
    assert rows[1][1:] == ["а;б", "2", "05.11.2026 12:00", "", ""]


def test_a_file_fetches_records_in_portions(listing, monkeypatch):
    monkeypatch.setattr("core.tables.files.PORTION", 4)
    for number in range(10):
        make_job(f"{number}")
    rows = list(
        csv.reader(
            io.StringIO(b"".join(listing("?sort=kind&export=csv").streaming_content).decode()), delimiter=";"
        )
    )
    assert [row[1] for row in rows[1:]] == [str(number) for number in range(10)]


def test_a_file_that_would_be_too_long_is_refused_with_a_sentence(listing, monkeypatch):
    monkeypatch.setattr("core.tables.files.LARGEST", 2)
    for _number in range(3):
        make_job()
    response = listing.client.get("/test-jobs/?export=xlsx&q=mail", follow=True)
    assert response.redirect_chain == [("/test-jobs/?q=mail", 302)]
    assert len(list(response.context["messages"])) == 1


def test_control_characters_do_not_stop_a_file(listing):
    make_job("a\x0bb")
    listing("?export=xlsx")


# --- Kinds ----------------------------------------------------------------------------------------------------------


class Stage:
    name, colour = "Холодный <b>", 7


@pytest.mark.parametrize(
    ("kind", "value", "words", "cell"),
    [
        ("text", "Уралоболочка", "Уралоболочка", "Уралоболочка"),
        ("number", 10418, "10418", 10418),
        ("int", -12400, "−12\u00a0400", -12400),
        ("money", Decimal("1240000.00"), "1\u00a0240\u00a0000\u00a0₽", Decimal("1240000.00")),
        ("percent", Decimal("0.44"), "44\u00a0%", 0.44),
        ("percent", 0.125, "12,5\u00a0%", 0.125),
        ("date", dt.date(2026, 11, 5), None, dt.date(2026, 11, 5)),
        ("date", NOON, None, dt.date(2026, 11, 5)),
        ("moment", NOON, None, dt.datetime(2026, 11, 5, 12)),
        ("phone", "79123456789", "+7\u00a0912\u00a0345-67-89", "79123456789"),
        ("phone", ["79123456789", "74951234567"], None, "79123456789, 74951234567"),
        ("email", ["a@b.ru", "c@d.ru"], "a@b.ru, c@d.ru", "a@b.ru, c@d.ru"),
        ("stage", Stage, "Холодный <b>", "Холодный <b>"),
        ("flags", [Flag("застряла", "warn"), "VIP"], "застряла, VIP", "застряла, VIP"),
    ],
)
def test_every_kind_has_words_and_a_typed_cell(kind, value, words, cell):
    found = KINDS[kind]
    with translation.override("ru"):
        assert words is None or found.as_words(value) == words
    assert found.as_cell(value) == cell
    assert found.as_html(value)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_is_an_empty_cell_in_every_kind(kind):
    assert KINDS[kind].as_html(None) == "" == KINDS[kind].as_words(None)
    assert KINDS[kind].as_cell(None) is None


@pytest.mark.parametrize("kind", ["text", "longtext", "person", "phone", "email", "flags"])
def test_html_of_a_value_is_escaped(kind):
    assert "<script" not in KINDS[kind].as_html('<script>"')


def test_a_next_step_is_said_in_one_of_four_ways():
    with periods.clock(NOON):
        words = [
            NextStep("overdue", dt.date(2026, 11, 3), "перезвонить").words,
            NextStep("today", NOON).words,
            NextStep("later", dt.date(2026, 11, 9)).words,
            NextStep("nothing").words,
        ]
    assert len(set(words)) == 4
    assert "12:00" in words[1]
    html = KINDS["next_step"].as_html(NextStep("overdue", dt.date(2026, 11, 3), "<перезвонить>"))
    assert 'class="next over"' in html
    assert "&lt;перезвонить&gt;" in html


def test_a_value_is_followed_along_a_path_until_something_is_missing():
    job = Job(kind="mail")
    assert Column("kind", "Kind").value_of(job) == "mail"
    assert Column("upper", "Kind", value="kind.upper").value_of(job) == "MAIL"
    assert Column("hour", "Hour", value="lease_until.hour").value_of(job) is None


def test_a_years_values_are_a_small_line_with_gaps_and_stay_out_of_files():
    html = KINDS["spark"].as_html([1, 2, None, Decimal(3), 3])
    assert html.count("<polyline") == 2
    assert "style=" not in html
    assert KINDS["spark"].as_html([None, None]) == ""
    assert KINDS["spark"].as_html([0]).count("<circle") == 1
    assert not Column("year", "12", "spark").in_files
    assert Column("net", "Net", "sum").in_files
    assert not Column("net", "Net", "sum", export=False).in_files
