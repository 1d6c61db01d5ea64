"""Rows beside those of another period: a month beside its namesake, a week beside the same week, a state beside that of
then. The company of tests/reports/company.py."""

from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest

from core import periods
from tests.orders.factories import make_payment
from tests.reports.company import EVENING, Company, company
from tests.reports.sheets import sheet_of, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> Iterator[Company]:
    with company() as made:
        yield made


@pytest.fixture
def next_year(firm: Company) -> Iterator[Company]:
    """The same company in the November after."""
    with periods.clock(EVENING.replace(year=2027)):
        yield firm


def beside(sheet: Any, key: str) -> dict[str, Any]:
    """{row: what stands beside its number}, of rows that have something there."""
    rows = table(sheet, f"{key}__other")
    return {label: value for label, value in rows.items() if value is not None}


def test_a_month_stands_beside_the_same_month_a_year_ago(next_year: Company) -> None:
    make_payment(next_year.anna_client, 900, paid_on=periods.today())
    asked = {"period": "this-year", "compare": "year-ago"}
    sheet = sheet_of("receipts-accuracy", next_year.director, **asked)
    labels = [str(line.label) for line in sheet.lines]
    # Each once; December, which is still to come, has nothing of its own and stands at the end.
    assert len(labels) == 12 and (labels[0], labels[10]) == ("Январь 2027", "Ноябрь 2027")
    assert labels[11] == "Декабрь 2026"
    rows = table(sheet, "received", "received__other", "received__change")
    assert rows["Август 2027"] == (D(0), D(12000), D(-1))
    assert rows["Ноябрь 2027"] == (D(900), D(600), D("0.5"))
    assert rows["="][1] == D(12600)
    # A share stands beside a share; by how many percent it has changed nobody says.
    keys = [column.key for column in sheet.columns]
    assert "accuracy__other" in keys and "accuracy__change" not in keys


def test_a_month_that_is_there_no_more_stands_once_at_the_end(next_year: Company) -> None:
    sheet = sheet_of("sales-year", next_year.director, period="this-year", compare="year-ago")
    assert beside(sheet, "sales") == {
        "Август 2026": D(10000),
        "Сентябрь 2026": D(7000),
        "Октябрь 2026": D("-750.02"),
        "Ноябрь 2026": D(4000),
        "=": D("20249.98"),
    }
    assert sheet.picture is None and sheet.sentence == ""


def test_a_month_of_a_quarter_stands_beside_the_same_of_the_quarter_before(firm: Company) -> None:
    asked = {"period": "this-quarter", "compare": "previous"}
    # October beside July, when nothing was sold; November beside August; nothing yet in December.
    rows = {"Октябрь 2026": D("-750.02"), "Ноябрь 2026": D(4000)}
    sheet = sheet_of("sales-year", firm.director, **asked)
    assert table(sheet, "sales", "sales__other") == {
        "Октябрь 2026": (rows["Октябрь 2026"], None),
        "Ноябрь 2026": (rows["Ноябрь 2026"], D(10000)),
        "Сентябрь 2026": (None, D(7000)),
        "=": (D("3249.98"), D(17000)),
    }
    for code, more in (("plan-fact", {"rows": "months"}), ("cube", {"rows": "month"})):
        key = {"plan-fact": "fact", "cube": "all"}[code]
        found = beside(sheet_of(code, firm.director, **asked, **more), key)
        assert found["Ноябрь 2026"] == D(10000) and found["="] == D(17000)
    quarters = sheet_of("cube", firm.director, **asked, rows="quarter")
    assert len(quarters.lines) == 1 and beside(quarters, "all")["="] == D(17000)


def test_a_week_stands_beside_the_same_week_of_its_month(next_year: Company) -> None:
    make_payment(next_year.anna_client, 900, paid_on=periods.today())
    asked = {"period": "2027-11-01..2027-11-30", "compare": "year-ago"}
    sheet = sheet_of("receipts", next_year.director, **asked)
    weeks = {line.key: line.values["received__other"] for line in sheet.lines if line.place}
    # 9 November 2026 is in the third row of its month (1, 2–8, 9–15); so are 15–21 November of 2027.
    assert weeks["2027-11-15"] == D(600) == sheet.total["received__other"]
    # That month had six rows, this one has five.
    assert len(weeks) == 6 and list(weeks)[-1] == "gone-2026-11-30"


def test_beside_the_fact_stands_the_other_one_and_not_twice(firm: Company) -> None:
    sheet = sheet_of("plan-fact", firm.director, compare="previous")
    keys = [column.key for column in sheet.columns]
    assert "before" not in keys and "year_ago" in keys
    plain = sheet_of("plan-fact", firm.director)
    assert sheet.total["fact__other"] == plain.total["before"] == D("-750.02")
    assert "done__other" in keys and "done__change" not in keys


def test_debtors_are_compared_with_what_was_owed_when_that_day_began(firm: Company) -> None:
    sheet = sheet_of("debtors", firm.director, compare="month-ago")
    # On 12 October: 6,000 of 15 September are Anna's, 2,400 of the 16th Fedor's, both for goods paid for at once.
    for key in ("debt", "overdue"):
        assert beside(sheet, key) == {"ООО Колбасы": D(6000), "ООО Мясо": D(2400), "=": D(8400)}
    assert beside(sheet_of("debtors", firm.anna, compare="month-ago"), "debt")["="] == D(6000)
