"""What must hold of every report, whoever wrote it: walks the registry over the company of tests/reports/company.py.

A report whose lines hold something else than the company has says so in a test of its own.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import outbox, periods
from core.exports import delivery
from people.models import Role, User
from reports.report import TOTAL, Line, Report
from reports.sheet import Sheet
from tests.factories import make_user
from tests.leads.factories import make_client
from tests.orders.factories import line, make_order, make_payment, make_product, ship_all
from tests.reports.company import Company, company
from tests.test_rights import unpacked

pytestmark = pytest.mark.django_db

# Wide enough for everything the company lived through; what stands now is asked without a period.
WHOLE = "2026-08-01..2026-11-30"
# A page may ask so many questions, however much there is to say.
MOST_QUERIES = 40
# More cells than these of one report are not opened one by one.
MOST_CELLS = 60

CODES = sorted(Report.registry)


@pytest.fixture(scope="module")
def firm(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    """One company for the whole walk; nobody changes it."""
    with django_db_blocker.unblock(), transaction.atomic(), company() as made:
        yield made
        transaction.set_rollback(True)


def people(firm: Company) -> list[User]:
    return [firm.anna, firm.head, firm.director, firm.admin]


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="people.backends.DoorKeeper")
    return browser


def asked_of(report: type[Report], **more: str) -> dict[str, str]:
    """The widest question the report takes, with every one of its switches as it stands first."""
    return ({"period": WHOLE} if report.period else {}) | more


def sheet_of(report: type[Report], user: User, **asked: str) -> Sheet:
    form = report.form(user, asked_of(report, **asked), periods.now())
    assert form.is_valid(), form.errors
    return Sheet(report(form.asked), form)


def variants(report: type[Report]) -> list[dict[str, str]]:
    """Each choice of each switch once, the others as they stand first."""
    found: list[dict[str, str]] = [{}]
    for switch in report.switches:
        found += [{switch.key: choice} for choice in list(switch.choices)[1:]]
    return found


@pytest.mark.parametrize("code", CODES)
def test_a_report_is_there_for_its_roles_alone(firm: Company, code: str) -> None:
    report = Report.registry[code]
    for user in people(firm):
        answer = browser_of(user).get(reverse("reports:report", args=[code]), asked_of(report))
        assert answer.status_code == (200 if user.role in report.roles else 404), user.role


@pytest.mark.parametrize("code", CODES)
def test_nobody_reads_of_what_is_not_theirs(firm: Company, code: str) -> None:
    """Anna and her head see nothing of Fedor: neither on the page, nor in a file, nor behind a number."""
    report = Report.registry[code]
    foreign = [firm.fedor.name, firm.fedor.short_name, firm.fedor_client.name]
    for user in (firm.anna, firm.head):
        if user.role not in report.roles:
            continue
        browser, address = browser_of(user), reverse("reports:report", args=[code])
        for variant in variants(report):
            for export in ("", "xlsx", "csv"):
                answer = browser.get(address, asked_of(report, **variant, export=export))
                text = unpacked(b"".join(answer.streaming_content) if answer.streaming else answer.content)
                assert not [name for name in foreign if name in text], (user.role, variant, export)


@pytest.mark.parametrize("code", CODES)
def test_what_is_behind_a_number_comes_to_it(firm: Company, code: str) -> None:
    report = Report.registry[code]
    if type.__getattribute__(report, "records") is Report.records:
        pytest.skip("its numbers are no sums of records")
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    for variant in variants(report):
        sheet = sheet_of(report, user, **variant)
        cells = [
            (each, column)
            for each in [*sheet.lines, *([Line(TOTAL, "", sheet.total)] if sheet.total else [])]
            for column in sheet.columns[1:]
            if sheet.url_of(each, column)
        ]
        for each, column in cells[:MOST_CELLS]:
            where = (variant, str(each.label), column.key)
            found = sheet.report.records(each.key, column.key)
            assert found is not None, where
            if found.value is not None:
                value = found.rows.order_by().aggregate(value=found.value)["value"]
                assert value == each.values[column.key], where
            else:
                assert found.rows.exists(), where


@pytest.mark.parametrize("code", CODES)
def test_a_number_opens_its_records(firm: Company, code: str) -> None:
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    sheet, browser = sheet_of(report, user), browser_of(user)
    opened = set()
    for each in sheet.lines:
        for column in sheet.columns[1:]:
            url = sheet.url_of(each, column)
            if url and column.key not in opened:
                opened.add(column.key)
                assert browser.get(url).status_code == 200, url
    address = reverse("reports:records", args=[code])
    for wrong in ("?line=total&column=no_such", "?line=no_such&column=label", "?line=%00&column="):
        assert browser.get(address + wrong).status_code == 404


@pytest.mark.parametrize("code", CODES)
def test_totals_are_those_of_the_records_and_the_same_on_page_and_in_the_file(
    firm: Company, code: str
) -> None:
    report = Report.registry[code]
    for user in people(firm):
        if user.role not in report.roles:
            continue
        browser, address = browser_of(user), reverse("reports:report", args=[code])
        sheet = sheet_of(report, user)
        page = browser.get(address, asked_of(report)).content.decode()
        page = re.sub(r'</?small( class="kop")?>', "", page)
        answer = browser.get(address, asked_of(report, export="xlsx"))
        book = load_workbook(BytesIO(answer.getvalue()))
        rows = list(book.active.iter_rows(values_only=True))
        columns = [column for column in sheet.columns if column.export]
        start = next(
            number
            for number, row in enumerate(rows)
            if [str(cell or "") for cell in row[: len(columns)]] == [str(column.label) for column in columns]
        )
        assert len(rows) - start - 1 == len(sheet.lines) + bool(sheet.total)
        if not sheet.total:
            continue
        for column, cell in zip(columns[1:], rows[-1][1:], strict=False):
            value = sheet.total.get(column.key)
            wanted = column.type.as_cell(value)
            if isinstance(wanted, (Decimal, int, float)):
                assert float(cell) == pytest.approx(float(wanted)), column.key
            if value is not None and not column.only_export and column.type.right:
                assert column.type.as_words(value) in page, column.key


@pytest.mark.parametrize("code", CODES)
def test_a_file_made_in_the_background_is_that_of_the_page(
    firm: Company, code: str, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    browser, address = browser_of(user), reverse("reports:report", args=[code])
    at_once = b"".join(browser.get(address, asked_of(report, export="csv")).streaming_content)
    monkeypatch.setattr(delivery, "AT_ONCE", -1)
    with transaction.atomic():
        page = browser.get(address, asked_of(report, export="csv"))["Location"]
        outbox.run_due_jobs()
        assert b"".join(browser.get(f"{page}file/").streaming_content) == at_once
        transaction.set_rollback(True)


@pytest.mark.parametrize("code", CODES)
def test_it_is_compared_with_other_periods(firm: Company, code: str) -> None:
    """Every report with a period is; one of what stands now where the past can be told, else it says why not."""
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    offered = report.form(user, asked_of(report), periods.now()).fields.get("compare")
    if offered is None:
        assert not report.period and "С прошлым отчёт не сравнивается" in str(report.about)
        return
    earlier = "previous" if report.period else "month-ago"
    assert [key for key, _words in offered.choices] == ["", earlier, "year-ago"]  # type: ignore[attr-defined]
    browser, address = browser_of(user), reverse("reports:report", args=[code])
    for compare in (earlier, "year-ago"):
        answer = browser.get(address, {"period": "this-month", "compare": compare})
        assert answer.status_code == 200
        if "<tbody>" in answer.content.decode():
            assert "изменение" in answer.content.decode()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("compare", ["previous", "month-ago", "year-ago"])
def test_what_stands_beside_is_what_the_report_says_of_the_other_period(
    firm: Company, code: str, compare: str
) -> None:
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    offered = report.form(user, {}, periods.now()).fields.get("compare")
    if offered is None or compare not in dict(offered.choices):  # type: ignore[attr-defined]
        pytest.skip("not offered")
    period = {"period": "2026-10-01..2026-11-30"} if report.period else {}
    for variant in variants(report):
        sheet = sheet_of(report, user, **period, **variant, compare=compare)
        assert sheet.asked.other_period is not None
        other = report(sheet.asked.at(sheet.asked.other_period))
        theirs = {each.place or each.key: each.values for each in other.found_lines}
        own = [each.place or each.key for each in sheet.report.found_lines]
        assert len(sheet.lines) == len({*own, *theirs}), variant
        places = [*own, *(key for key in theirs if key not in own)]
        for place, each in zip(places, sheet.lines, strict=True):
            for key in report.compared:
                wanted = theirs.get(place, {}).get(key)
                assert each.values[f"{key}__other"] == wanted, (variant, each.label, key)
        whole = other.total(other.found_lines)
        for key in report.compared if sheet.total else ():
            assert sheet.total[f"{key}__other"] == whole.get(key), (variant, key)


@pytest.mark.parametrize("code", CODES)
def test_a_tampered_address_gets_a_sentence_and_an_answer(firm: Company, code: str) -> None:
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head
    browser, address = browser_of(user), reverse("reports:report", args=[code])
    wrong = dict.fromkeys([*report.narrowings, *(switch.key for switch in report.switches)], "1' OR 1=1 --")
    answer = browser.get(address, {**wrong, "period": "whenever", "compare": "\x00"})
    assert answer.status_code == 200
    if wrong:
        assert "выберите из списка" in answer.content.decode()
    if report.period:
        answer = browser.get(address, {"period": "own", "first": "2026-11-05", "last": "2026-11-01"})
        assert "Период заканчивается раньше, чем начинается." in answer.content.decode()


@pytest.mark.parametrize("code", CODES)
def test_its_questions_do_not_grow_with_what_there_is(firm: Company, code: str) -> None:
    report = Report.registry[code]
    user = firm.director if Role.DIRECTOR in report.roles else firm.head

    def count() -> int:
        browser = browser_of(user)
        browser.get(reverse("reports:report", args=[code]), asked_of(report))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("reports:report", args=[code]), asked_of(report))
        return len(queries)

    before = count()
    with transaction.atomic():
        more(firm)
        after = count()
        transaction.set_rollback(True)
    assert after <= before, f"{before} questions, {after} with more records"
    assert before <= MOST_QUERIES


def more(firm: Company) -> None:
    """Further sellers with clients, products, orders and payments."""
    for number in range(4):
        seller = make_user(team=firm.north)
        client = make_client(manager=seller, region=f"Область {number}")
        product = make_product(group=[firm.guts, firm.casings, firm.spices][number % 3])
        order = make_order(client, lines=[line(2, product), line(1, firm.gut)])
        ship_all(order)
        make_payment(client, 100, orders=order)
        make_order(client, lines=[line(1, product)])


@pytest.mark.parametrize("code", CODES)
def test_where_nothing_happened_it_says_so(db: None, code: str) -> None:
    report = Report.registry[code]
    user = make_user(
        role=next(role for role in (Role.DIRECTOR, Role.HEAD, Role.MANAGER) if role in report.roles)
    )
    browser = browser_of(user)
    for export in ("", "xlsx", "csv"):
        answer = browser.get(reverse("reports:report", args=[code]), {"export": export})
        assert answer.status_code == 200, export
